"""What a customer is worth: BG/NBD counts times Gamma-Gamma values, discounted, with an interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ml.purchase_models.counting import CountModel, Floats
    from ml.purchase_models.gammagamma import GammaGamma
    from ml.purchase_models.summary import PurchaseSummary
CHUNK = 4_000  # customers simulated at a time, so that memory does not grow with the shop
FEWEST = 100  # draws a history, at least
MOST_NUMBERS = 4_000_000  # numbers of purchases drawn in all, roughly


def discounted_value(
    counts: CountModel,
    values: GammaGamma,
    summary: PurchaseSummary,
    *,
    months: int = 12,
    monthly_discount: float = 0.0,
) -> Floats:
    """Expected spending of the next ``months``, in money, shape (n,).

    The sum over months i of (E[Y(i)] - E[Y(i - 1)]) / (1 + d)^i, times the expected value of a purchase; the length
    of a month comes from the summary's unit of time.
    """
    ends = [month * summary.unit.per_month for month in range(1, months + 1)]
    return discounted_purchases(counts, summary, ends, monthly_discount) * values.expected_value(
        summary.column("valued"), summary.column("value")
    )


def discounted_purchases(
    counts: CountModel, summary: PurchaseSummary, ends: Sequence[float], monthly_discount: float
) -> Floats:
    """Expected purchases up to the last of ``ends``, the ends of the months to come, each discounted to today."""
    x, recency, age = (summary.column(name) for name in ("frequency", "recency", "age"))
    until = [np.zeros(x.size), *(counts.expected_if_alive(end, x, age) for end in ends)]
    alive = counts.p_alive(x, recency, age)
    months = range(1, len(until))
    left = sum((until[month] - until[month - 1]) / (1 + monthly_discount) ** month for month in months)
    return np.asarray(alive * left)


def spending_interval(
    counts: CountModel,
    values: GammaGamma,
    summary: PurchaseSummary,
    *,
    t: float,
    seed: int,
    level: float = 0.8,
    draws: int = 400,
) -> tuple[Floats, Floats]:
    """An interval (low, high) that holds the undiscounted spending of the next ``t`` with ``level``, shape (n,) each.

    Central; but where nothing may be spent with more than the lower tail's probability it starts at 0 and is
    one-sided, so that it holds ``level`` and no more. Simulated from the fitted models given each history
    (`CountModel.simulated`, `GammaGamma.simulated`). The uncertainty of the parameters is left out: beside that of a
    single customer's future it is nothing, even in a shop of eighty customers (a test measures it). Every distinct
    history is simulated once, so that customers with the same history get the same interval; where there are very
    many, fewer draws are made of each.
    """
    rng = np.random.default_rng(seed)
    names = ("frequency", "recency", "age", "valued", "value")
    histories = np.column_stack([summary.column(name) for name in names])
    distinct, same = np.unique(histories, axis=0, return_inverse=True)
    draws = max(FEWEST, min(draws, MOST_NUMBERS // len(distinct)))
    parts = []
    for start in range(0, len(distinct), CHUNK):
        x, recency, age, valued, value = distinct[start : start + CHUNK].T
        bought = counts.simulated(rng, t, x, recency, age, draws)
        parts.append(_bounds(values.simulated(rng, valued, value, bought), level))
    low, high = np.concatenate(parts, axis=1)[:, same.ravel()]
    return low, high


def _bounds(spent: Floats, level: float) -> Floats:
    """Each row's interval, shape (2, n): central, or from 0 up where 0 itself has more than the lower tail."""
    tail = (1 - level) / 2
    low, one_sided, high = np.quantile(spent, [tail, level, 1 - tail], axis=1)
    return np.stack([low, np.where(low > 0, high, one_sided)])
