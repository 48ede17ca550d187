"""CLV: what a customer will spend in the next twelve months, with an interval, and when the next order is due."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml import artifact, baselines, frames, metrics
from ml.purchase_models.betageo import BetaGeo
from ml.purchase_models.gammagamma import GammaGamma
from ml.purchase_models.summary import PurchaseSummary, summarise
from ml.purchase_models.valuation import discounted_value, spending_interval
from ml.results import Baseline, Need, TrainingResult, judged, not_enough_data, shortfall

if TYPE_CHECKING:
    from datetime import datetime

Floats = npt.NDArray[np.float64]

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
MIN_CUSTOMERS, MIN_REPEAT, MIN_HISTORY_DAYS = 100, 30, 90
YEAR_DAYS = 365
SECONDS_A_DAY = 86_400
HORIZONS = (180, 90)
SHORTEST_TENURE_DAYS = 90
LONGEST_WAIT_DAYS = 730
LEVEL = 0.8
INDEPENDENT_BELOW = 0.3


def train(
    frame: pd.DataFrame,
    as_of: datetime,
    *,
    seed: int = 0,
    horizon_days: int | None = None,
    monthly_discount: float = 0.01,
) -> TrainingResult:
    """Value every customer with an order before ``as_of`` by BG/NBD and Gamma-Gamma, time in days.

    Judged on the last complete ``horizon_days`` (180 if as long a history lies before them, else 90) by the rank
    correlation with the revenue that came, beside the historical rate going on; the models judged saw nothing of
    that window. Mean absolute error does not decide, since it rewards predicting nothing for whoever buys seldom,
    nor does the squared error, which only the largest customers decide; both are reported. If the baseline wins,
    it makes the scores. The interval holds the spending with at least 80% probability under the model, and always
    the mean.
    """
    frames.validate(frame, frames.ORDER_LINES)
    end = frames.moment(as_of)
    known = frames.known_before(frame, end)
    horizon_days = horizon_days or _longest_horizon(known, end)
    cutoff = end - timedelta(days=horizon_days)
    needs = _needs(known, cutoff, horizon_days)
    card = artifact.new_card(
        question="clv", as_of=as_of, frame=known, seed=seed,
        parameters={"horizon_days": horizon_days, "monthly_discount": monthly_discount, "interval_level": LEVEL},
        window={"test_from": str(cutoff), "test_until": str(end)},
    )  # fmt: skip
    if shortfall(needs):
        return not_enough_data(card, as_of=as_of, needs=needs, columns=COLUMNS)
    measured, rival = _judge(known, cutoff, horizon_days, seed)
    is_better = measured["spearman"] > rival.metrics["spearman"]
    summary = summarise(known, end)
    counts, values = _fit(summary)
    served = "BG/NBD and Gamma-Gamma" if is_better else rival.name
    outlook = _outlook if is_better else _naive_outlook
    scores = outlook(counts, values, summary, monthly_discount, seed)
    scores.insert(1, "clv_historic", historic_value(known, end))
    scores["p_alive"] = counts.p_alive(*_history(summary))
    scores["next_order_at"] = _next_order(counts, summary, end)
    return judged(
        card | {"model": _described(counts, values, summary)},
        as_of=as_of, is_better=is_better, metrics=measured, baseline=rival, needs=needs,
        scores=scores[COLUMNS], served=served,
        arrays={"betageo": np.array([counts.r_, counts.alpha_, counts.a_, counts.b_]),
                "gammagamma": np.array([values.p_, values.q_, values.v_])},
    )  # fmt: skip


def historic_value(lines: pd.DataFrame, as_of: datetime) -> Floats:
    """AOV x orders a year x lifespan in years, in money, one value a customer in order of customer_id.

    A customer's tenure runs from the first order to ``as_of`` and counts as at least 90 days; the lifespan is the
    longer of it and the shop's mean time from first to last order among customers who came back. Someone here for
    longer than that has spent what the formula says; someone new is credited with the shop's usual lifespan.
    """
    known = frames.known_before(lines, as_of)
    people = known.groupby("customer_id").agg(
        orders=("order_id", "nunique"),
        revenue=("revenue", "sum"),
        first=("ordered_at", "min"),
        last=("ordered_at", "max"),
    )
    lived = (people["last"] - people["first"]).dt.total_seconds().to_numpy(dtype=float) / SECONDS_A_DAY
    age = (frames.moment(as_of) - people["first"]).dt.total_seconds().to_numpy(dtype=float) / SECONDS_A_DAY
    tenure = np.maximum(age, SHORTEST_TENURE_DAYS)
    came_back = lived[(people["orders"] > 1).to_numpy()]
    usual = float(came_back.mean()) if came_back.size else 0.0
    orders, revenue = people["orders"].to_numpy(dtype=float), people["revenue"].to_numpy(dtype=float)
    return np.asarray(revenue / orders * (orders / tenure) * np.maximum(tenure, usual))


def _longest_horizon(known: pd.DataFrame, end: pd.Timestamp) -> int:
    """The longest of `HORIZONS` that leaves as long a history before it, else the shortest."""
    days = (end - known["ordered_at"].min()).days if len(known) else 0
    return next((horizon for horizon in HORIZONS if days >= 2 * horizon), HORIZONS[-1])


def _needs(known: pd.DataFrame, cutoff: pd.Timestamp, horizon_days: int) -> list[Need]:
    before = summarise(known, cutoff).frame
    repeat = float(((before["frequency"] > 0) & (before["value"] > 0)).sum())
    span = (known["ordered_at"].max() - known["ordered_at"].min()).days + 1 if len(known) else 0
    return [
        Need("days of history", MIN_HISTORY_DAYS + horizon_days, float(span)),
        Need(f"customers {horizon_days} days ago", MIN_CUSTOMERS, float(len(before))),
        Need(f"customers with a repeat purchase {horizon_days} days ago", MIN_REPEAT, repeat),
    ]


def _history(summary: PurchaseSummary) -> tuple[Floats, Floats, Floats]:
    return summary.column("frequency"), summary.column("recency"), summary.column("age")


def _fit(summary: PurchaseSummary) -> tuple[BetaGeo, GammaGamma]:
    return (
        BetaGeo().fit(*_history(summary)),
        GammaGamma().fit(summary.column("valued"), summary.column("value")),
    )


def _judge(
    known: pd.DataFrame, cutoff: pd.Timestamp, horizon_days: int, seed: int
) -> tuple[dict[str, float], Baseline]:
    summary = summarise(known, cutoff)
    counts, values = _fit(summary)
    days, spent = _window(known, cutoff, summary)
    orders = counts.expected_purchases(horizon_days, *_history(summary))
    money = orders * values.expected_value(summary.column("valued"), summary.column("value"))
    naive = baselines.historical_spending(summary, horizon_days)
    low, high = spending_interval(counts, values, summary, t=horizon_days, seed=seed, level=LEVEL)
    gain, gain_low, gain_high = metrics.paired_difference(metrics.spearman, spent, money, naive, seed=seed)
    measured = _metrics(spent, money, days, orders) | {
        "horizon_days": float(horizon_days),
        "spearman_gain": gain,
        "spearman_gain_low": gain_low,
        "spearman_gain_high": gain_high,
        "interval_coverage": float(
            np.mean((spent >= low - 0.005) & (spent <= np.maximum(high, money) + 0.005))
        ),
    }
    rival = _metrics(spent, naive, days, baselines.historical_rate(summary, horizon_days))
    return measured, Baseline("historical rate", rival)


def _window(known: pd.DataFrame, cutoff: pd.Timestamp, summary: PurchaseSummary) -> tuple[Floats, Floats]:
    """Purchase days and revenue from ``cutoff`` on, of the customers of ``summary``, in their order."""
    later = known[known["ordered_at"] >= cutoff]
    people = summary.frame["customer_id"]
    days = later["ordered_at"].dt.floor("D").groupby(later["customer_id"]).nunique()
    spent = later.groupby("customer_id")["revenue"].sum()
    return people.map(days).fillna(0).to_numpy(dtype=float), people.map(spent).fillna(0).to_numpy(dtype=float)


def _metrics(spent: Floats, money: Floats, days: Floats, orders: Floats) -> dict[str, float]:
    return {
        "mae": metrics.mae(spent, money),
        "rmse": metrics.rmse(spent, money),
        "spearman": metrics.spearman(spent, money),
        "mean_ratio": metrics.mean_ratio(spent, money),
        "top_decile_lift": metrics.top_decile_lift(spent, money),
        "purchases_mae": metrics.mae(days, orders),
        "purchases_correlation": metrics.correlation(days, orders),
    }


def _outlook(
    counts: BetaGeo, values: GammaGamma, summary: PurchaseSummary, monthly_discount: float, seed: int
) -> pd.DataFrame:
    mean = discounted_value(counts, values, summary, monthly_discount=monthly_discount)
    whole = discounted_value(counts, values, summary)
    low, high = spending_interval(counts, values, summary, t=YEAR_DAYS, seed=seed, level=LEVEL)
    discount = np.divide(mean, whole, out=np.ones_like(mean), where=whole > 0)
    orders = counts.expected_purchases(YEAR_DAYS, *_history(summary))
    return _priced(summary, mean, low * discount, high * discount, orders)


def _naive_outlook(
    counts: BetaGeo, values: GammaGamma, summary: PurchaseSummary, monthly_discount: float, seed: int
) -> pd.DataFrame:
    del counts, values, seed
    discount = float(np.mean((1 + monthly_discount) ** -np.arange(1.0, 13.0)))
    mean = baselines.historical_spending(summary, YEAR_DAYS) * discount
    low, high = baselines.historical_spending_interval(summary, YEAR_DAYS, LEVEL)
    return _priced(
        summary, mean, low * discount, high * discount, baselines.historical_rate(summary, YEAR_DAYS)
    )


def _priced(
    summary: PurchaseSummary, mean: Floats, low: Floats, high: Floats, orders: Floats
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": summary.frame["customer_id"],
            "clv_12m": mean,
            "clv_12m_low": np.minimum(low, mean),
            "clv_12m_high": np.maximum(high, mean),
            "expected_orders_12m": orders,
        }
    )


def _next_order(counts: BetaGeo, summary: PurchaseSummary, end: pd.Timestamp) -> pd.Series:
    """The median date of the next order if the customer is alive; empty beyond two years."""
    wait = counts.median_wait(summary.column("frequency"), summary.column("age"))
    days = np.where(wait <= LONGEST_WAIT_DAYS, np.ceil(wait), np.nan)
    return (end.floor("D") + pd.to_timedelta(pd.Series(days), unit="D")).astype("datetime64[us]")


def _described(counts: BetaGeo, values: GammaGamma, summary: PurchaseSummary) -> dict[str, Any]:
    repeat = summary.column("frequency") > 0
    correlation = metrics.correlation(summary.column("frequency")[repeat], summary.column("value")[repeat])
    return {
        "time_unit": summary.unit.name.lower(),
        "betageo": {"r": counts.r_, "alpha": counts.alpha_, "a": counts.a_, "b": counts.b_},
        "gammagamma": {"p": values.p_, "q": values.q_, "v": values.v_},
        "frequency_value_correlation": correlation,
        "is_value_independent": bool(abs(correlation) < INDEPENDENT_BELOW),
    }
