"""What a customer is worth: BG/NBD counts times Gamma-Gamma values, discounted, with an interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from ml.purchase_models.betageo import BetaGeo
    from ml.purchase_models.gammagamma import GammaGamma
    from ml.purchase_models.summary import PurchaseSummary

Floats = npt.NDArray[np.float64]
CHUNK = 4_000  # customers simulated at a time, so that memory does not grow with the shop


def discounted_value(
    counts: BetaGeo,
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
    return _discounted_purchases(counts, summary, months, monthly_discount) * values.expected_value(
        summary.column("valued"), summary.column("value")
    )


def spending_interval(
    counts: BetaGeo,
    values: GammaGamma,
    summary: PurchaseSummary,
    *,
    t: float,
    seed: int,
    level: float = 0.8,
    draws: int = 400,
) -> tuple[Floats, Floats]:
    """Central predictive interval (low, high) of the undiscounted spending in the next ``t``, shape (n,) each.

    Simulated from the fitted models given each history: alive ~ Bernoulli(P(alive)), rate ~ Gamma(r + x, alpha + T),
    dropout ~ Beta(a, b + x); purchases are the lesser of a Poisson count and the geometric number until dropout;
    nu ~ Gamma(q + p w, v + w m), w purchases of mean value m having been seen, and the sum of N purchases is
    Gamma(p N, nu). The uncertainty of the fitted parameters themselves is not in it. Every distinct history is
    simulated once, so that customers with the same history get the same interval.
    """
    rng = np.random.default_rng(seed)
    names = ("frequency", "recency", "age", "valued", "value")
    histories = np.column_stack([summary.column(name) for name in names])
    distinct, same = np.unique(histories, axis=0, return_inverse=True)
    x, recency, age, valued, value = distinct.T
    alive = counts.p_alive(x, recency, age)
    tail = (1 - level) / 2
    parts = []
    for start in range(0, x.size, CHUNK):
        part = slice(start, start + CHUNK)
        size = (x[part].size, draws)
        n = _purchases(rng, counts, x[part], age[part], alive[part], t, size)
        spent = _spending(rng, values, valued[part], value[part], n)
        parts.append(np.quantile(spent, [tail, 1 - tail], axis=1))
    low, high = np.concatenate(parts, axis=1)[:, same.ravel()]
    return low, high


def _purchases(
    rng: np.random.Generator,
    counts: BetaGeo,
    x: Floats,
    age: Floats,
    alive: Floats,
    t: float,
    size: tuple[int, int],
) -> Floats:
    rate = (
        rng.standard_gamma(np.broadcast_to((counts.r_ + x)[:, None], size)) / (counts.alpha_ + age)[:, None]
    )
    leaves = np.clip(rng.beta(counts.a_, np.broadcast_to((counts.b_ + x)[:, None], size)), 1e-12, 1.0)
    bought = np.minimum(rng.poisson(rate * t), rng.geometric(leaves))
    return np.where(rng.random(size) < alive[:, None], bought, 0).astype(np.float64)


def _spending(rng: np.random.Generator, values: GammaGamma, seen: Floats, m: Floats, n: Floats) -> Floats:
    shape = np.broadcast_to((values.q_ + values.p_ * seen)[:, None], n.shape)
    nu = rng.standard_gamma(shape) / (values.v_ + seen * m)[:, None]
    return np.asarray(rng.standard_gamma(values.p_ * n) / np.maximum(nu, 1e-300))


def _discounted_purchases(
    counts: BetaGeo, summary: PurchaseSummary, months: int, monthly_discount: float
) -> Floats:
    history = (summary.column("frequency"), summary.column("recency"), summary.column("age"))
    if monthly_discount == 0:
        return counts.expected_purchases(months * summary.unit.per_month, *history)
    total = np.zeros(len(summary.frame))
    before = np.zeros(len(summary.frame))
    for month in range(1, months + 1):
        until = counts.expected_purchases(month * summary.unit.per_month, *history)
        total += (until - before) / (1 + monthly_discount) ** month
        before = until
    return total
