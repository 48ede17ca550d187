"""The history of training runs."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from smartshop.insights.models import LiveRun, TrainingRun
from smartshop.insights.queries.counting import clamped
from smartshop.kernel.extensions import db
from smartshop.kernel.pages import Page


@dataclass(frozen=True)
class RunRow:
    """One training run in a list."""

    code: str
    question: str
    state: str
    as_of: datetime
    started_at: datetime
    finished_at: datetime | None
    rows: int
    verdict: str
    reason: str
    is_live: bool


def page_of_runs(*, question: str = "", page: int = 1, size: int = 25) -> Page[RunRow]:
    """Training runs of one question or all, newest first; two queries."""
    wanted = [TrainingRun.question == question] if question else []
    total = db.session.scalar(sa.select(sa.func.count(TrainingRun.id)).where(*wanted)) or 0
    number = clamped(page, size, total)
    names = ("code", "question", "state", "as_of", "started_at", "finished_at", "rows", "verdict", "reason")
    rows = db.session.execute(
        sa.select(*(getattr(TrainingRun, name) for name in names), LiveRun.run_id.is_not(None))
        .outerjoin(LiveRun, LiveRun.run_id == TrainingRun.id)
        .where(*wanted)
        .order_by(TrainingRun.id.desc())
        .limit(size)
        .offset((number - 1) * size)
    )
    return Page([RunRow(*list(row)) for row in rows], number, size, total)
