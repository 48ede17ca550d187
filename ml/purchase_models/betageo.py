"""BG/NBD: how often a customer buys while alive, and whether the customer still is.

Fader, Hardie, Lee (2005), "Counting Your Customers the Easy Way", Marketing Science 24(2). While alive a customer
buys as a Poisson process with rate lambda ~ Gamma(r, alpha); after every purchase the customer leaves with
probability p ~ Beta(a, b).
"""

from __future__ import annotations

from typing import Self

import numpy as np
import numpy.typing as npt
from scipy import optimize, special
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

Floats = npt.NDArray[np.float64]
BOUNDS = np.log([(1e-4, 100.0), (1e-5, 1000.0), (1e-6, 100.0), (1e-3, 1000.0)])
"""Of r, alpha (in mean ages), a and b. At the upper ends customers no longer differ, and beyond them 2F1 overflows."""


class BetaGeo(BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """BG/NBD fitted by maximum likelihood over log-parameters, on unique histories with weights.

    Parameters
    ----------
    max_iter : iterations allowed to the optimiser

    Attributes
    ----------
    r_, alpha_, a_, b_ : the parameters; alpha_ is in the unit of time of the histories
    log_likelihood_ : natural log of the likelihood at the optimum
    n_customers_ : how many histories were fitted
    """

    def __init__(self, max_iter: int = 500) -> None:
        self.max_iter = max_iter

    def fit(self, frequency: Floats, recency: Floats, age: Floats) -> Self:
        """Fit histories (x, t_x, T), each of shape (n,): x >= 0 whole, 0 <= t_x <= T, one unit of time.

        Raises ValueError when a history is impossible or nobody bought twice.
        """
        x, tx, T = checked_histories(frequency, recency, age)
        if not (x > 0).any():
            raise ValueError("nobody bought twice: BG/NBD needs repeat purchases")
        unique, counts = np.unique(np.column_stack([x, tx, T]), axis=0, return_counts=True)
        scale = float(T.mean())
        unique[:, 1:] /= scale
        ux, utx, uT = unique.T
        weights = counts.astype(np.float64)

        def cost(theta: Floats) -> tuple[float, Floats]:
            value, slope = _log_likelihood_and_slope(np.exp(theta), ux, utx, uT, weights)
            return -value / x.size, -slope * np.exp(theta) / x.size

        found = [
            optimize.minimize(
                cost, np.log(start), jac=True, method="L-BFGS-B",
                bounds=BOUNDS, options={"maxiter": self.max_iter, "ftol": 1e-13, "gtol": 1e-8},
            )
            for start in ((0.5, 0.2, 0.5, 2.0), (1.0, 1.0, 1.0, 1.0))
        ]  # fmt: skip
        best = min(found, key=lambda result: float(result.fun))
        self.r_, alpha, self.a_, self.b_ = (float(value) for value in np.exp(best.x))
        self.alpha_ = alpha * scale
        self.log_likelihood_ = self.log_likelihood(x, tx, T)
        self.n_customers_ = int(x.size)
        return self

    @classmethod
    def of(cls, r: float, alpha: float, a: float, b: float) -> Self:
        """A model with the parameters given, as if fitted."""
        model = cls()
        model.r_, model.alpha_, model.a_, model.b_ = r, alpha, a, b
        return model

    def log_likelihood(self, frequency: Floats, recency: Floats, age: Floats) -> float:
        """Summed log-likelihood of histories under the fitted parameters."""
        check_is_fitted(self, "r_")
        x, tx, T = checked_histories(frequency, recency, age)
        parameters = np.array([self.r_, self.alpha_, self.a_, self.b_])
        return _log_likelihood_and_slope(parameters, x, tx, T, np.ones_like(x))[0]

    def p_alive(self, frequency: Floats, recency: Floats, age: Floats) -> Floats:
        """P(alive at T | x, t_x, T), shape (n,). Always 1 for x = 0: it is no churn score."""
        check_is_fitted(self, "r_")
        return special.expit(-self._log_odds_gone(frequency, recency, age))  # type: ignore[no-any-return]

    def expected_purchases(self, t: float, frequency: Floats, recency: Floats, age: Floats) -> Floats:
        """E[Y(t) | x, t_x, T], the purchases expected in (T, T + t], shape (n,).

        Equation 10 of the paper after Euler's transformation of its 2F1, which takes the power (r + x) out, so that
        it neither overflows nor cancels for frequent buyers.
        """
        check_is_fitted(self, "r_")
        r, alpha, a, b = self.r_, self.alpha_, _off_one(self.a_), self.b_
        ahead = t / (alpha + age + t)
        c = a + b + frequency - 1
        hyper = special.hyp2f1(a + b - 1 - r, a - 1, c, ahead)
        immortal = c / (a - 1) * (1 - (1 - ahead) ** (a - 1) * hyper)
        return np.asarray(np.maximum(immortal, 0.0) * self.p_alive(frequency, recency, age))

    def expected_purchases_of_new(self, t: Floats) -> Floats:
        """E[X(t)]: repeat purchases of a random customer in the ``t`` after the first purchase; shape of ``t``."""
        nothing = np.zeros(1)
        values = [self.expected_purchases(float(each), nothing, nothing, nothing)[0] for each in np.ravel(t)]
        return np.asarray(values).reshape(np.shape(t))

    def p_no_purchase(self, t: float, frequency: Floats, recency: Floats, age: Floats) -> Floats:
        """P(Y(t) = 0 | x, t_x, T), shape (n,): gone already, or alive and silent for ``t``."""
        silent = ((self.alpha_ + age) / (self.alpha_ + age + t)) ** (self.r_ + frequency)
        return np.asarray(1 - self.p_alive(frequency, recency, age) * (1 - silent))

    def p_count(self, n: int, t: float) -> float:
        """P(X(t) = n): a random customer makes ``n`` repeat purchases in the ``t`` after the first (equation 8)."""
        check_is_fitted(self, "r_")
        r, alpha, a, b = self.r_, self.alpha_, self.a_, self.b_
        share = t / (alpha + t)
        log_stays = special.betaln(a, b + n) - special.betaln(a, b)
        log_count = special.gammaln(r + n) - special.gammaln(r) - special.gammaln(n + 1)
        staying = np.exp(log_stays + log_count + r * np.log1p(-share) + n * np.log(share))
        if n == 0:
            return float(staying)
        log_leaves = special.betaln(a + 1, b + n - 1) - special.betaln(a, b)
        return float(staying + np.exp(log_leaves) * special.betainc(n, r, share))

    def median_wait(self, frequency: Floats, age: Floats) -> Floats:
        """Median time to the next purchase of a customer who is alive, shape (n,).

        The rate given the history is Gamma(r + x, alpha + T), so the wait is Lomax: (alpha + T)(2^(1/(r + x)) - 1).
        """
        check_is_fitted(self, "r_")
        with np.errstate(over="ignore"):
            return np.asarray((self.alpha_ + age) * np.expm1(np.log(2) / (self.r_ + frequency)))

    def _log_odds_gone(self, x: Floats, tx: Floats, T: Floats) -> Floats:
        power = (self.r_ + x) * (np.log(self.alpha_ + T) - np.log(self.alpha_ + tx))
        odds = np.log(self.a_) - np.log(self.b_ + np.maximum(x, 1) - 1) + power
        return np.where(x > 0, odds, -np.inf)


def checked_histories(frequency: Floats, recency: Floats, age: Floats) -> tuple[Floats, Floats, Floats]:
    """The three arrays as float64 of one shape; ValueError, saying which, when a history is impossible."""
    x, tx, T = (np.asarray(part, dtype=np.float64) for part in (frequency, recency, age))
    if not (x.shape == tx.shape == T.shape) or x.ndim != 1 or x.size == 0:
        raise ValueError("frequency, recency and age must be one-dimensional, of one length and not empty")
    faults = {
        "frequency, recency and age must be finite": ~np.isfinite(x + tx + T),
        "frequency must be a whole number, 0 or more": (x < 0) | (x != np.floor(x)),
        "recency must be between 0 and age": (tx < 0) | (tx > T),
        "recency must be 0 where frequency is 0": (x == 0) & (tx != 0),
    }
    for problem, is_bad in faults.items():
        if is_bad.any():
            raise ValueError(f"{problem} (first at position {int(np.argmax(is_bad))})")
    return x, tx, T


def _off_one(a: float) -> float:
    """``a``, moved off the removable singularity of the expectation at 1."""
    return a if abs(a - 1) > 1e-6 else 1 + 1e-6


def _log_likelihood_and_slope(
    parameters: Floats, x: Floats, tx: Floats, T: Floats, weight: Floats
) -> tuple[float, Floats]:
    """Weighted log-likelihood (equation 6) and its derivative by r, alpha, a, b."""
    r, alpha, a, b = parameters
    repeat = x > 0
    later = b + np.maximum(x, 1) - 1
    alive = -(r + x) * np.log(alpha + T)
    with np.errstate(divide="ignore"):
        gone = np.where(repeat, np.log(a) - np.log(later) - (r + x) * np.log(alpha + tx), -np.inf)
    either = np.logaddexp(alive, gone)
    share = np.exp(gone - either)
    counts = special.gammaln(r + x) - special.gammaln(r) + r * np.log(alpha)
    stays = special.betaln(a, b + x) - special.betaln(a, b)
    by_time = (1 - share) / (alpha + T) + share / (alpha + tx)
    log_time = (1 - share) * np.log(alpha + T) + share * np.log(alpha + tx)
    total, stay_total = special.digamma(a + b + x), special.digamma(a + b)
    slopes = np.stack(
        [
            special.digamma(r + x) - special.digamma(r) + np.log(alpha) - log_time,
            r / alpha - (r + x) * by_time,
            stay_total - total + share / a,
            special.digamma(b + x) - special.digamma(b) + stay_total - total - share / later,
        ]
    )
    return float(weight @ (counts + stays + either)), np.asarray(slopes @ weight)
