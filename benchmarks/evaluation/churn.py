"""Who will not come back on Online Retail: every candidate on the last 90 days of the year, and on a summer before."""

import os
from datetime import datetime
from pathlib import Path

from benchmarks.evaluation.figures import Figure, Section
from ml import churn, datasets
from ml.results import TrainingResult

DATA = "Online Retail, 397,884 lines"
AS_OF = datetime(2011, 12, 10)  # noqa: DTZ001 - frames hold UTC without a zone
EARLIER = datetime(2011, 9, 11)  # noqa: DTZ001
WORDS = {
    "auc": "AUC",
    "brier": "Brier score",
    "calibration_error": "calibration error (10 bins of equal mass)",
    "top_decile_lift": "lift in the top decile",
}
MOST_ERROR = 0.03


def figures() -> Section:
    """Train as of the end of the year and as of the test's first day, each judged on the 90 days before it."""
    lines = datasets.online_retail(Path(os.environ["SMARTSHOP_DATA_DIR"]) / "online_retail.csv.xz")
    last, summer = churn.train(lines, AS_OF), churn.train(lines, EARLIER)
    rows = [*_candidates(last), *_served(last), *_served(summer, name=" the summer before")]
    return Section("Churn", _says(last), tuple(rows))


def _candidates(result: TrainingResult) -> list[Figure]:
    found = []
    for name, metrics in result.card["candidates"].items():
        for metric, words in WORDS.items():
            each, rival = metrics[metric], result.card["candidates"]["BG/NBD alone"][metric]["value"]
            found.append(
                Figure(
                    what=f"{words}, {name}",
                    ours=each["value"],
                    low=each["low"],
                    high=each["high"],
                    data=DATA,
                    split=_split(result),
                    baseline=rival,
                    baseline_name="BG/NBD alone",
                )
            )
    return found


def _served(result: TrainingResult, name: str = "") -> list[Figure]:
    served = result.card["candidates"][result.served]
    rival = result.card["candidates"]["BG/NBD alone"]
    auc, error = served["auc"], served["calibration_error"]
    goals = {
        "auc": ("not below BG/NBD alone", auc["value"] >= rival["auc"]["value"]),
        "calibration_error": (f"at most {MOST_ERROR}", error["value"] <= MOST_ERROR),
    }
    return [
        Figure(
            what=f"{WORDS[metric]} of what serves{name} ({result.served})",
            ours=served[metric]["value"],
            low=served[metric]["low"],
            high=served[metric]["high"],
            data=DATA,
            split=_split(result),
            baseline=rival[metric]["value"],
            baseline_name="BG/NBD alone",
            goal=goal,
            is_met=is_met,
        )
        for metric, (goal, is_met) in goals.items()
    ]


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
    )


def _first(result: TrainingResult) -> str:
    return str(result.card["window"]["test_from"])[:10]
