"""Gamma-Gamma: what a customer's purchases are worth on average.

Fader, Hardie (2013), "The Gamma-Gamma Model of Monetary Value". A customer's purchases are Gamma(p, nu) with
nu ~ Gamma(q, v) across customers; the number of purchases says nothing about their size.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np
from scipy import special
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from ml.purchase_models.counting import minimised

if TYPE_CHECKING:
    from ml.purchase_models.counting import Floats, Ints

LOWEST, HIGHEST = -8.0, 14.0  # log-parameters beyond these describe no spending


class GammaGamma(BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Gamma-Gamma fitted by maximum likelihood over log-parameters.

    Parameters
    ----------
    max_iter : iterations allowed to the optimiser

    Attributes
    ----------
    p_, q_, v_ : the parameters; v_ is in the unit of money of the values
    log_likelihood_ : natural log of the likelihood at the optimum
    n_customers_ : how many buyers with a repeat purchase were fitted
    """

    p_: float
    q_: float
    v_: float

    def __init__(self, max_iter: int = 500) -> None:
        self.max_iter = max_iter

    def fit(self, frequency: Floats, value: Floats) -> Self:
        """Fit mean ``value`` of ``frequency`` purchases each, shape (n,); rows where either is 0 are left out.

        Raises ValueError for negative input or fewer than two usable rows.
        """
        x, m = np.asarray(frequency, dtype=np.float64), np.asarray(value, dtype=np.float64)
        if x.shape != m.shape or x.ndim != 1:
            raise ValueError("frequency and value must be one-dimensional and of one length")
        if not np.isfinite(x + m).all() or (x < 0).any() or (m < 0).any():
            raise ValueError("frequency and value must be finite and 0 or more")
        is_used = (x > 0) & (m > 0)
        x, m = x[is_used], m[is_used]
        if x.size < 2:
            raise ValueError("Gamma-Gamma needs at least two customers with a repeat purchase of some value")
        scale = float(m.mean())
        counts, which = np.unique(x, return_inverse=True)

        def cost(theta: Floats) -> tuple[float, Floats]:
            parameters = np.exp(theta)
            value, slope = _log_likelihood_and_slope(parameters, counts, which, m / scale)
            return -value / x.size, -slope * parameters / x.size

        bounds = np.array([(LOWEST, HIGHEST)] * 3)
        found = minimised(cost, np.log([2.0, 3.0, 1.0]), bounds, self.max_iter)
        self.p_, self.q_, v = (float(value) for value in np.exp(found.x))
        self.v_ = v * scale
        self.log_likelihood_ = _log_likelihood_and_slope(self.parameters, counts, which, m)[0]
        self.n_customers_ = int(x.size)
        return self

    @classmethod
    def of(cls, p: float, q: float, v: float) -> Self:
        """A model with the parameters given, as if fitted."""
        model = cls()
        model.p_, model.q_, model.v_ = float(p), float(q), float(v)
        return model

    @property
    def parameters(self) -> Floats:
        """p, q and v."""
        check_is_fitted(self, "p_")
        return np.array([self.p_, self.q_, self.v_])

    def expected_value(self, frequency: Floats, value: Floats) -> Floats:
        """E[mean value of a future purchase | x, m], shape (n,): p (v + x m) / (p x + q - 1).

        A customer without repeat purchases gets the mean of the population, p v / (q - 1). When q <= 1 that mean is
        infinite; the median-like p v / q stands in for it.
        """
        check_is_fitted(self, "p_")
        x = np.where(np.asarray(value) > 0, frequency, 0.0)
        prior = max(self.q_ - 1, 0.0) or self.q_
        return np.asarray(self.p_ * (self.v_ + x * value) / (self.p_ * x + prior))

    def simulated(self, rng: np.random.Generator, seen: Floats, value: Floats, n: Floats) -> Floats:
        """Drawn spending of ``n`` purchases, shape (customers, draws), of who made ``seen`` of mean ``value``.

        nu ~ Gamma(q + p w, v + w m), w purchases of mean m having been seen; n of them together are Gamma(p n, nu).
        """
        p, q, v = self.parameters
        nu = (
            rng.standard_gamma(np.broadcast_to((q + p * seen)[:, None], n.shape))
            / (v + seen * value)[:, None]
        )
        return np.asarray(rng.standard_gamma(p * n) / np.maximum(nu, 1e-300))


def _log_likelihood_and_slope(
    parameters: Floats, counts: Floats, which: Ints, m: Floats
) -> tuple[float, Floats]:
    """Log-likelihood of mean values ``m`` of ``counts[which]`` purchases and its derivative by p, q, v."""
    p, q, v = parameters
    px = p * counts
    log_m, x = np.log(m), counts[which]
    spent = x * m + v
    log_spent = np.log(spent)
    weight = np.bincount(which, minlength=counts.size)
    by_count = (
        special.gammaln(px + q)
        - special.gammaln(px)
        - special.gammaln(q)
        + q * np.log(v)
        + px * np.log(counts)
    )
    value = weight @ by_count + np.sum((p * x - 1) * log_m - (p * x + q) * log_spent)
    grown, own = special.digamma(px + q), special.digamma(px)
    slopes = [
        weight @ (counts * (grown - own + np.log(counts))) + np.sum(x * (log_m - log_spent)),
        weight @ (grown - special.digamma(q) + np.log(v)) - log_spent.sum(),
        np.sum(q / v - (p * x + q) / spent),
    ]
    return float(value), np.asarray(slopes)
