"""How the candidates did on the window that none of them has seen, and which of them serves."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ml import metrics
from ml.churn_models import guard
from ml.churn_models.candidates import MODELS, RIVALS, VISITING, Learned
from ml.churn_models.rows import outcome
from ml.results import Baseline

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]

JUDGED_BY = {
    "auc": metrics.auc,
    "brier": metrics.brier,
    "calibration_error": metrics.calibration_error,
    "top_decile_lift": metrics.top_decile_lift,
}


@dataclass(frozen=True)
class Findings:
    """``measured`` are the metrics of the model judged, ``baseline`` its best rival, ``served`` who serves."""

    measured: dict[str, float]
    baseline: Baseline
    served: str
    card: dict[str, Any] = field(default_factory=dict)


def judge(learned: Learned, test: pd.DataFrame, seed: int) -> Findings:
    """Judge every method on ``test``, whose moment is later than everything ``learned`` knows."""
    actual = outcome(test)
    predicted = {name: method.probability(test) for name, method in learned.methods.items()}
    guard.refuse_wonders(max(metrics.auc(actual, each) for each in predicted.values()))
    intervals = {name: measured(actual, each, seed) for name, each in predicted.items()}
    found = {
        name: {metric: each["value"] for metric, each in figures.items()}
        | {"mean_probability": float(predicted[name].mean())}
        for name, figures in intervals.items()
    }
    model = learned.best_model
    rival = max(RIVALS, key=lambda name: found[name]["auc"])
    gain, low, high = metrics.paired_difference(
        metrics.auc, actual, predicted[model], predicted[rival], seed=seed
    )
    has_folds = bool(learned.fold_auc[model])
    is_served = gain >= 0 if learned.preferred == model else low > 0 and not has_folds
    served = model if is_served else rival
    figures = found[model] | {
        "churned_share": float(actual.mean()),
        "test_customers": float(actual.size),
        "auc_gain": gain,
        "auc_gain_low": low,
        "auc_gain_high": high,
    }
    card = {
        "judged_model": model,
        "candidates": intervals,
        "rivals": {name: each for name, each in found.items() if name != model},
        "fold_auc": dict(learned.fold_auc),
        "preferred_in_folds": learned.preferred,
        "level_when_tested": asdict(learned.level),
    }
    if VISITING[0] in predicted:
        card["visits_gain"] = _gain_of_visits(learned, predicted, actual, seed)
    return Findings(figures, Baseline(rival, found[rival]), served, card)


def _gain_of_visits(
    learned: Learned, predicted: dict[str, Floats], actual: Floats, seed: int
) -> dict[str, Any]:
    """What visits add to the AUC: the best model in the folds with them less the best without, on the same customers."""
    with_visits, without = learned.best_of(VISITING), learned.best_of(MODELS)
    gain, low, high = metrics.paired_difference(
        metrics.auc, actual, predicted[with_visits], predicted[without], seed=seed
    )
    return {"with": with_visits, "without": without, "auc": gain, "low": low, "high": high}


def measured(actual: Floats, probability: Floats, seed: int) -> dict[str, dict[str, float]]:
    """AUC, Brier score, calibration error and top-decile lift: value, and low and high of the 95 % bootstrap interval."""
    found = {}
    for name, metric in JUDGED_BY.items():
        low, high = metrics.bootstrap_interval(metric, actual, probability, seed=seed, resamples=100)
        found[name] = {"value": metric(actual, probability), "low": low, "high": high}
    return found
