"""APScheduler around the schedule: it only wakes us up; the ledger decides who works."""

import signal
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from types import FrameType
from typing import Any

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from flask import Flask

from smartshop.insights.queries import runs
from smartshop.jobs import operations, schedule
from smartshop.jobs.rules import EPOCH, Every, Rhythm
from smartshop.kernel import clock, leases
from smartshop.kernel.config import Settings

log = structlog.get_logger(__name__)


class Scheduler:
    """The jobs of one app, run in background threads from ``start`` to ``stop``."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.settings: Settings = app.config["SETTINGS"]
        self.jobs = schedule.jobs(self.settings)
        self._clockwork = BackgroundScheduler(timezone=UTC)

    def start(self) -> None:
        """Wake up at every due moment from now on, and at once do what should have been done by now."""
        for job in self.jobs:
            self._clockwork.add_job(
                self._fire, _trigger(job.rhythm), args=[job], id=job.name,
                max_instances=1, coalesce=True, misfire_grace_time=None,
            )  # fmt: skip
        self._clockwork.add_job(self.catch_up, id="catch-up")
        self._clockwork.start()
        log.info("scheduler_started", holder=leases.holder(), jobs=[job.name for job in self.jobs])

    def stop(self) -> None:
        """Start nothing more and wait for what is running."""
        log.info("scheduler_stopping", holder=leases.holder())
        self._clockwork.shutdown(wait=True)
        log.info("scheduler_stopped", holder=leases.holder())

    def _fire(self, job: schedule.Job) -> None:
        with self.app.app_context():
            run_due(job, job.rhythm.last_due(clock.now()), self.settings)

    def catch_up(self) -> None:
        """Train if nothing has been learned yet, and do the daily jobs that were missed while nobody was up."""
        with self.app.app_context():
            if runs.awaits_first_training(self.settings.currency):
                job = schedule.named(schedule.TRAIN_MODELS, self.jobs)
                run_due(job, clock.now().replace(second=0, microsecond=0), self.settings)
            for job, due_at in schedule.missed(self.jobs):
                run_due(job, due_at, self.settings)


def run_due(job: schedule.Job, due_at: datetime, settings: Settings) -> bool:
    """Do a job's work for one due moment if the ledger gives it to this process; whether it did."""
    run_id = operations.claim(job=job.name, due_at=due_at, deadline=job.deadline)
    if run_id is None:
        log.debug("job_not_ours", job=job.name, due_at=due_at.isoformat())
        return False
    began = time.perf_counter()
    state, detail = _done(job.work, settings)
    if not operations.finish(run_id=run_id, state=state, detail=detail):
        log.warning("job_was_given_up", job=job.name, due_at=due_at.isoformat())
    is_routine = state == "done" and isinstance(job.rhythm, Every)
    (log.debug if is_routine else log.info)(
        "job_ran", job=job.name, due_at=due_at.isoformat(), state=state, detail=detail,
        seconds=round(time.perf_counter() - began, 3),
    )  # fmt: skip
    return True


def run_until_told_to_stop(app: Flask) -> None:
    """Run the scheduler in the foreground until SIGTERM or SIGINT; a second signal does not wait for running jobs."""
    told = threading.Event()

    def stop(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        told.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    scheduler = Scheduler(app)
    scheduler.start()
    told.wait()
    scheduler.stop()


def _done(work: Callable[[Settings], str], settings: Settings) -> tuple[str, str]:
    try:
        return "done", work(settings)
    except schedule.JobFailed as failure:
        return "failed", str(failure)
    except Exception as error:
        log.exception("job_failed")
        return "failed", f"{type(error).__name__}: {error}"


def _trigger(rhythm: Rhythm) -> Any:
    if isinstance(rhythm, Every):
        return IntervalTrigger(seconds=rhythm.seconds, start_date=EPOCH, timezone=UTC)
    return CronTrigger(hour=rhythm.hour, minute=rhythm.minute, timezone=UTC)
