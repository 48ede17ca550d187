"""The naive rivals every model is judged beside, in the same windows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt
from scipy import stats
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.utils.validation import check_is_fitted

if TYPE_CHECKING:
    from ml.purchase_models.summary import PurchaseSummary

Floats = npt.NDArray[np.float64]


class BaseRate(BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Everyone has the probability that was seen in training (``rate_``)."""

    def fit(self, X: Floats, y: Floats) -> Self:
        """Learn the share of positives of ``y``, shape (n,), 0/1; of ``X`` only the length is checked."""
        if len(X) != len(y) or len(y) == 0:
            raise ValueError("X and y must be of one length and not empty")
        self.rate_ = float(np.mean(y))
        return self

    def probability(self, X: Floats) -> Floats:
        """The rate for every row of ``X``, shape (n,)."""
        check_is_fitted(self, "rate_")
        return np.full(len(X), self.rate_)


class RecencyAlone(BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Logistic curve over the log of the days since the last order, and nothing else (``slope_``, ``level_``)."""

    def fit(self, X: Floats, y: Floats) -> Self:
        """Fit days ``X``, shape (n,), >= 0, to outcomes ``y``, 0/1 of both kinds."""
        if len(X) != len(y) or np.min(X) < 0:
            raise ValueError("X and y must be of one length and X must not be negative")
        model = LogisticRegression().fit(np.log1p(X)[:, None], y)
        self.slope_ = float(model.coef_[0, 0])
        self.level_ = float(model.intercept_[0])
        return self

    def probability(self, X: Floats) -> Floats:
        """P(y = 1 | days), shape (n,)."""
        check_is_fitted(self, "slope_")
        return np.asarray(1 / (1 + np.exp(-(self.level_ + self.slope_ * np.log1p(X)))))


def historical_rate(summary: PurchaseSummary, t: float) -> Floats:
    """Purchases in the next ``t`` if everyone goes on as before: x / T * t, shape (n,); 0 for an age of 0."""
    age = summary.column("age")
    return np.asarray(summary.column("frequency") / np.where(age > 0, age, np.inf) * t)


def historical_spending(summary: PurchaseSummary, t: float) -> Floats:
    """Money in the next ``t`` if everyone goes on as before: the historical rate times the own mean value."""
    return historical_rate(summary, t) * summary.column("value")


def historical_spending_interval(
    summary: PurchaseSummary, t: float, level: float = 0.8
) -> tuple[Floats, Floats]:
    """Central interval of `historical_spending` when the number of purchases is Poisson: (low, high)."""
    tail = (1 - level) / 2
    rate, value = historical_rate(summary, t), summary.column("value")
    low, high = (stats.poisson.ppf(part, rate) * value for part in (tail, 1 - tail))
    return np.asarray(low), np.asarray(high)
