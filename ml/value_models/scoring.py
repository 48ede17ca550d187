"""Scores of every customer as of a moment, by the method that is served."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ml import baselines, features
from ml.purchase_models.history import OrderHistory
from ml.value_models.judging import BASELINE, LEVEL
from ml.value_models.outlook import FOREST, YEAR_DAYS, Forest, Outlook, inputs_of

if TYPE_CHECKING:
    from datetime import datetime

    from ml.purchase_models.history import Floats

COLUMNS = [
    "customer_id",
    "clv_historic",
    "clv_12m",
    "clv_12m_low",
    "clv_12m_high",
    "expected_orders_12m",
    "p_alive",
    "next_order_at",
]
SHORTEST_TENURE_DAYS = 90
LONGEST_WAIT_DAYS = 730
MONTHS = 12


def scored(
    lines: pd.DataFrame,
    history: OrderHistory,
    outlook: Outlook,
    *,
    served: str,
    title: str,
    forest: Forest | None,
    monthly_discount: float,
    seed: int,
) -> pd.DataFrame:
    """One row a customer with `COLUMNS`: by ``served``, with the count model ``title`` for what only it can tell."""
    if served == BASELINE:
        mean, low, high = _by_rate(outlook, monthly_discount)
    elif served == FOREST and forest is not None:
        mean, low, high = _by_forest(lines, outlook, forest, title, monthly_discount)
    else:
        mean, low, high = _by_counts(outlook, title, monthly_discount, seed)
    expected = (
        baselines.historical_rate(outlook.summary, YEAR_DAYS)
        if served == BASELINE
        else outlook.orders(title, YEAR_DAYS)
    )
    lifetimes = history.lifetimes(outlook.moment)
    return pd.DataFrame(
        {
            "customer_id": outlook.summary.frame["customer_id"],
            "clv_historic": _historic(lifetimes),
            "clv_12m": mean,
            "clv_12m_low": np.minimum(low, mean),
            "clv_12m_high": np.maximum(high, mean),
            "expected_orders_12m": expected,
            "p_alive": outlook.alive[title],
            "next_order_at": _next_order(outlook, title),
        }
    )[COLUMNS]


def historic_value(lines: pd.DataFrame, as_of: datetime) -> Floats:
    """AOV x orders a year x lifespan in years, in money, one value a customer in order of customer_id.

    A customer's tenure runs from the first order to ``as_of`` and counts as at least 90 days; the lifespan is the
    longer of it and the shop's mean time from first to last order among customers who came back. Someone here for
    longer than that has spent what the formula says; someone new is credited with the shop's usual lifespan.
    """
    return _historic(OrderHistory.of(lines, as_of).lifetimes(as_of))


def _historic(lifetimes: pd.DataFrame) -> Floats:
    orders, revenue, lived, age = (
        lifetimes[name].to_numpy(dtype=np.float64) for name in ("orders", "revenue", "lived", "age")
    )
    tenure = np.maximum(age, SHORTEST_TENURE_DAYS)
    came_back = lived[orders > 1]
    usual = float(came_back.mean()) if came_back.size else 0.0
    return np.asarray(revenue / orders * (orders / tenure) * np.maximum(tenure, usual))


def _by_counts(
    outlook: Outlook, title: str, monthly_discount: float, seed: int
) -> tuple[Floats, Floats, Floats]:
    mean = outlook.discounted(title, monthly_discount)
    low, high = outlook.interval(title, YEAR_DAYS, seed=seed, level=LEVEL)
    share = _discounted_share(outlook, title, mean)
    return mean, low * share, high * share


def _by_forest(
    lines: pd.DataFrame, outlook: Outlook, forest: Forest, title: str, monthly_discount: float
) -> tuple[Floats, Floats, Floats]:
    rows, table = inputs_of(features.behaviour(lines, [outlook.moment]), outlook, forest.days)
    share = _discounted_share(outlook, title, outlook.discounted(title, monthly_discount))
    mean = forest.spending(outlook, table, YEAR_DAYS, rows)
    low, high = forest.interval(outlook, table, YEAR_DAYS, rows, LEVEL)
    return mean * share, low * share, high * share


def _by_rate(outlook: Outlook, monthly_discount: float) -> tuple[Floats, Floats, Floats]:
    share = float(np.mean((1 + monthly_discount) ** -np.arange(1.0, MONTHS + 1)))
    mean = baselines.historical_spending(outlook.summary, YEAR_DAYS)
    low, high = baselines.historical_spending_interval(outlook.summary, YEAR_DAYS, LEVEL)
    return mean * share, low * share, high * share


def _discounted_share(outlook: Outlook, title: str, discounted: Floats) -> Floats:
    """What the discount leaves of each customer's year."""
    whole = outlook.spending(title, YEAR_DAYS)
    return np.divide(discounted, whole, out=np.ones_like(whole), where=whole > 0)


def _next_order(outlook: Outlook, title: str) -> pd.Series:
    """The median date of the next order of a customer who stays, by the season's clock; empty beyond two years."""
    frequency, _, age = outlook.times
    wait = outlook.counts[title].median_wait(frequency, age)
    clock = np.array([outlook.season.ahead(outlook.moment, days) for days in range(LONGEST_WAIT_DAYS + 1)])
    days = np.searchsorted(clock, wait).astype(np.float64)
    days[days > LONGEST_WAIT_DAYS] = np.nan
    start = pd.Timestamp(outlook.moment).floor("D")
    return (start + pd.to_timedelta(pd.Series(np.maximum(days, 1)), unit="D")).astype("datetime64[us]")
