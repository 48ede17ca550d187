"""A training run from the history to the pages: read, train, judge, save, record, maybe promote.

Runs in the scheduler's process or a command, never in a request: importing this module loads pandas and scikit-learn.
"""

import importlib
import inspect
import math
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import structlog

from ml import artifact
from ml.frames import FrameRefused
from ml.results import TrainingResult
from smartshop.insights import frames, judging, rules, watching
from smartshop.insights.operations import runs as recording
from smartshop.insights.operations.holding import LiveRunIsHeld
from smartshop.insights.queries import grid, runs
from smartshop.kernel import clock, money
from smartshop.kernel.config import Settings
from smartshop.kernel.errors import DomainError, Invalid, Refused

log = structlog.get_logger(__name__)


class NothingToLearnFrom(Refused):
    """There is no order before the moment that was asked for."""

    code = "nothing_to_learn_from"
    status = 422


@dataclass(frozen=True)
class RunReport:
    """How one training ended. ``rows`` counts the people scored; ``reason`` says why it was (not) promoted."""

    question: str
    run: str | None
    as_of: datetime
    state: str
    reason: str
    seconds: float
    rows: int = 0
    verdict: str = ""
    metrics: Mapping[str, Any] = field(default_factory=dict)
    baseline: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_promoted(self) -> bool:
        return self.state == "promoted"

    def to_json(self) -> dict[str, Any]:
        """The report in JSON's own types; a figure that is not a number is null."""
        return {
            "run": self.run,
            "as_of": self.as_of.isoformat(),
            "rows": self.rows,
            "metrics": dict(self.metrics),
            "baseline": dict(self.baseline),
            "verdict": self.verdict,
            "promoted": self.is_promoted,
            "seconds": round(self.seconds, 3),
        }


@dataclass(frozen=True)
class Classroom:
    """What the trainings of one command share: the moment, the settings, and the history, read once when first asked for."""

    as_of: datetime
    settings: Settings

    @cached_property
    def history(self) -> frames.History:
        return frames.history(self.as_of, currency=self.settings.currency)

    @property
    def last_order_at(self) -> datetime | None:
        """When the last order that stands was placed."""
        last = self.history.lines["ordered_at"].max()
        return None if pd.isna(last) else pd.Timestamp(last).tz_localize("UTC").to_pydatetime()

    @property
    def models(self) -> Path:
        return self.settings.instance / "models"


def latest_moment() -> datetime:
    """The start of today, UTC: the end of the last whole day."""
    return rules.start_of(clock.today())


def classroom(
    *, settings: Settings, questions: Sequence[str], as_of: datetime | None = None, engine: str = "duckdb"
) -> Classroom:
    """Check what is asked for before anything is begun or written.

    Raises Invalid for unknown questions, engines and moments to come; NothingToLearnFrom when no order precedes the
    moment.
    """
    moment = as_of or latest_moment()
    unknown = [question for question in questions if question not in rules.QUESTIONS]
    if unknown:
        raise Invalid(
            f"There is no question {', '.join(unknown)}. Choose from: {', '.join(rules.QUESTIONS)}."
        )
    if engine not in rules.ENGINES:
        raise Invalid(f"There is no engine {engine!r}. Choose from: {', '.join(rules.ENGINES)}.")
    if moment > clock.now():
        raise Invalid(
            f"{moment:%Y-%m-%d} is still to come. Train as of today ({latest_moment():%Y-%m-%d}) or earlier."
        )
    _refuse_empty_history(moment, settings.currency)
    return Classroom(moment, settings)


def _refuse_empty_history(moment: datetime, currency: str) -> None:
    span = runs.history_span(currency)
    if span.first_at is None and span.other_currencies:
        raise NothingToLearnFrom(
            f"There are no customers' orders in {currency}, only in {', '.join(span.other_currencies)}."
            " Set SMARTSHOP_CURRENCY to the currency of the history."
        )
    if span.first_at is None and span.nobodys_orders:
        raise NothingToLearnFrom(
            f"None of the {span.nobodys_orders:,} orders says who placed it, so there is nobody to learn from. Import a"
            " history with a column of customers (--map customer=COLUMN names it)."
        )
    if span.first_at is None:
        raise NothingToLearnFrom(
            "The shop has no customers' orders yet. Bring a history in with 'flask shop import FILE', or load the"
            " demo shop with 'flask shop demo'."
        )
    if span.first_at >= moment:
        raise NothingToLearnFrom(
            f"No order was placed before {moment:%Y-%m-%d}: the history begins on {span.first_at:%Y-%m-%d}."
            f" Train as of {span.first_at:%Y-%m-%d} + 1 day or later."
        )


def run_all(
    room: Classroom, questions: Sequence[str], *, announce: Callable[[str], object] = lambda _question: None
) -> Iterator[RunReport]:
    """Train the questions one after another; one that fails does not stop the next."""
    for question in questions:
        announce(question)
        yield run(question, room)


def run(question: str, room: Classroom) -> RunReport:
    """Train one question and publish what it predicts, if the gate lets it through.

    Whatever goes wrong, the predictions that were live stay live and a row says why.
    """
    began = time.perf_counter()
    try:
        started = recording.record_start(question=question, as_of=room.as_of)
    except recording.TrainingUnderWay as error:
        return RunReport(question, None, room.as_of, "busy", error.message, 0.0, verdict="already under way")
    outcome = _outcome(question, started, room)
    seconds = time.perf_counter() - began
    log.info("trained", question=question, run=started.code, state=outcome.state, seconds=round(seconds, 2))
    return RunReport(
        question,
        started.code,
        room.as_of,
        outcome.state,
        outcome.reason,
        seconds,
        outcome.rows,
        outcome.verdict,
        outcome.metrics or {},
        outcome.baseline or {},
    )


def _outcome(question: str, started: recording.Started, room: Classroom) -> recording.Outcome:
    try:
        return _taught(question, started, room)
    except recording.RunGivenUp as error:
        return recording.Outcome("failed", error.message, verdict="failed")
    except FrameRefused as error:
        reason = f"the order history breaks its contract: {error}"
        return _record(started, recording.Outcome("failed", reason, verdict="failed"))
    except Exception as error:
        log.exception("training_failed", question=question, run=started.code)
        reason = (
            error.message if isinstance(error, DomainError) else f"{type(error).__name__}: {error}"[:1000]
        )
        return _record(started, recording.Outcome("failed", reason, verdict="failed"))
    except BaseException:
        _record(started, recording.Outcome("failed", "stopped while it was being trained", verdict="failed"))
        raise


def _taught(question: str, started: recording.Started, room: Classroom) -> recording.Outcome:
    result = _trained(question, room)
    live = runs.live(question)
    beside = judging.beside_live(result, live, room.models / question, _applying(question, room))
    facts = _facts(result, beside, room.last_order_at)
    if result.verdict == rules.INSUFFICIENT:
        reason = f"{result.shortfall}{rules.ended_early(room.last_order_at, room.as_of)}"
        return _record(started, recording.Outcome("insufficient", reason, **facts))
    artifact.save(
        room.models / question / started.code, result.card, arrays=result.kept_arrays,
        estimator=result.estimator, judged_estimator=result.judged_estimator,
    )  # fmt: skip
    gate = rules.may_promote(question, result.verdict, beside)
    if not gate.is_granted:
        return _record(started, recording.Outcome("refused", gate.reason, **facts))
    rows = score_rows(question, result.scores, room.settings.currency)
    outcome = recording.Outcome("promoted", gate.reason, rows=len(rows), **facts)
    try:
        recording.promote(run_id=started.id, outcome=outcome, rows=rows)
    except LiveRunIsHeld as held:
        facts["card"] |= {"held": held.facts}
        outcome = _record(started, recording.Outcome("refused", f"{held.message} ({gate.reason})", **facts))
    _prune(room.models / question, question)
    return outcome


def _served(question: str, room: Classroom) -> artifact.Artifact | None:
    """The artifact of the live run; None without one, and when it cannot be read: names then begin anew."""
    live = runs.live(question)
    if live is None:
        return None
    try:
        return artifact.load(room.models / question / live.code)
    except artifact.ArtifactRefused as error:
        log.warning("served_artifact_unreadable", question=question, run=live.code, reason=str(error))
        return None


def _trained(question: str, room: Classroom) -> TrainingResult:
    train: Callable[..., TrainingResult] = importlib.import_module(f"ml.{question}").train
    return train(room.history.lines, room.as_of, **_asked(train, question, room))


def _applying(question: str, room: Classroom) -> judging.Predict | None:
    predict = getattr(importlib.import_module(f"ml.{question}"), "predict", None)
    if predict is None:
        return None
    return lambda kept, cutoff: predict(kept, room.history.lines, cutoff, **_asked(predict, question, room))


def _asked(reader: Callable[..., object], question: str, room: Classroom) -> dict[str, Any]:
    """What a reader takes beside the order lines: traces, the run that is served, and the shop's own settings of it."""
    there: dict[str, Callable[[], Any]] = {
        "traces": lambda: room.history.traces,
        "previous": lambda: _served(question, room),
        "table": grid.rows,
    }
    if question == "churn":
        there["horizon_days"] = lambda: room.settings.churn_horizon_days
    return {name: there[name]() for name in inspect.signature(reader).parameters if name in there}


def _facts(
    result: TrainingResult, beside: rules.Comparison | rules.Uncompared | None, last_order_at: datetime | None
) -> dict[str, Any]:
    baseline = {"name": result.baseline.name, "metrics": result.baseline.metrics} if result.baseline else {}
    judgement = {
        "comparison": vars(beside) if beside else {},
        "intervals": judging.intervals(result),
        "calibration": judging.calibration(result),
        "distributions": watching.distributions(result),
        "drift": watching.since(result, runs.before_drift(result.question, result.as_of)),
        "last_order_at": last_order_at.isoformat() if last_order_at else None,
    }
    card = {**result.card, "served": result.served, "sufficiency": result.sufficiency, **judgement}
    return {
        "verdict": result.verdict,
        "metrics": plain(result.metrics),
        "baseline": plain(baseline),
        "card": plain(card),
    }


def _record(started: recording.Started, outcome: recording.Outcome) -> recording.Outcome:
    recording.record_outcome(run_id=started.id, outcome=outcome)
    return outcome


def _prune(folder: Path, question: str) -> None:
    """Keep the artifacts of the live run and the one before it."""
    standing = next(each for each in runs.standings() if each.question == question)
    kept = {standing.live.code if standing.live else None, standing.previous}
    for found in folder.iterdir():
        if found.name not in kept:
            shutil.rmtree(found, ignore_errors=True)


def score_rows(question: str, scores: pd.DataFrame, currency: str) -> list[dict[str, Any]]:
    """Scores as rows of the question's table, amounts in minor units."""
    make = {"rfm": _segment_row, "churn": _churn_row, "clv": _value_row, "clusters": _cluster_row}[question]
    return [make(row, currency) for row in scores.to_dict("records")]


def _segment_row(row: Mapping[Any, Any], currency: str) -> dict[str, Any]:
    return {
        "person_id": int(row["customer_id"]),
        "recency_days": int(row["recency_days"]),
        "orders": int(row["orders"]),
        "revenue_minor": _minor(row["revenue"], currency),
        "r": int(row["r"]),
        "f": int(row["f"]),
        "m": int(row["m"]),
        "segment": str(row["segment"]),
    }


def _cluster_row(row: Mapping[Any, Any], _currency: str) -> dict[str, Any]:
    return {"person_id": int(row["customer_id"]), "cluster": str(row["cluster"])}


def _churn_row(row: Mapping[Any, Any], currency: str) -> dict[str, Any]:
    return {
        "person_id": int(row["customer_id"]),
        "probability": float(row["churn_probability"]),
        "risk": str(row["churn_risk"]),
        "recency_days": int(row["recency_days"]),
        "usual_gap_days": None if pd.isna(row["usual_gap_days"]) else float(row["usual_gap_days"]),
        "is_overdue": bool(row["is_overdue"]),
        "reasons": None
        if row["reasons"] is None
        else {"told": [_told(each, currency) for each in row["reasons"]]},
    }


def _told(reason: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """A reason with its amounts in minor units and its other numbers to six digits, as many as anybody is told."""
    amounts = ("average", "revenue") if reason["code"] == "spend" else ()
    kept = {
        name: float(f"{value:.6g}") if isinstance(value, float) and name not in amounts else value
        for name, value in reason.items()
    }
    return kept | {name: _minor(reason[name], currency) for name in amounts}


def _value_row(row: Mapping[Any, Any], currency: str) -> dict[str, Any]:
    due = row["next_order_at"]
    amounts = ("clv_historic", "clv_12m", "clv_12m_low", "clv_12m_high")
    return {
        "person_id": int(row["customer_id"]),
        **{f"{name}_minor": _minor(row[name], currency) for name in amounts},
        "expected_orders_12m": float(row["expected_orders_12m"]),
        "p_alive": float(row["p_alive"]),
        "next_order_at": None if pd.isna(due) else pd.Timestamp(due).tz_localize("UTC").to_pydatetime(),
    }


def _minor(amount: float, currency: str) -> int:
    return money.to_minor(Decimal(repr(float(amount))), currency)


def plain(value: Any) -> Any:
    """``value`` in JSON's own types; a number that is not finite becomes null."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, bool | str | int | None):
        return value
    number = float(value)
    return number if math.isfinite(number) else None
