"""Which questions are asked of the history, and when an answer may replace the one that is served."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

QUESTIONS = ("rfm", "churn", "clv", "clusters")
ENGINES = ("duckdb", "spark")
DEADLINE = timedelta(minutes=30)
"""A training that has not ended by then has died; another may begin."""

INSUFFICIENT = "not enough data"
BEATS_BASELINE = "beats baseline"


HEADLINES: Mapping[str, str] = {
    "rfm": "captured_share",
    "churn": "auc",
    "clv": "spearman",
    "clusters": "separation",
}
"""The one metric that decides a question's verdict, and is shown first."""

DEFINITIONS = frozenset({"rfm", "clusters"})
"""Questions whose answer is right by construction: no run of them can be worse than another."""

DRIFT_AFTER = timedelta(days=28)
"""A run is held against a promoted one this much older, so that what creeps from night to night is seen too."""


@dataclass(frozen=True)
class Comparison:
    """What a run and the live one foresaw for the same customers in the same window neither was fitted to.

    ``difference`` is the run's value of ``metric`` less the live run's, higher being better; ``low`` and ``high`` are
    its bounds at 95 % by resampling the customers, the same ones for both.
    """

    live: str
    metric: str
    value: float
    live_value: float
    difference: float
    low: float
    high: float
    customers: int

    @property
    def is_worse(self) -> bool:
        """Whether even the upper bound of the difference is below zero."""
        return self.high < 0

    @property
    def in_words(self) -> str:
        return (
            f"{self.metric} {self.value:.4f} against {self.live_value:.4f} on the same {self.customers} customers, a"
            f" difference of {self.difference:+.4f} (95 % interval {self.low:+.4f} to {self.high:+.4f})"
        )


@dataclass(frozen=True)
class Uncompared:
    """Why a run could not be held against the live one: the end of a sentence."""

    why: str


@dataclass(frozen=True)
class Promotion:
    """Whether a run may be served, and why (not)."""

    is_granted: bool
    reason: str


def may_promote(question: str, verdict: str, beside: Comparison | Uncompared | None) -> Promotion:
    """The gate: enough data, the better of model and baseline is what is served, and not worse than the live run.

    ``beside`` is None where nothing is live. A run that cannot be compared is let through, and says so: it has won
    against its baseline on its own, and a shop must not be left with a model that nobody can judge any more.
    """
    if verdict == INSUFFICIENT:
        return Promotion(is_granted=False, reason="there is not enough data to be judged")
    if question in DEFINITIONS:
        return Promotion(is_granted=True, reason="a definition; the data suffice")
    if isinstance(beside, Comparison) and beside.is_worse:
        return Promotion(is_granted=False, reason=f"worse than the live run {beside.live}: {beside.in_words}")
    won = "beats its baseline" if verdict == BEATS_BASELINE else "the baseline won, and its scores are served"
    if beside is None:
        return Promotion(is_granted=True, reason=won)
    if isinstance(beside, Uncompared):
        return Promotion(is_granted=True, reason=f"{won}; not compared with the live run: {beside.why}")
    figures = f"{beside.metric} {beside.value:.4f} against {beside.live_value:.4f}"
    return Promotion(is_granted=True, reason=f"{won}; not worse than the live run {beside.live} ({figures})")


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
