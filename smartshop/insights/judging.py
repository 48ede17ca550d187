"""A run beside the live one: what both foresaw for the same customers in the same window.

The window is the one the new run was tested on. The live run answers with what it foresaw then if it was tested on
that very window, else by applying its method, as it was judged, to the new window: that method was fitted before its
own, earlier test window, so it has not seen the new one either. The model that is served, fitted up to its last day,
has seen most of it and would win unfairly.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import structlog

from ml import artifact, metrics, results
from ml.results import TrainingResult
from smartshop.insights import rules
from smartshop.insights.queries import runs

log = structlog.get_logger(__name__)

Floats = npt.NDArray[np.float64]
Metric = Callable[[Floats, Floats], float]
Predict = Callable[[artifact.Artifact, datetime], pd.DataFrame]
"""What the method of a kept run foresees for the window from a moment on: customer_id and predicted."""

DECIDING: Mapping[str, Metric] = {"churn": metrics.auc, "clv": metrics.spearman}
TOLD: Mapping[str, Mapping[str, Metric]] = {
    "churn": {
        "auc": metrics.auc,
        "brier": metrics.brier,
        "calibration_error": metrics.calibration_error,
        "top_decile_lift": metrics.top_decile_lift,
    },
    "clv": {
        "spearman": metrics.spearman,
        "mae": metrics.mae,
        "mean_ratio": metrics.mean_ratio,
        "top_decile_lift": metrics.top_decile_lift,
    },
}
"""The metrics of what is served that are told with an interval."""
RESAMPLES = 400
MOST_CUSTOMERS = 10_000
"""Of more customers this many are drawn: the interval is wider than it could be, and refuses less."""
FEWEST_CUSTOMERS = 50
BINS = 10


class NotComparable(Exception):
    """The live run has nothing to say about the window; the message says why."""


def beside_live(
    result: TrainingResult, live: runs.Run | None, models: Path, predict: Predict | None
) -> rules.Comparison | rules.Uncompared | None:
    """The run and the live one on the same customers; None where nothing is live or no run can be worse.

    ``models`` is the folder of the question's artifacts.
    """
    if live is None or result.question not in DECIDING:
        return None
    try:
        foreseen = _foreseen_by(live, result, models, predict)
    except NotComparable as error:
        return rules.Uncompared(str(error))
    both = result.tested.merge(foreseen, on="customer_id", suffixes=("", "_by_live"))
    if len(both) < FEWEST_CUSTOMERS:
        return rules.Uncompared(f"only {len(both)} customers are known to both runs")
    return _compared(live.code, result.question, both.sample(min(len(both), MOST_CUSTOMERS), random_state=0))


def intervals(result: TrainingResult) -> dict[str, list[float]]:
    """By metric of what is served: its value on the test window, and the bounds at 95 %.

    Where the question gives them of every method they are those, so that a page never tells two of one figure.
    """
    tested = result.tested.head(MOST_CUSTOMERS)
    if len(tested) < FEWEST_CUSTOMERS:
        return {}
    candidates = result.card.get("candidates")
    if isinstance(candidates, Mapping) and result.served in candidates:
        given = candidates[result.served]
        return {name: [given[name][each] for each in ("value", "low", "high")] for name in given}
    actual, predicted = (tested[name].to_numpy(dtype=np.float64) for name in ("actual", "predicted"))
    return {
        name: [metric(actual, predicted), *metrics.bootstrap_interval(metric, actual, predicted, seed=0)]
        for name, metric in TOLD.get(result.question, {}).items()
    }


def calibration(result: TrainingResult) -> list[dict[str, float]]:
    """The test window's customers in ten groups of one size by what was foreseen: mean foreseen, mean that came."""
    if len(result.tested) < FEWEST_CUSTOMERS:
        return []
    ordered = result.tested.sort_values(["predicted", "customer_id"], ignore_index=True)
    groups = ordered.groupby(np.arange(len(ordered)) * BINS // len(ordered))
    means = groups[["predicted", "actual"]].mean().assign(customers=groups.size())
    return [{str(name): float(value) for name, value in row.items()} for row in means.to_dict("records")]


def _foreseen_by(
    live: runs.Run, result: TrainingResult, models: Path, predict: Predict | None
) -> pd.DataFrame:
    if result.tested.empty:
        raise NotComparable("this run kept no test")
    try:
        kept = artifact.load(models / live.code)
    except artifact.ArtifactRefused as error:
        raise NotComparable(f"its artifact cannot be read ({error})") from error
    mine, its = _edges(result.card), _edges(kept.card)
    if mine == its:
        foreseen = results.tested(kept.arrays)
        if foreseen.empty:
            raise NotComparable("it kept no test")
        return foreseen[["customer_id", "predicted"]]
    if predict is None or its[0] > mine[0]:
        raise NotComparable("it was judged on another window, and cannot be applied to this one")
    return _applied(kept, predict, mine[0], live.code)


def _applied(kept: artifact.Artifact, predict: Predict, cutoff: datetime, code: str) -> pd.DataFrame:
    try:
        return predict(kept, cutoff)[["customer_id", "predicted"]]
    except Exception as error:
        log.exception("live_run_cannot_be_applied", run=code)
        raise NotComparable(
            f"it cannot be applied to the new window ({type(error).__name__}: {error})"
        ) from error


def _edges(card: Mapping[str, Any]) -> tuple[datetime, datetime]:
    window = card.get("window", {})
    try:
        first, last = (datetime.fromisoformat(window[edge]) for edge in ("test_from", "test_until"))
    except (KeyError, TypeError, ValueError) as error:
        raise NotComparable("its card does not state the window it was tested on") from error
    return first, last


def _compared(code: str, question: str, both: pd.DataFrame) -> rules.Comparison:
    actual, mine, its = (
        both[name].to_numpy(dtype=np.float64) for name in ("actual", "predicted", "predicted_by_live")
    )
    metric = DECIDING[question]
    difference, low, high = metrics.paired_difference(metric, actual, mine, its, seed=0, resamples=RESAMPLES)
    return rules.Comparison(
        live=code,
        metric=rules.HEADLINES[question],
        value=metric(actual, mine),
        live_value=metric(actual, its),
        difference=difference,
        low=low,
        high=high,
        customers=len(both),
    )
