"""The ledger of jobs, read."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from smartshop.jobs.models import JobRun
from smartshop.kernel.extensions import db


@dataclass(frozen=True)
class Run:
    """One due moment of a job and what became of it."""

    job: str
    due_at: datetime
    state: str
    holder: str
    started_at: datetime
    finished_at: datetime | None
    detail: str

    @property
    def seconds(self) -> float | None:
        """How long it took; None while it runs."""
        return (self.finished_at - self.started_at).total_seconds() if self.finished_at else None


def last_runs() -> dict[str, Run]:
    """The latest run of every job that ever ran, by job."""
    latest = sa.select(JobRun.job, sa.func.max(JobRun.due_at).label("due_at")).group_by(JobRun.job).subquery()
    rows = db.session.scalars(
        sa.select(JobRun).join(latest, (JobRun.job == latest.c.job) & (JobRun.due_at == latest.c.due_at))
    )
    return {row.job: _run(row) for row in rows}


def recent(*, job: str | None = None, limit: int = 50) -> tuple[Run, ...]:
    """The latest runs, newest first, of one job or of all."""
    statement = sa.select(JobRun).order_by(JobRun.due_at.desc(), JobRun.id.desc()).limit(limit)
    return tuple(
        map(_run, db.session.scalars(statement if job is None else statement.where(JobRun.job == job)))
    )


def _run(row: JobRun) -> Run:
    return Run(row.job, row.due_at, row.state, row.holder, row.started_at, row.finished_at, row.detail)
