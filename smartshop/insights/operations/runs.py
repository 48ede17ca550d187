"""Recording training runs, publishing their predictions, and going back to the previous ones."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from smartshop.identity.models import Person
from smartshop.identity.queries.choices import objects_to_scores
from smartshop.insights import rules
from smartshop.insights.models import ChurnScore, ClusterScore, LiveRun, SegmentScore, TrainingRun, ValueScore
from smartshop.insights.operations import banding, holding, segmenting
from smartshop.kernel import audit, clock, leases
from smartshop.kernel.db import Base
from smartshop.kernel.errors import Conflict, NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work

SCORES: Mapping[str, type[SegmentScore | ChurnScore | ValueScore | ClusterScore]] = {
    "rfm": SegmentScore,
    "churn": ChurnScore,
    "clv": ValueScore,
    "clusters": ClusterScore,
}


class TrainingUnderWay(Conflict):
    """Another process is training the same question."""

    code = "training_under_way"


class RunGivenUp(Conflict):
    """The run was closed by somebody else while it was still being trained."""

    code = "run_given_up"


class NoPreviousRun(Conflict):
    """There is nothing to go back to."""

    code = "no_previous_run"


@dataclass(frozen=True)
class Started:
    """A run that was begun: its key and its public code."""

    id: int
    code: str


@dataclass(frozen=True)
class Outcome:
    """How a run ended, in JSON's own types (no NaN)."""

    state: str
    reason: str
    rows: int = 0
    verdict: str = ""
    metrics: Mapping[str, Any] | None = None
    baseline: Mapping[str, Any] | None = None
    card: Mapping[str, Any] | None = None


def record_start(*, question: str, as_of: datetime) -> Started:
    """Open a run, which keeps every other process from training the question until it ends.

    A run whose process died, or that outlived its deadline, is closed as failed first. Raises TrainingUnderWay.
    """
    with unit_of_work():
        leases.wait_for_turn(f"training:{question}")
        now = clock.now()
        for run in db.session.scalars(
            sa.select(TrainingRun).where(TrainingRun.question == question, TrainingRun.state == "running")
        ):
            _give_up_or_raise(run, now)
        run = TrainingRun(
            code=f"{question}-{as_of:%Y%m%d}-{secrets.token_hex(4)}",
            question=question,
            state="running",
            as_of=as_of,
            started_at=now,
            card={"holder": leases.holder()},
        )
        db.session.add(run)
        db.session.flush()
        return Started(run.id, run.code)


def _give_up_or_raise(run: TrainingRun, now: datetime) -> None:
    holder = run.card.get("holder", "")
    if not leases.is_gone(holder) and not rules.is_abandoned(run.started_at, now):
        raise TrainingUnderWay(
            f"{run.question} is being trained since {run.started_at:%H:%M:%S} UTC by {holder}."
            " Wait until it has finished and try again."
        )
    run.state, run.finished_at, run.reason = "failed", now, f"abandoned by {holder or 'an unknown process'}"


def record_outcome(*, run_id: int, outcome: Outcome) -> None:
    """Close a run that is not promoted; whatever was live stays live. Raises RunGivenUp."""
    with unit_of_work():
        _close(run_id, outcome)


def promote(*, run_id: int, outcome: Outcome, rows: Sequence[Mapping[str, Any]]) -> int:
    """Publish a run's predictions and make it the live one, in one commit; returns how many were written.

    ``rows`` are columns of the question's score table without ``run_id``; people who are gone since the frame was
    read, or object to being scored, are left out. Predictions of all runs but this one and the one before it are dropped. Raises RunGivenUp,
    and LiveRunIsHeld with nothing written while the live run is held.
    """
    with unit_of_work():
        run = _close(run_id, outcome)
        pointer = holding.pointer_of(run.question)
        if pointer is not None:
            holding.refuse_if_held(pointer)
        table = SCORES[run.question]
        present = set(db.session.scalars(sa.select(Person.id).where(sa.not_(objects_to_scores))))
        kept = [{**row, "run_id": run_id} for row in rows if row["person_id"] in present]
        if kept:
            db.session.execute(sa.insert(Base.metadata.tables[table.__tablename__]), kept)
        if run.question == "churn":
            banding.place_scores(run_id)
        run.rows = len(kept)
        served = _move_pointer(pointer, run.question, run_id)
        db.session.execute(sa.delete(table).where(table.run_id.not_in(served)))
        if run.question == "rfm":
            before = next((each for each in served if each != run_id), None)
            segmenting.follow_run(run_id=run_id, previous=before, cause="training")
        return len(kept)


def roll_back(*, question: str, actor: audit.Actor, reason: str = "") -> str:
    """Serve the previous promoted run again, hold it until somebody releases it, and return its code.

    Raises NotFound for a question that serves nothing, NoPreviousRun when there is nothing to go back to.
    """
    with unit_of_work():
        pointer = holding.pointer_of(question)
        if pointer is None:
            raise NotFound(f"{question} has no live run. Train it first: flask ml train {question}")
        left = db.session.get_one(TrainingRun, pointer.run_id)
        if pointer.previous_run_id is None:
            raise NoPreviousRun(f"{question} has no run before {left.code} to go back to; it stays live.")
        back = db.session.get_one(TrainingRun, pointer.previous_run_id)
        pointer.run_id, pointer.previous_run_id, pointer.promoted_at = back.id, None, clock.now()
        holding.hold(pointer)
        left.reason = f"rolled back by {actor.label}" + (f": {reason}" if reason else "")
        if question == "rfm":
            segmenting.follow_run(run_id=back.id, previous=left.id, cause="rollback")
        audit.record(
            actor=actor,
            action="model.rolled_back",
            subject=f"question:{question}",
            before={"run": left.code},
            after={"run": back.code},
            reason=reason,
        )
        return back.code


def _close(run_id: int, outcome: Outcome) -> TrainingRun:
    run = db.session.get_one(TrainingRun, run_id, populate_existing=True, with_for_update=True)
    if run.state != "running":
        raise RunGivenUp(f"{run.code} was given up while it was still being trained ({run.reason}).")
    run.state, run.reason, run.finished_at = outcome.state, outcome.reason, clock.now()
    run.rows, run.verdict = outcome.rows, outcome.verdict
    run.metrics, run.baseline = dict(outcome.metrics or {}), dict(outcome.baseline or {})
    run.card = {**run.card, **(outcome.card or {})}
    return run


def _move_pointer(pointer: LiveRun | None, question: str, run_id: int) -> list[int]:
    if pointer is None:
        db.session.add(LiveRun(question=question, run_id=run_id, promoted_at=clock.now()))
        return [run_id]
    pointer.previous_run_id, pointer.run_id, pointer.promoted_at = pointer.run_id, run_id, clock.now()
    return [run_id, pointer.previous_run_id]
