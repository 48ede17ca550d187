"""A random forest that foresees spending from behaviour: the challenger of the probability models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.ensemble import RandomForestRegressor
from sklearn.utils.validation import check_is_fitted

if TYPE_CHECKING:
    from ml.purchase_models.counting import Floats

BINS = 10
FEWEST_ROWS = 40


class SpendingForest(BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Trees over log(1 + spending), brought back to money by one factor that makes the out-of-bag total right.

    Attributes
    ----------
    forest_ : the fitted forest; factor_ : actual over foreseen total, out of bag; n_features_in_ : columns seen
    edges_, shares_, spreads_ : the upper edges of tenths of the foreseen, the share of each that spent nothing, and
        its sorted out-of-bag errors in the log, one array a tenth
    """

    def __init__(
        self,
        n_estimators: int = 80,
        min_samples_leaf: int = 15,
        max_samples: float = 0.5,
        max_features: float = 0.4,
        random_state: int = 0,
    ) -> None:
        self.n_estimators = n_estimators
        self.min_samples_leaf = min_samples_leaf
        self.max_samples = max_samples
        self.max_features = max_features
        self.random_state = random_state

    def fit(self, X: Floats, y: Floats) -> Self:
        """Fit ``X``, shape (n, features), to spending ``y``, shape (n,); below 0 (refunds) counts as nothing."""
        X, y = np.asarray(X, dtype=np.float64), np.maximum(np.asarray(y, dtype=np.float64), 0.0)
        if X.ndim != 2 or len(X) != len(y) or len(y) < FEWEST_ROWS or not y.sum() > 0:
            raise ValueError(
                f"X must be a table of at least {FEWEST_ROWS} rows, as many as y, and y must hold some spending"
            )
        self.forest_ = RandomForestRegressor(
            n_estimators=self.n_estimators, min_samples_leaf=self.min_samples_leaf, max_samples=self.max_samples,
            max_features=self.max_features, oob_score=True, random_state=self.random_state,
        ).fit(X, np.log1p(y))  # fmt: skip
        unseen = self.forest_.oob_prediction_
        self.factor_ = float(y.sum() / np.expm1(unseen).sum())
        self.edges_ = np.quantile(unseen, np.arange(1, BINS) / BINS)
        tenth = np.searchsorted(self.edges_, unseen)
        parts = [
            tenth == place if (tenth == place).any() else np.ones(len(y), dtype=bool) for place in range(BINS)
        ]
        self.shares_ = np.array([np.mean(y[part] == 0) for part in parts])
        self.spreads_ = [np.sort(np.log1p(y[part]) - unseen[part]) for part in parts]
        self.n_features_in_ = X.shape[1]
        return self

    def predict(self, X: Floats) -> Floats:
        """Expected spending, shape (n,)."""
        return np.asarray(np.expm1(self._log(X)) * self.factor_)

    def interval(self, X: Floats, level: float = 0.8) -> tuple[Floats, Floats]:
        """Interval (low, high) of the spending by the out-of-bag errors of the same tenth, shape (n,) each.

        From 0 up where more of them than the lower tail spent nothing, as in `valuation.spending_interval`.
        """
        log = self._log(X)
        tenth, tail = np.searchsorted(self.edges_, log), (1 - level) / 2
        low, one_sided, high = (
            np.array([np.quantile(spread, part) for spread in self.spreads_])
            for part in (tail, level, 1 - tail)
        )
        is_open = self.shares_ > tail
        low, high = np.where(is_open, -np.inf, low), np.where(is_open, one_sided, high)
        return np.maximum(np.expm1(log + low[tenth]), 0.0), np.maximum(np.expm1(log + high[tenth]), 0.0)

    def _log(self, X: Floats) -> Floats:
        check_is_fitted(self, "forest_")
        return np.asarray(self.forest_.predict(np.asarray(X, dtype=np.float64)))
