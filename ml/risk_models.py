"""From behaviour to a probability: a forest, and the calibration of any probability on later rows."""

from __future__ import annotations

from typing import Self

import numpy as np
import numpy.typing as npt
from scipy import special
from sklearn.base import BaseEstimator
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.utils.validation import check_is_fitted

Floats = npt.NDArray[np.float64]


class SigmoidCalibration(BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Platt scaling on log-odds: corrects the level and the spread of probabilities and keeps their order.

    Learns ``slope_`` and ``level_`` of logit P(y = 1) = level + slope * logit(p). Never isotonic: its steps would give
    hundreds of customers one probability.
    """

    def fit(self, X: Floats, y: Floats) -> Self:
        """Fit probabilities ``X``, shape (n,), to outcomes ``y``, 0/1 of both kinds, that ``X`` was not fitted on."""
        if len(X) != len(y) or np.min(X) < 0 or np.max(X) > 1:
            raise ValueError("X must be probabilities, as many as there are outcomes")
        model = LogisticRegression(C=1e6, max_iter=1000).fit(_log_odds(X)[:, None], y)
        self.slope_ = float(model.coef_[0, 0])
        self.level_ = float(model.intercept_[0])
        return self

    def probability(self, X: Floats) -> Floats:
        """The corrected probabilities, shape (n,)."""
        check_is_fitted(self, "slope_")
        return np.asarray(special.expit(self.level_ + self.slope_ * _log_odds(X)))


class ChurnForest(BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """A random forest of shallow-leaved trees on half samples, calibrated afterwards if later rows are at hand.

    Attributes
    ----------
    forest_ : the fitted forest; calibration_ : a fitted `SigmoidCalibration` or None; n_features_in_ : columns seen
    """

    def __init__(
        self,
        n_estimators: int = 200,
        min_samples_leaf: int = 40,
        max_samples: float = 0.5,
        random_state: int = 0,
    ) -> None:
        self.n_estimators = n_estimators
        self.min_samples_leaf = min_samples_leaf
        self.max_samples = max_samples
        self.random_state = random_state

    def fit(self, X: Floats, y: Floats) -> Self:
        """Fit ``X``, shape (n, features), to ``y``, 0/1 of both kinds; forgets any calibration."""
        X = np.asarray(X, dtype=np.float64)
        if X.ndim != 2 or len(X) != len(y) or np.unique(y).size != 2:
            raise ValueError("X must be a table with as many rows as y, and y must hold both outcomes")
        self.forest_ = RandomForestClassifier(
            n_estimators=self.n_estimators, min_samples_leaf=self.min_samples_leaf,
            max_samples=self.max_samples, random_state=self.random_state,
        ).fit(X, y)  # fmt: skip
        self.calibration_: SigmoidCalibration | None = None
        self.n_features_in_ = X.shape[1]
        return self

    def calibrate(self, X: Floats, y: Floats) -> Self:
        """Correct the probabilities on rows later than those fitted."""
        check_is_fitted(self, "forest_")
        self.calibration_ = SigmoidCalibration().fit(self._raw(X), y)
        return self

    def probability(self, X: Floats) -> Floats:
        """P(no purchase in the horizon), shape (n,)."""
        check_is_fitted(self, "forest_")
        raw = self._raw(X)
        return raw if self.calibration_ is None else np.asarray(self.calibration_.probability(raw))

    def _raw(self, X: Floats) -> Floats:
        return np.asarray(self.forest_.predict_proba(np.asarray(X, dtype=np.float64))[:, 1])


def _log_odds(probability: Floats) -> Floats:
    return np.asarray(special.logit(np.clip(probability, 1e-6, 1 - 1e-6)))
