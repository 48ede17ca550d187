"""The methods that could foretell churn, fitted alike, and which of them did best on earlier windows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ml import baselines, metrics
from ml.churn_models import level, visits, year_before
from ml.churn_models.rows import INPUTS, matrix, outcome
from ml.risk_models import ChurnBoosting, ChurnForest, ChurnLogistic, SigmoidCalibration
from ml.sufficiency import CHURN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

Floats = npt.NDArray[np.float64]

FOREST, LOGISTIC, BOOSTING = "random forest", "logistic regression", "gradient boosting"
BASE_RATE, RECENCY, BETA_GEO = "base rate", "recency alone", "BG/NBD alone"
MODELS, RIVALS = (FOREST, LOGISTIC, BOOSTING), (BASE_RATE, RECENCY, BETA_GEO)
WITH_VISITS = " with visits"
VISITING = tuple(f"{name}{WITH_VISITS}" for name in (LOGISTIC, BOOSTING))
"""Models given the visits as well: candidates where the events cover every cutoff (`visits.coverage`). The forest is
not, as it would take longer than all else together; on the simulated shop it does no better than boosting with them."""
WITHOUT_VISITS = (*MODELS, *RIVALS)
EVERY = (*MODELS, *VISITING, *RIVALS)
FOLDS = 3
MOST_CUSTOMERS = 20_000
"""More rows of one moment than this do not change what is learned, only how long it takes."""
STEEPEST = 2.0
_READ = tuple(
    INPUTS.index(name) for name in ("p_no_purchase", "recency_days", "product_count", "average_order_value")
)


@dataclass(frozen=True)
class Method:
    """A fitted method; ``model`` is None for those that read a column as it is."""

    name: str
    model: Any
    calibration: SigmoidCalibration | None = None

    def raw(self, rows: pd.DataFrame) -> Floats:
        """P(churn) before calibration, shape (n,)."""
        if self.name == BETA_GEO:
            return rows["p_no_purchase"].to_numpy(dtype=float)
        if self.name in RIVALS:
            return np.asarray(self.model.probability(rows["recency_days"].to_numpy(dtype=float)))
        return np.asarray(self.model.raw(matrix(rows, self.inputs)))

    def probability(self, rows: pd.DataFrame) -> Floats:
        """P(churn), shape (n,)."""
        raw = self.raw(rows)
        return raw if self.calibration is None else self.calibration.probability(raw)

    @property
    def kind(self) -> str:
        """Its name, whatever it reads."""
        return self.name.removesuffix(WITH_VISITS)

    @property
    def is_visiting(self) -> bool:
        """Whether it reads visits."""
        return self.name in VISITING

    @property
    def inputs(self) -> tuple[str, ...]:
        """The columns of `matrix` it was fitted to."""
        return inputs_read(self.name)

    @property
    def kept(self) -> Any:
        """What an artifact keeps of it: the model, its calibration with it, or the calibration alone."""
        return self.calibration if self.model is None else self.model


@dataclass(frozen=True)
class Fold:
    """A window that is over, and those to foretell it from."""

    cutoff: datetime
    train: tuple[datetime, ...]


@dataclass(frozen=True)
class Learned:
    """Everything fitted as of a moment; ``fold_auc`` holds each method's AUC in each fold, oldest first."""

    methods: Mapping[str, Method]
    level: level.Level
    fold_auc: Mapping[str, list[float]]

    @property
    def preferred(self) -> str:
        """The method of the best mean AUC over the folds: BG/NBD unless a model beats it there."""
        return self.best_of((BETA_GEO, *self.models))

    @property
    def models(self) -> tuple[str, ...]:
        """The models there are, those that read no visits first: one that does must do better to be preferred."""
        return tuple(name for name in (*MODELS, *VISITING) if name in self.methods)

    def best_of(self, names: Sequence[str]) -> str:
        """Which of ``names`` did best in the folds; the first when there were none."""
        return max(names, key=lambda name: float(np.mean(self.fold_auc[name] or [0.0])))

    @property
    def best_model(self) -> str:
        """The model (no rival) that did best in the folds; the forest when there was none."""
        return self.best_of(self.models)


def learn(
    rows: pd.DataFrame,
    at: datetime,
    horizon_days: int,
    seed: int,
    names: Sequence[str] = WITHOUT_VISITS,
    *,
    missed: Mapping[datetime, float] = MappingProxyType({}),
) -> Learned:
    """Fit the methods named on the windows of ``rows`` that were over at ``at`` and move them to the level foreseen.

    The spread of each method's log-odds is corrected by what it foresaw, fitted on earlier windows only, of
    the last complete window, and, where the rows hold it, just as much by what it foresees, fitted on the others, of the
    window a year before; their level is `ml.churn_models.level`, which is told what was ``missed`` then. With one name there is nothing to choose, so only the
    last fold is looked at.
    """
    over = tuple(sorted(each for each in rows["as_of"].unique() if each + timedelta(days=horizon_days) <= at))
    sampled = _sampled(rows[rows["as_of"].isin(over)], seed)
    fold_auc: dict[str, list[float]] = {name: [] for name in names}
    slopes = dict.fromkeys(names, 1.0)
    for fold in folds(sampled, over, horizon_days)[-1 if len(names) == 1 else 0 :]:
        actual, found = _foreseen(sampled, fold, names, seed)
        for name, raw in found.items():
            fold_auc[name].append(metrics.auc(actual, raw))
            slopes[name] = _slope(raw, actual)
    for fold in _year_before(sampled, over, at, horizon_days):
        actual, found = _foreseen(sampled, fold, names, seed)
        slopes |= {name: float(np.sqrt(slopes[name] * _slope(raw, actual))) for name, raw in found.items()}
    share = level.foreseen(rows, at, horizon_days, missed)
    current = rows[rows["as_of"] == at]
    methods = {
        name: _at_level(method, current, slopes[name], share.share)
        for name, method in fit_all(sampled, names, seed).items()
    }
    return Learned(methods, share, fold_auc)


def fit_all(rows: pd.DataFrame, names: Sequence[str], seed: int) -> dict[str, Method]:
    """The methods named, fitted on ``rows``, not calibrated; those that read visits on the rows that have them."""
    shares = (INPUTS.index("p_no_purchase"),)
    fit: Mapping[str, Callable[[Floats, Floats, Floats], Any]] = {
        FOREST: lambda X, y, _days: ChurnForest(random_state=seed).fit(X, y),
        LOGISTIC: lambda X, y, _days: ChurnLogistic(columns=_columns(X), shares=shares).fit(X, y),
        BOOSTING: lambda X, y, _days: ChurnBoosting(random_state=seed).fit(X, y),
        BASE_RATE: lambda _X, y, days: baselines.BaseRate().fit(days, y),
        RECENCY: lambda _X, y, days: baselines.RecencyAlone().fit(days, y),
        BETA_GEO: lambda _X, _y, _days: None,
    }
    found = {}
    for name in names:
        known = rows[rows["visit_days"].notna()] if name in VISITING else rows
        days = known["recency_days"].to_numpy(dtype=float)
        model = fit[name.removesuffix(WITH_VISITS)](matrix(known, inputs_read(name)), outcome(known), days)
        found[name] = Method(name, model)
    return found


def is_model(name: str) -> bool:
    """Whether a method is a model, and no rival."""
    return name in MODELS or name in VISITING


def inputs_read(name: str) -> tuple[str, ...]:
    """The columns that the method of that name is given."""
    return (*INPUTS, *visits.INPUTS) if name in VISITING else INPUTS


def _columns(X: Floats) -> tuple[int, ...]:
    """What the logistic curve reads: a few columns of behaviour, and most of visits where there are any."""
    if X.shape[1] == len(INPUTS):
        return _READ
    return (*_READ, *(len(INPUTS) + visits.INPUTS.index(name) for name in visits.CURVED))


def kept_method(name: str, kept: Any) -> Method:
    """The method of that name again from what an artifact kept of it."""
    if name == BETA_GEO:
        return Method(name, None, kept)
    return Method(name, kept, kept.calibration_ if is_model(name) else None)


def folds(rows: pd.DataFrame, cutoffs: Sequence[datetime], horizon_days: int) -> list[Fold]:
    """Up to three latest windows to choose by, each with those that ended before it; both outcomes on either side."""
    horizon = timedelta(days=horizon_days)
    found = [
        Fold(cutoff, tuple(each for each in cutoffs if each + horizon <= cutoff))
        for cutoff in cutoffs[-FOLDS:]
    ]
    return [fold for fold in found if _has_both_outcomes(rows, fold)]


def _year_before(
    rows: pd.DataFrame, cutoffs: Sequence[datetime], at: datetime, horizon_days: int
) -> list[Fold]:
    """The window a year before ``at`` with those that share no day with it, when there is one; all are over at ``at``."""
    then, horizon = year_before.before(at), timedelta(days=horizon_days)
    fold = Fold(then, tuple(each for each in cutoffs if abs(each - then) >= horizon))
    return [fold] if then in cutoffs and _has_both_outcomes(rows, fold) else []


def _has_both_outcomes(rows: pd.DataFrame, fold: Fold) -> bool:
    parts = (rows[rows["as_of"].isin(fold.train)], rows[rows["as_of"] == fold.cutoff])
    return all(CHURN.each <= outcome(part).sum() <= len(part) - CHURN.each for part in parts)


def _foreseen(
    rows: pd.DataFrame, fold: Fold, names: Sequence[str], seed: int
) -> tuple[Floats, dict[str, Floats]]:
    """What came in the window of a fold, and what each method fitted on its other windows foresees of it.

    Methods that read visits are left out of a window that has none.
    """
    tested = rows[rows["as_of"] == fold.cutoff]
    if "visit_days" in tested.columns and tested["visit_days"].isna().any():
        names = [name for name in names if name not in VISITING]
    fitted = fit_all(rows[rows["as_of"].isin(fold.train)], names, seed)
    return outcome(tested), {name: method.raw(tested) for name, method in fitted.items()}


def _at_level(method: Method, current: pd.DataFrame, slope: float, mean: float) -> Method:
    calibration = SigmoidCalibration.at_level(method.raw(current), slope=slope, mean=mean)
    if is_model(method.name):
        method.model.calibration_ = calibration
    return Method(method.name, method.model, calibration)


def _slope(raw: Floats, actual: Floats) -> float:
    """The spread that fits best, no more than doubled or halved; 1 where nothing tells customers apart."""
    if np.ptp(raw) == 0:
        return 1.0
    return float(np.clip(SigmoidCalibration().fit(raw, actual).slope_, 1 / STEEPEST, STEEPEST))


def _sampled(rows: pd.DataFrame, seed: int) -> pd.DataFrame:
    sizes = rows.groupby("as_of")["customer_id"].transform("size").to_numpy()
    if not len(sizes) or sizes.max() <= MOST_CUSTOMERS:
        return rows
    return rows[np.random.default_rng(seed).random(len(rows)) < MOST_CUSTOMERS / sizes]
