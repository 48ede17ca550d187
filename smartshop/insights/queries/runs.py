"""Training runs, which of them are live, and what history there is to learn from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from smartshop.insights import rules
from smartshop.insights.models import LiveRun, RunHold, TrainingRun
from smartshop.kernel import clock
from smartshop.kernel.audit import AuditRecord
from smartshop.kernel.extensions import db
from smartshop.orders.models import Order


@dataclass(frozen=True)
class Run:
    """One training run as recorded."""

    id: int
    code: str
    question: str
    state: str
    as_of: datetime
    started_at: datetime
    finished_at: datetime | None
    rows: int
    metrics: Mapping[str, Any]
    baseline: Mapping[str, Any]
    verdict: str
    reason: str
    card: Mapping[str, Any]


@dataclass(frozen=True)
class Hold:
    """Since when no training replaces the live run, and who went back to it; empty where the log does not say."""

    since: datetime
    by: str


@dataclass(frozen=True)
class Standing:
    """What a question serves from, and how its latest training ended; either may not exist yet."""

    question: str
    live: Run | None
    previous: str | None
    promoted_at: datetime | None
    latest: Run | None
    hold: Hold | None


@dataclass(frozen=True)
class HistorySpan:
    """Orders of customers in one currency: how many, and from when to when; and how many name no customer at all."""

    orders: int
    first_at: datetime | None
    last_at: datetime | None
    other_currencies: tuple[str, ...]
    nobodys_orders: int


def live(question: str) -> Run | None:
    """The run a question serves from."""
    row = db.session.scalar(
        sa.select(TrainingRun)
        .join(LiveRun, LiveRun.run_id == TrainingRun.id)
        .where(LiveRun.question == question)
    )
    return _run(row) if row else None


def named(question: str, code: str) -> Run | None:
    """A run of the question by its code."""
    row = db.session.scalar(
        sa.select(TrainingRun).where(TrainingRun.question == question, TrainingRun.code == code)
    )
    return _run(row) if row else None


def standing(question: str) -> Standing:
    """What one question serves, and how its latest training ended."""
    return _standing(question)


def before_drift(question: str, as_of: datetime) -> Run | None:
    """The promoted run that one as of ``as_of`` is held against: the newest that is old enough, else the oldest."""
    promoted = sa.select(TrainingRun).where(TrainingRun.question == question, TrainingRun.state == "promoted")
    old_enough = promoted.where(TrainingRun.as_of <= as_of - rules.DRIFT_AFTER)
    row = db.session.scalar(
        old_enough.order_by(TrainingRun.as_of.desc(), TrainingRun.id.desc()).limit(1)
    ) or db.session.scalar(
        promoted.where(TrainingRun.as_of <= as_of).order_by(TrainingRun.as_of, TrainingRun.id).limit(1)
    )
    return _run(row) if row else None


def standings() -> tuple[Standing, ...]:
    """Every question with its live run, in the order of `rules.QUESTIONS`."""
    return tuple(_standing(question) for question in rules.QUESTIONS)


def has_live_run() -> bool:
    """Whether any question has predictions to serve."""
    return db.session.scalar(sa.select(LiveRun.question).limit(1)) is not None


def history_span(currency: str) -> HistorySpan:
    """What there is to learn from: orders of known customers that were not cancelled."""
    counted = Order.person_id.is_not(None) & (Order.state != "cancelled")
    first, last, count = db.session.execute(
        sa.select(sa.func.min(Order.placed_at), sa.func.max(Order.placed_at), sa.func.count()).where(
            counted, Order.currency == currency
        )
    ).one()
    others = db.session.scalars(
        sa.select(Order.currency)
        .where(counted, Order.currency != currency)
        .distinct()
        .order_by(Order.currency)
    )
    nobodys = sa.select(sa.func.count()).select_from(Order).where(Order.person_id.is_(None))
    return HistorySpan(count, first, last, tuple(others), db.session.scalar(nobodys) or 0)


def awaits_first_training(currency: str) -> bool:
    """Whether there is a history that ended before today to learn from, and nothing has been learned yet."""
    if has_live_run():
        return False
    first = history_span(currency).first_at
    return first is not None and first < rules.start_of(clock.today())


def _standing(question: str) -> Standing:
    pointer, hold = _pointer(question)
    previous = (
        db.session.get(TrainingRun, pointer.previous_run_id) if pointer and pointer.previous_run_id else None
    )
    latest = db.session.scalar(
        sa.select(TrainingRun)
        .where(TrainingRun.question == question)
        .order_by(TrainingRun.id.desc())
        .limit(1)
    )
    return Standing(
        question,
        live(question),
        previous.code if previous else None,
        pointer.promoted_at if pointer else None,
        _run(latest) if latest else None,
        hold,
    )


def _pointer(question: str) -> tuple[LiveRun | None, Hold | None]:
    who = (
        sa.select(AuditRecord.actor_label)
        .where(AuditRecord.action == "model.rolled_back", AuditRecord.subject == f"question:{question}")
        .order_by(AuditRecord.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    row = db.session.execute(
        sa.select(LiveRun, RunHold.since, who)
        .outerjoin(RunHold, RunHold.question == LiveRun.question)
        .where(LiveRun.question == question)
    ).one_or_none()
    if row is None:
        return None, None
    pointer, since, by = row
    return pointer, Hold(since, by or "") if since else None


def _run(row: TrainingRun) -> Run:
    return Run(
        row.id,
        row.code,
        row.question,
        row.state,
        row.as_of,
        row.started_at,
        row.finished_at,
        row.rows,
        row.metrics,
        row.baseline,
        row.verdict,
        row.reason,
        row.card,
    )
