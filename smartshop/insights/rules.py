"""Which questions are asked of the history, and when an answer may replace the one that is served."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

QUESTIONS = ("rfm", "churn", "clv")
ENGINES = ("duckdb", "spark")
DEADLINE = timedelta(minutes=30)
"""A training that has not ended by then has died; another may begin."""

INSUFFICIENT = "not enough data"
TEST_EDGES = ("test_from", "test_until")
BEATS_BASELINE = "beats baseline"


@dataclass(frozen=True)
class Yardstick:
    """The metric two runs of a question are compared by, and how much worse is still noise.

    ``noise`` is a share of the incumbent's value.
    """

    metric: str
    is_higher_better: bool
    noise: float

    def is_worse(self, value: float, incumbent: float) -> bool:
        """Whether ``value`` is worse than ``incumbent`` by more than noise."""
        loss = incumbent - value if self.is_higher_better else value - incumbent
        return loss > self.noise * abs(incumbent)


HEADLINES: Mapping[str, str] = {"rfm": "captured_share", "churn": "auc", "clv": "spearman"}
"""The one metric that decides a question's verdict, and is shown first."""

YARDSTICKS: Mapping[str, Yardstick] = {
    "churn": Yardstick(HEADLINES["churn"], is_higher_better=True, noise=0.01),
    "clv": Yardstick(HEADLINES["clv"], is_higher_better=True, noise=0.02),
}
"""RFM has none: it is a definition, and right by construction."""


@dataclass(frozen=True)
class Judgement:
    """How a run did: its verdict, the window it was tested on (`TEST_EDGES`), and the metrics of the method it serves."""

    question: str
    verdict: str
    window: Mapping[str, Any]
    metrics: Mapping[str, float | None]


@dataclass(frozen=True)
class Promotion:
    """Whether a run may be served, and why (not)."""

    is_granted: bool
    reason: str


def judgement(
    question: str,
    verdict: str,
    metrics: Mapping[str, Any],
    baseline: Mapping[str, Any],
    card: Mapping[str, Any],
) -> Judgement:
    """A run's own metrics when it beats its baseline, else those of the baseline it serves instead."""
    served = metrics if verdict == BEATS_BASELINE else baseline.get("metrics", {})
    return Judgement(question, verdict, card.get("window", {}), served)


def may_promote(candidate: Judgement, incumbent: Judgement | None) -> Promotion:
    """The gate: enough data, the better of model and baseline is what is served, and not worse than the incumbent.

    Two runs are compared only where both were judged on the same window; on different windows a lower figure may
    be the season's doing.
    """
    if candidate.verdict == INSUFFICIENT:
        return Promotion(is_granted=False, reason="there is not enough data to be judged")
    worse = _worse_than(candidate, incumbent) if incumbent else ""
    if worse:
        return Promotion(is_granted=False, reason=worse)
    if candidate.question not in YARDSTICKS:
        return Promotion(is_granted=True, reason="a definition; the data suffice")
    if candidate.verdict == BEATS_BASELINE:
        return Promotion(is_granted=True, reason="beats its baseline")
    return Promotion(is_granted=True, reason="the baseline won, and its scores are served")


def _worse_than(candidate: Judgement, incumbent: Judgement) -> str:
    yardstick = YARDSTICKS.get(candidate.question)
    if yardstick is None or not _is_same_test(candidate.window, incumbent.window):
        return ""
    value, rival = candidate.metrics.get(yardstick.metric), incumbent.metrics.get(yardstick.metric)
    if rival is None:
        return ""
    if value is None:
        return f"has no {yardstick.metric} to compare with the live run's {rival:.4g} on the same window"
    if yardstick.is_worse(value, rival):
        return f"{yardstick.metric} {value:.4g} is worse than the live run's {rival:.4g} on the same window"
    return ""


def _is_same_test(window: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(window.get(edge) is not None and window.get(edge) == other.get(edge) for edge in TEST_EDGES)


def start_of(day: date) -> datetime:
    """Midnight UTC at the start of a day: everything strictly before it is known."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def is_abandoned(started_at: datetime, now: datetime) -> bool:
    """Whether a run still marked as running has outlived its deadline."""
    return now - started_at > DEADLINE


def engine_problem(engine: str, *, has_spark: bool) -> str:
    """Why an engine cannot train here, and what to do about it; empty when it can."""
    if engine != "spark":
        return ""
    if not has_spark:
        return (
            "The engine 'spark' needs PySpark, which is not installed here (package pyspark, 4.3 or newer, and Java 17)."
            " Train with --engine duckdb instead."
        )
    return "This version trains on DuckDB only. Train with --engine duckdb instead."
