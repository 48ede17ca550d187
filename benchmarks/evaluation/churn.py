"""Who will not come back on Online Retail: every candidate on the last 90 days of the year, and on a summer before."""

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.evaluation.figures import Figure, Section
from ml import churn, datasets
from ml.results import TrainingResult

DATA = "Online Retail, 397,884 lines"
AS_OF = datetime(2011, 12, 10)  # noqa: DTZ001 - frames hold UTC without a zone
EARLIER = datetime(2011, 9, 11)  # noqa: DTZ001
MEASURES = {
    "auc": ("AUC", "AUC"),
    "brier": ("Brier", "Brier score"),
    "calibration_error": ("ECE", "calibration error"),
    "top_decile_lift": ("lift", "lift in the top decile"),
}
RIVAL = "BG/NBD alone"
MOST_ERROR = 0.03


def figures() -> Section:
    """Train as of the end of the year and as of the test's first day, each judged on the 90 days before it."""
    lines = datasets.online_retail(Path(os.environ["SMARTSHOP_DATA_DIR"]) / "online_retail.csv.xz")
    last, summer = churn.train(lines, AS_OF), churn.train(lines, EARLIER)
    return Section(
        "Churn",
        _says(last),
        (*_candidates(last, "the last 90 days"), *_candidates(summer, "the summer before")),
    )


def _candidates(result: TrainingResult, window: str) -> list[Figure]:
    found = result.card["candidates"]
    goals = _goals(found[result.served], found[RIVAL])
    return [
        Figure(
            what=f"{words} of {f'the {candidate}, which serves' if served else candidate} ({window})",
            ours=metrics[measure]["value"],
            low=metrics[measure]["low"],
            high=metrics[measure]["high"],
            data=DATA,
            split=_split(result),
            baseline=found[RIVAL][measure]["value"],
            baseline_name=RIVAL,
            table=f"{window[:1].upper()}{window[1:]}",
            place=(f"{candidate}, which serves" if served else candidate, short),
            goal=goal,
            is_met=is_met,
        )
        for candidate, metrics in found.items()
        for served in (candidate == result.served,)
        for measure, (short, words) in MEASURES.items()
        for goal, is_met in ((goals if served else {}).get(measure, ("", None)),)
    ]


def _goals(served: Mapping[str, Any], rival: Mapping[str, Any]) -> dict[str, tuple[str, bool]]:
    return {
        "auc": ("not below BG/NBD", served["auc"]["value"] >= rival["auc"]["value"]),
        "calibration_error": (f"at most {MOST_ERROR}", served["calibration_error"]["value"] <= MOST_ERROR),
    }


def _split(result: TrainingResult) -> str:
    window = result.card["window"]
    return (
        f"labels {window['test_from'][:10]} to {window['test_until'][:10]}; cutoffs {window['train_cutoffs']}"
    )


def _says(result: TrainingResult) -> str:
    foreseen, came = result.metrics["mean_probability"], result.metrics["churned_share"]
    return (
        f"The {result.card['judged_model']} was chosen on windows that were over by {_first(result)} and adds"
        f" {result.metrics['auc_gain']:.3f} of AUC ({result.metrics['auc_gain_low']:.3f} to"
        f" {result.metrics['auc_gain_high']:.3f}) to the best rival. The test runs into Christmas, of which a history"
        f" of nine months holds only the December before: {foreseen:.1%} were foreseen to stay away and {came:.1%} did."
        " ECE is the calibration error over 10 bins of equal mass, lift that of the top decile."
    )


def _first(result: TrainingResult) -> str:
    return str(result.card["window"]["test_from"])[:10]
