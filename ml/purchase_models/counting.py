"""What every count model shares: histories, the fit by maximum likelihood, and how sure the parameters are.

A count model says how often a customer buys while alive and how long the customer lives. Histories are (x, t_x, T):
repeat purchases, the time from the first to the last of them, and the time from the first to now, in one unit.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np
import numpy.typing as npt
from scipy import optimize
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted
from threadpoolctl import ThreadpoolController

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
WARM_UP = 20_000  # distinct histories beyond which a fit starts from that of an even sample of about so many
FLAT = 1.0  # variance of a log-parameter beyond which the data say nothing about it
STEP = 1e-4


@dataclass(frozen=True)
class Histories:
    """Distinct histories with how many customers have each; what depends on x alone is computed once an x.

    ``counts`` are the distinct x, ``which`` the place of each history's x among them, ``weight`` the customers of each
    history and ``count_weight`` those of each x.
    """

    counts: Floats
    which: Ints
    recency: Floats
    age: Floats
    weight: Floats
    count_weight: Floats

    @property
    def x(self) -> Floats:
        return self.counts[self.which]

    @property
    def customers(self) -> float:
        return float(self.weight.sum())

    @classmethod
    def of(cls, x: Floats, recency: Floats, age: Floats) -> Histories:
        order = np.lexsort((age, recency, x))
        rows = np.column_stack([x, recency, age])[order]
        is_new = np.concatenate([[True], (rows[1:] != rows[:-1]).any(axis=1)])
        starts = np.flatnonzero(is_new)
        weight = np.diff(np.append(starts, x.size)).astype(np.float64)
        return cls._weighted(rows[starts], weight)

    @classmethod
    def _weighted(cls, rows: Floats, weight: Floats) -> Histories:
        counts, which = np.unique(rows[:, 0], return_inverse=True)
        return cls(
            counts, which, rows[:, 1], rows[:, 2], weight, np.bincount(which, weight).astype(np.float64)
        )

    def scaled(self, scale: float) -> Histories:
        """The same histories in a unit of time ``scale`` times as long."""
        return replace(self, recency=self.recency / scale, age=self.age / scale)

    def sample(self, size: int) -> Histories:
        """About ``size`` of the histories, evenly through their order."""
        kept = slice(0, None, max(1, self.weight.size // size))
        rows = np.column_stack([self.x, self.recency, self.age])
        return self._weighted(rows[kept], self.weight[kept])


class CountModel(BaseEstimator, ABC):  # type: ignore[misc]  # scikit-learn ships no types
    """A count model fitted by maximum likelihood over log-parameters, on distinct histories with weights.

    Attributes
    ----------
    log_likelihood_ : natural log of the likelihood at the optimum
    n_customers_ : how many histories were fitted
    """

    title: ClassVar[str]
    names: ClassVar[tuple[str, ...]]
    times: ClassVar[tuple[bool, ...]]
    bounds: ClassVar[Floats]
    starts: ClassVar[tuple[tuple[float, ...], ...]]
    """The name of the model and of its parameters, which of them are times, and (in mean ages) their bounds as logs
    and where the search starts."""

    def __init__(self, max_iter: int = 500) -> None:
        """Store how many iterations the optimiser may take."""
        self.max_iter = max_iter

    def fit(self, frequency: Floats, recency: Floats, age: Floats) -> Self:
        """Fit histories (x, t_x, T), each of shape (n,): x >= 0 whole, 0 <= t_x <= T, one unit of time.

        Raises ValueError when a history is impossible or nobody bought twice.
        """
        x, tx, T = checked_histories(frequency, recency, age)
        if not (x > 0).any():
            raise ValueError(f"nobody bought twice: {self.title} needs repeat purchases")
        scale = float(T.mean())
        histories = Histories.of(x, tx, T)
        scaled = histories.scaled(scale)
        theta = self._best(scaled, self._first(scaled))
        self._set(np.exp(theta) * np.where(self.times, scale, 1.0))
        self.log_likelihood_ = self._likelihood_and_slope(self.parameters, histories)[0]
        self.n_customers_ = int(x.size)
        return self

    @classmethod
    def of(cls, *parameters: float) -> Self:
        """A model with the parameters given, in the order of ``names``, as if fitted."""
        if len(parameters) != len(cls.names):
            raise ValueError(f"{cls.title} needs {len(cls.names)} parameters: {', '.join(cls.names)}")
        model = cls()
        model._set(parameters)
        return model

    @property
    def parameters(self) -> Floats:
        """The parameters in the order of ``names``, in the unit of time of the histories."""
        check_is_fitted(self, f"{self.names[0]}_")
        return np.array([getattr(self, f"{name}_") for name in self.names])

    def standard_errors(self, frequency: Floats, recency: Floats, age: Floats) -> dict[str, float]:
        """The standard error of each parameter by the observed information of the histories that were fitted.

        Where they say next to nothing about a parameter, its error is cut at the parameter itself.
        """
        histories, at = Histories.of(*checked_histories(frequency, recency, age)), self.parameters
        errors = at * np.sqrt(np.diag(_covariance(lambda theta: self._slope(theta, histories), np.log(at))))
        return dict(zip(self.names, errors.tolist(), strict=True))

    def log_likelihood(self, frequency: Floats, recency: Floats, age: Floats) -> float:
        """Summed log-likelihood of histories under the fitted parameters."""
        histories = Histories.of(*checked_histories(frequency, recency, age))
        return self._likelihood_and_slope(self.parameters, histories)[0]

    @abstractmethod
    def p_alive(self, frequency: Floats, recency: Floats, age: Floats) -> Floats:
        """P(alive at T | x, t_x, T), shape (n,). What the model believes of the past, and no churn score."""

    def expected_purchases(self, t: float, frequency: Floats, recency: Floats, age: Floats) -> Floats:
        """E[Y(t) | x, t_x, T], the purchases expected in (T, T + t], shape (n,)."""
        return self.expected_if_alive(t, frequency, age) * self.p_alive(frequency, recency, age)

    @abstractmethod
    def expected_if_alive(self, t: float, frequency: Floats, age: Floats) -> Floats:
        """E[Y(t) | x, T, alive at T], the purchases expected in (T, T + t] of who is alive, shape (n,)."""

    @abstractmethod
    def expected_purchases_of_new(self, t: Floats) -> Floats:
        """E[X(t)]: repeat purchases of a random customer in the ``t`` after the first purchase; shape of ``t``."""

    @abstractmethod
    def p_no_purchase(self, t: float, frequency: Floats, recency: Floats, age: Floats) -> Floats:
        """P(Y(t) = 0 | x, t_x, T), shape (n,): gone already, or silent for ``t``."""

    @abstractmethod
    def p_count(self, n: int, t: float) -> float:
        """P(X(t) = n): a random customer makes ``n`` repeat purchases in the ``t`` after the first."""

    @abstractmethod
    def simulated(
        self, rng: np.random.Generator, t: float, frequency: Floats, recency: Floats, age: Floats, draws: int
    ) -> Floats:
        """Drawn numbers of purchases in (T, T + t] given each history, shape (n, draws)."""

    def median_wait(self, frequency: Floats, age: Floats) -> Floats:
        """Median time to the next purchase of a customer who stays, shape (n,).

        The rate given the history is Gamma(r + x, alpha + T), so the wait is Lomax: (alpha + T)(2^(1/(r + x)) - 1).
        """
        r, alpha = self.parameters[:2]
        with np.errstate(over="ignore"):
            return np.asarray((alpha + age) * np.expm1(np.log(2) / (r + frequency)))

    @abstractmethod
    def _likelihood_and_slope(self, parameters: Floats, histories: Histories) -> tuple[float, Floats]:
        """Weighted log-likelihood and its derivative by each parameter."""

    def _slope(self, theta: Floats, histories: Histories) -> Floats:
        parameters = np.exp(theta)
        return self._likelihood_and_slope(parameters, histories)[1] * parameters

    def _set(self, parameters: Iterable[float]) -> None:
        for name, value in zip(self.names, parameters, strict=True):
            setattr(self, f"{name}_", float(value))

    def _first(self, histories: Histories) -> tuple[Floats, ...]:
        """Where the search begins, as log-parameters: for many histories at the optimum of a sample of them."""
        starts = tuple(np.log(start) for start in self.starts)
        if histories.weight.size <= 2 * WARM_UP:
            return starts
        return (self._best(histories.sample(WARM_UP), starts),)

    def _best(self, histories: Histories, starts: tuple[Floats, ...]) -> Floats:
        customers = histories.customers

        def cost(theta: Floats) -> tuple[float, Floats]:
            parameters = np.exp(theta)
            value, slope = self._likelihood_and_slope(parameters, histories)
            return -value / customers, -slope * parameters / customers

        found = [minimised(cost, start, self.bounds, self.max_iter) for start in starts]
        return np.asarray(min(found, key=lambda result: float(result.fun)).x)


def minimised(
    cost: Callable[[Floats], tuple[float, Floats]], start: Floats, bounds: Floats, max_iter: int
) -> optimize.OptimizeResult:
    """The least of a cost with its slope, within bounds.

    On one thread: for a handful of parameters the others would only wait, for longer than the search takes.
    """
    with _linear_algebra().limit(limits=1, user_api="blas"):
        return optimize.minimize(
            cost, start, jac=True, method="L-BFGS-B", bounds=bounds,
            options={"maxiter": max_iter, "ftol": 1e-13, "gtol": 1e-8},
        )  # fmt: skip


@cache
def _linear_algebra() -> ThreadpoolController:
    return ThreadpoolController()


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


def _covariance(slope: Callable[[Floats], Floats], theta: Floats) -> Floats:
    """The inverse of the observed information at ``theta``, ``slope`` being the score, by central differences.

    Directions in which the likelihood is all but flat get the variance `FLAT`, so that it is always a covariance.
    """
    steps = STEP * np.eye(theta.size)
    information = -np.stack([(slope(theta + step) - slope(theta - step)) / (2 * STEP) for step in steps])
    curvature, axes = np.linalg.eigh((information + information.T) / 2)
    variance = 1 / np.maximum(curvature, 1 / FLAT)
    return np.asarray((axes * variance) @ axes.T)
