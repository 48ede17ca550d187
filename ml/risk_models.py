"""From behaviour to a probability: a forest, a logistic curve, boosted trees, and the calibration of any of them."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy import optimize, special
from sklearn.base import BaseEstimator
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.utils.validation import check_is_fitted

Floats = npt.NDArray[np.float64]
MANY_ROWS = 2_000


class SigmoidCalibration(BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Platt scaling on log-odds: corrects the level and the spread of probabilities and keeps their order.

    Learns ``slope_`` and ``level_`` of logit P(y = 1) = level + slope * logit(p). Never isotonic, however many rows
    there are: its steps would give hundreds of customers one probability, and a step learned in one season cannot be
    moved to the level of another, which two numbers can.
    """

    def fit(self, X: Floats, y: Floats) -> Self:
        """Fit probabilities ``X``, shape (n,), to outcomes ``y``, 0/1 of both kinds, that ``X`` was not fitted on."""
        if len(X) != len(y) or np.min(X) < 0 or np.max(X) > 1:
            raise ValueError("X must be probabilities, as many as there are outcomes")
        model = LogisticRegression(C=1e6, max_iter=1000).fit(log_odds(X)[:, None], y)
        self.slope_ = float(model.coef_[0, 0])
        self.level_ = float(model.intercept_[0])
        return self

    @classmethod
    def at_level(cls, X: Floats, *, slope: float, mean: float) -> Self:
        """The calibration of that slope whose probabilities of ``X`` have that mean."""
        scaled = slope * log_odds(X)
        calibration = cls()
        calibration.slope_ = slope
        calibration.level_ = float(
            optimize.brentq(lambda level: float(special.expit(level + scaled).mean()) - mean, -40.0, 40.0)
        )
        return calibration

    def probability(self, X: Floats) -> Floats:
        """The corrected probabilities, shape (n,)."""
        check_is_fitted(self, "slope_")
        return np.asarray(special.expit(self.level_ + self.slope_ * log_odds(X)))


class _Calibrated:
    """A model whose own probabilities, `raw`, are corrected by ``calibration_`` if there is one."""

    calibration_: SigmoidCalibration | None

    def raw(self, X: Floats) -> Floats:
        """The probabilities as learned, shape (n,)."""
        raise TypeError(f"{type(self).__name__} does not say what it learned from {len(X)} rows")

    def probability(self, X: Floats) -> Floats:
        """P(no purchase in the horizon), shape (n,)."""
        raw = self.raw(X)
        return raw if self.calibration_ is None else self.calibration_.probability(raw)


class ChurnForest(_Calibrated, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """A random forest (Breiman 2001) of limited trees, each grown on a part of the rows.

    Trees this small lose nothing here against full ones, take a tenth of the time, and can be explained exactly.

    Attributes
    ----------
    forest_ : the fitted forest; calibration_ : a fitted `SigmoidCalibration` or None; n_features_in_ : columns seen
    """

    def __init__(
        self,
        n_estimators: int = 150,
        max_depth: int = 8,
        min_samples_leaf: int = 50,
        max_samples: float = 0.5,
        most_rows: int = 8_000,
        random_state: int = 0,
    ) -> None:
        self.n_estimators = n_estimators
        self.max_depth = max_depth
        self.min_samples_leaf = min_samples_leaf
        self.max_samples = max_samples
        self.most_rows = most_rows
        self.random_state = random_state

    def fit(self, X: Floats, y: Floats) -> Self:
        """Fit ``X``, shape (n, features), to ``y``, 0/1 of both kinds; forgets any calibration."""
        X = _table(X, y)
        self.forest_ = RandomForestClassifier(
            n_estimators=self.n_estimators, max_depth=self.max_depth, min_samples_leaf=self.min_samples_leaf,
            max_samples=min(self.max_samples, self.most_rows / len(X)), random_state=self.random_state,
            n_jobs=-1 if len(X) > MANY_ROWS else None,
        ).fit(X, y)  # fmt: skip
        # Threads add up the answers of trees in the order they end, which changes the last digits.
        self.forest_.n_jobs = None
        self.calibration_ = None
        self.n_features_in_ = X.shape[1]
        return self

    def raw(self, X: Floats) -> Floats:
        """The mean over trees of the share of positives in the leaf, shape (n,)."""
        check_is_fitted(self, "forest_")
        return np.asarray(self.forest_.predict_proba(np.asarray(X, dtype=np.float64))[:, 1])


class ChurnLogistic(_Calibrated, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Logistic regression on a few columns, in units of their spread: log-odds of shares, logarithms of the rest.

    Parameters
    ----------
    columns : positions of the columns it reads (all of them if None)
    shares : those of ``columns`` that are probabilities

    Attributes
    ----------
    mean_, spread_ : of each column after its transformation; weight_, level_ : of the log-odds, in those units
    """

    def __init__(
        self, columns: tuple[int, ...] | None = None, shares: tuple[int, ...] = (), strength: float = 1.0
    ) -> None:
        self.columns = columns
        self.shares = shares
        self.strength = strength

    def fit(self, X: Floats, y: Floats) -> Self:
        """Fit ``X``, shape (n, features), to ``y``, 0/1 of both kinds; forgets any calibration."""
        values = self._transformed(_table(X, y))
        self.mean_ = values.mean(axis=0)
        spread = values.std(axis=0)
        self.spread_ = np.where(spread > 0, spread, 1.0)
        model = LogisticRegression(C=self.strength, max_iter=1000)
        model.fit((values - self.mean_) / self.spread_, y)
        self.weight_ = np.asarray(model.coef_[0], dtype=np.float64)
        self.level_ = float(model.intercept_[0])
        self.calibration_ = None
        return self

    def contributions(self, X: Floats) -> Floats:
        """What each column adds to the log-odds over an average customer: weight x (value - mean) / spread.

        Shape (n, features), 0 where a column is not read; rows sum to the log-odds of `raw` less ``level_``.
        """
        check_is_fitted(self, "weight_")
        X = np.asarray(X, dtype=np.float64)
        added = np.zeros_like(X)
        added[:, self._read(X)] = (self._transformed(X) - self.mean_) / self.spread_ * self.weight_
        return added

    def raw(self, X: Floats) -> Floats:
        """The logistic curve at each row, shape (n,)."""
        return np.asarray(special.expit(self.contributions(X).sum(axis=1) + self.level_))

    def _read(self, X: Floats) -> list[int]:
        return list(range(X.shape[1])) if self.columns is None else list(self.columns)

    def _transformed(self, X: Floats) -> Floats:
        logged = np.sign(X) * np.log1p(np.abs(X))
        shares = list(self.shares)
        logged[:, shares] = log_odds(X[:, shares])
        return np.asarray(logged[:, self._read(X)])


class ChurnBoosting(_Calibrated, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Histogram gradient boosting of few small trees.

    Attributes
    ----------
    boosting_ : the fitted trees; calibration_ : a fitted `SigmoidCalibration` or None; n_features_in_ : columns seen
    """

    def __init__(
        self,
        max_iter: int = 60,
        max_leaf_nodes: int = 6,
        min_samples_leaf: int = 100,
        learning_rate: float = 0.06,
        random_state: int = 0,
    ) -> None:
        self.max_iter = max_iter
        self.max_leaf_nodes = max_leaf_nodes
        self.min_samples_leaf = min_samples_leaf
        self.learning_rate = learning_rate
        self.random_state = random_state

    def fit(self, X: Floats, y: Floats) -> Self:
        """Fit ``X``, shape (n, features), to ``y``, 0/1 of both kinds; forgets any calibration."""
        X = _table(X, y)
        self.boosting_ = HistGradientBoostingClassifier(
            max_iter=self.max_iter, max_leaf_nodes=self.max_leaf_nodes, min_samples_leaf=self.min_samples_leaf,
            learning_rate=self.learning_rate, l2_regularization=1.0, early_stopping=False,
            random_state=self.random_state,
        ).fit(X, y)  # fmt: skip
        self.calibration_ = None
        self.n_features_in_ = X.shape[1]
        return self

    def raw(self, X: Floats) -> Floats:
        """The boosted probability of each row, shape (n,)."""
        check_is_fitted(self, "boosting_")
        probability: Floats = self.boosting_.predict_proba(np.asarray(X, dtype=np.float64))[:, 1]
        return probability


def log_odds(probability: Floats) -> Floats:
    """Logit of probabilities, kept off 0 and 1 by a millionth."""
    return np.asarray(special.logit(np.clip(probability, 1e-6, 1 - 1e-6)))


def _table(X: Any, y: Floats) -> Floats:
    table: Floats = np.asarray(X, dtype=np.float64)
    if table.ndim != 2 or len(table) != len(y) or np.unique(y).size != 2:
        raise ValueError("X must be a table with as many rows as y, and y must hold both outcomes")
    return table
