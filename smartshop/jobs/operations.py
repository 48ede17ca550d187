"""Claiming due moments, so that each is run by one process, and closing them."""

from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import IntegrityError

from smartshop.jobs import rules
from smartshop.jobs.models import JobRun
from smartshop.kernel import clock, leases
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work

log = structlog.get_logger(__name__)


def claim(*, job: str, due_at: datetime, deadline: timedelta) -> int | None:
    """Take one due moment of a job for this process; returns the ledger row's key.

    None when another process has it already, or while an earlier moment of the job is still running. A running row
    whose process died, or that outlived ``deadline``, is closed as failed first.
    """
    try:
        with unit_of_work():
            leases.wait_for_turn(f"job:{job}")
            if _is_running(job, deadline):
                return None
            row = JobRun(
                job=job, due_at=due_at, holder=leases.holder(), state="running", started_at=clock.now()
            )
            db.session.add(row)
            db.session.flush()
            return row.id
    except IntegrityError:
        return None


def _is_running(job: str, deadline: timedelta) -> bool:
    now, still = clock.now(), False
    running = sa.select(JobRun).where(JobRun.job == job, JobRun.state == "running")
    for row in db.session.scalars(running.execution_options(populate_existing=True)):
        if leases.is_gone(row.holder) or rules.is_overdue(row.started_at, now, deadline):
            row.state, row.finished_at, row.detail = "failed", now, f"abandoned by {row.holder}"
        else:
            still = True
    return still


def finish(*, run_id: int, state: str, detail: str) -> bool:
    """Close a run this process claimed; False when somebody has given it up meanwhile."""
    with unit_of_work():
        row = db.session.get(JobRun, run_id, populate_existing=True, with_for_update=True)
        if row is None or row.state != "running":
            return False
        row.state, row.finished_at, row.detail = state, clock.now(), detail[:2000]
        return True


def forget_old_runs() -> int:
    """Drop ledger rows older than `rules.KEPT_FOR`, but never the latest of a job; returns how many."""
    with unit_of_work():
        old = JobRun.due_at < rules.forgotten_before(clock.now())
        newest = db.session.execute(
            sa.select(JobRun.job, sa.func.max(JobRun.due_at)).group_by(JobRun.job)
        ).all()
        dropped = 0
        for job, latest in newest:
            gone = sa.delete(JobRun).where(
                JobRun.job == job, JobRun.due_at < latest, JobRun.state != "running", old
            )
            dropped += int(db.session.execute(gone).rowcount)  # type: ignore[attr-defined]
        return dropped
