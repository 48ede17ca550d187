"""Gamma-Gamma: what a customer's purchases are worth on average.

Fader, Hardie (2013), "The Gamma-Gamma Model of Monetary Value". A customer's purchases are Gamma(p, nu) with
nu ~ Gamma(q, v) across customers; the number of purchases says nothing about their size.
"""

from __future__ import annotations

from typing import Self

import numpy as np
import numpy.typing as npt
from scipy import optimize, special
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

Floats = npt.NDArray[np.float64]
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

        def cost(theta: Floats) -> tuple[float, Floats]:
            value, slope = _log_likelihood_and_slope(np.exp(theta), x, m / scale)
            return -value / x.size, -slope * np.exp(theta) / x.size

        found = optimize.minimize(
            cost, np.log([2.0, 3.0, 1.0]), jac=True, method="L-BFGS-B",
            bounds=[(LOWEST, HIGHEST)] * 3, options={"maxiter": self.max_iter, "ftol": 1e-13, "gtol": 1e-8},
        )  # fmt: skip
        self.p_, self.q_, v = (float(value) for value in np.exp(found.x))
        self.v_ = v * scale
        self.log_likelihood_ = _log_likelihood_and_slope(np.array([self.p_, self.q_, self.v_]), x, m)[0]
        self.n_customers_ = int(x.size)
        return self

    def expected_value(self, frequency: Floats, value: Floats) -> Floats:
        """E[mean value of a future purchase | x, m], shape (n,): p (v + x m) / (p x + q - 1).

        A customer without repeat purchases gets the mean of the population, p v / (q - 1). When q <= 1 that mean is
        infinite; the median-like p v / q stands in for it.
        """
        check_is_fitted(self, "p_")
        x = np.where(np.asarray(value) > 0, frequency, 0.0)
        prior = max(self.q_ - 1, 0.0) or self.q_
        return np.asarray(self.p_ * (self.v_ + x * value) / (self.p_ * x + prior))


def _log_likelihood_and_slope(parameters: Floats, x: Floats, m: Floats) -> tuple[float, Floats]:
    """Log-likelihood of mean values ``m`` of ``x`` purchases and its derivative by p, q, v."""
    p, q, v = parameters
    px, spent = p * x, x * m + v
    log_spent = np.log(spent)
    value = (
        special.gammaln(px + q) - special.gammaln(px) - special.gammaln(q)
        + q * np.log(v) + (px - 1) * np.log(m) + px * np.log(x) - (px + q) * log_spent
    )  # fmt: skip
    grown = special.digamma(px + q)
    slopes = [
        np.sum(x * (grown - special.digamma(px) + np.log(m) + np.log(x) - log_spent)),
        np.sum(grown - special.digamma(q) + np.log(v) - log_spent),
        np.sum(q / v - (px + q) / spent),
    ]
    return float(value.sum()), np.asarray(slopes)
