"""What every question hands back: scores, how they were judged, and what is needed to judge them again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

Verdict = Literal["beats baseline", "baseline wins", "not enough data"]
TESTED = ("customer_id", "actual", "predicted")


def tested(kept: Mapping[str, npt.NDArray[np.float64]]) -> pd.DataFrame:
    """``tested`` of an earlier run, read from the arrays it kept; empty when it kept none."""
    if f"tested_{TESTED[0]}" not in kept:
        return pd.DataFrame(columns=list(TESTED))
    found = pd.DataFrame({name: kept[f"tested_{name}"] for name in TESTED})
    return found.astype({"customer_id": "int64"})


@dataclass(frozen=True)
class Need:
    """One thing a question needs of the data: how much there must be and how much there is."""

    what: str
    need: float
    have: float

    @property
    def is_met(self) -> bool:
        return self.have >= self.need


@dataclass(frozen=True)
class Baseline:
    """The naive rival, judged on the same rows as the model."""

    name: str
    metrics: dict[str, float]


@dataclass(frozen=True)
class TrainingResult:
    """The outcome of one training run.

    ``metrics`` judge the model and ``baseline`` its best naive rival on the same later window; ``served`` names the
    method that made ``scores`` (the winner of the two). ``scores`` has one row per ``customer_id``. ``card`` is
    ready for `ml.artifact.save`, with ``arrays`` and ``estimator`` as its payload. When the verdict is "not enough
    data", ``scores`` is empty and ``shortfall`` says what is missing.

    So that a later run can be compared with this one on the same customers: ``tested`` holds the test window as the
    served method saw it (`TESTED`: one row a customer, what came and what it had foreseen), and
    ``judged_estimator`` (or arrays of ``arrays``) the served method as it was judged, fitted without that window.
    A question that can apply it to a later window offers ``predict(kept, frame, cutoff)``, where ``kept`` is the
    `ml.artifact.Artifact` of the earlier run, and returns ``customer_id`` and ``predicted``.

    ``inputs`` holds what the model reads of each customer scored (``customer_id`` and columns of numbers), so that
    the next run can tell whether the customers have changed.
    """

    question: str
    as_of: datetime
    rows: int
    verdict: Verdict
    scores: pd.DataFrame
    served: str
    metrics: dict[str, float] = field(default_factory=dict)
    baseline: Baseline | None = None
    card: dict[str, Any] = field(default_factory=dict)
    arrays: Mapping[str, npt.NDArray[np.float64]] = field(default_factory=dict)
    estimator: object | None = None
    sufficiency: dict[str, dict[str, float]] = field(default_factory=dict)
    tested: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(TESTED)))
    inputs: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["customer_id"]))
    judged_estimator: object | None = None

    @property
    def kept_arrays(self) -> dict[str, npt.NDArray[np.float64]]:
        """``arrays``, and the columns of ``tested`` as ``tested_<column>``."""
        if self.tested.empty:
            return dict(self.arrays)
        tested = {f"tested_{name}": self.tested[name].to_numpy(dtype=np.float64) for name in TESTED}
        return {**self.arrays, **tested}

    @property
    def shortfall(self) -> str:
        """What the data lack, with numbers; empty when they suffice."""
        return shortfall([Need(what, **facts) for what, facts in self.sufficiency.items()])


def shortfall(needs: list[Need]) -> str:
    """The unmet needs as a sentence fragment: "needs 500 customers (has 312), 180 days of history (has 95)"."""
    missing = [f"{need.need:g} {need.what} (has {need.have:g})" for need in needs if not need.is_met]
    return f"needs {', '.join(missing)}" if missing else ""


def sufficiency(needs: list[Need]) -> dict[str, dict[str, float]]:
    """The needs as plain data: {"customers": {"need": 100, "have": 62}, ...}."""
    return {need.what: {"need": need.need, "have": need.have} for need in needs}


def not_enough_data(
    card: dict[str, Any], *, as_of: datetime, needs: list[Need], columns: list[str]
) -> TrainingResult:
    """A result without scores that says what is missing."""
    return TrainingResult(
        question=card["question"],
        as_of=as_of,
        rows=card["data_rows"],
        verdict="not enough data",
        scores=pd.DataFrame(columns=columns),
        served="nothing",
        card=card | {"verdict": "not enough data", "shortfall": shortfall(needs)},
        sufficiency=sufficiency(needs),
    )


def judged(
    card: dict[str, Any],
    *,
    as_of: datetime,
    is_better: bool,
    metrics: dict[str, float],
    baseline: Baseline,
    needs: list[Need],
    **outcome: Any,
) -> TrainingResult:
    """A result with its verdict, the card completed; ``outcome`` holds scores, served and the other fields."""
    verdict: Verdict = "beats baseline" if is_better else "baseline wins"
    facts = {"metrics": metrics, "baseline": {"name": baseline.name, "metrics": baseline.metrics}}
    return TrainingResult(
        question=card["question"],
        as_of=as_of,
        rows=card["data_rows"],
        verdict=verdict,
        metrics=metrics,
        baseline=baseline,
        card=card | facts | {"verdict": verdict, "served": outcome["served"]},
        sufficiency=sufficiency(needs),
        **outcome,
    )
