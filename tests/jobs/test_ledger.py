import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.jobs import operations, queries, schedule, scheduler
from smartshop.jobs.models import JobRun
from smartshop.jobs.rules import Every
from smartshop.kernel import clock, leases
from smartshop.kernel.config import Settings
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work

DUE = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def ledger() -> list[tuple[datetime, str]]:
    with db.engine.connect() as connection:
        rows = connection.execute(sa.select(JobRun.due_at, JobRun.state).order_by(JobRun.due_at))
        return [(row[0], row[1]) for row in rows]


def claim(due_at: datetime = DUE, job: str = "work") -> int | None:
    return operations.claim(job=job, due_at=due_at, deadline=HOUR)


def pretend_held_by(holder: str) -> None:
    with unit_of_work():
        db.session.execute(sa.update(JobRun).values(holder=holder))


def test_a_due_moment_is_given_out_once(any_app: Flask) -> None:
    run_id = claim()
    assert run_id is not None
    assert operations.finish(run_id=run_id, state="done", detail="")
    assert claim() is None
    assert ledger() == [(DUE, "done")]


def test_a_job_that_is_still_running_is_not_begun_again(any_app: Flask) -> None:
    assert claim() is not None
    assert claim(DUE + MINUTE) is None
    assert claim(DUE + MINUTE, job="other work") is not None
    assert [state for _, state in ledger()] == ["running", "running"]


def test_a_job_whose_process_died_makes_room_at_once(any_app: Flask) -> None:
    dead = subprocess.run(
        [sys.executable, "-c", "from smartshop.kernel import leases; print(leases.holder())"],
        capture_output=True, text=True, check=True, cwd=os.getcwd(),  # noqa: PTH109
    ).stdout.strip()  # fmt: skip
    claim()
    pretend_held_by(dead)
    assert claim(DUE + MINUTE) is not None
    assert ledger() == [(DUE, "failed"), (DUE + MINUTE, "running")]
    assert queries.recent()[1].detail == f"abandoned by {dead}"


def test_a_job_on_another_host_makes_room_after_its_deadline(any_app: Flask) -> None:
    claim()
    pretend_held_by("elsewhere:1:00000000")
    assert claim(DUE + MINUTE) is None
    with unit_of_work():
        db.session.execute(sa.update(JobRun).values(started_at=clock.now() - 2 * HOUR))
    assert claim(DUE + MINUTE) is not None
    assert ledger() == [(DUE, "failed"), (DUE + MINUTE, "running")]


def test_a_run_that_was_given_up_cannot_be_finished(any_app: Flask) -> None:
    run_id = claim() or 0
    pretend_held_by("elsewhere:1:00000000")
    with unit_of_work():
        db.session.execute(sa.update(JobRun).values(started_at=clock.now() - 2 * HOUR))
    claim(DUE + MINUTE)
    assert operations.finish(run_id=run_id, state="done", detail="") is False
    assert ledger()[0] == (DUE, "failed")


def test_a_process_number_used_again_is_not_mistaken_for_its_first_owner() -> None:
    host, number, mark = leases.holder().split(":")
    assert leases.is_gone(f"{host}:{number}:{mark}") is False
    assert leases.is_gone(f"{host}:{number}:ffffffff0") is True
    assert leases.is_gone(f"{host}:1:ffffffff") is False
    assert leases.is_gone("") is False


def test_work_that_breaks_is_recorded_with_its_reason_and_the_next_moment_runs(app: Flask) -> None:
    settings: Settings = app.config["SETTINGS"]

    def breaks(_: Settings) -> str:
        raise ValueError("the printer is on fire")

    job = schedule.Job("work", Every(60), HOUR, breaks)
    assert scheduler.run_due(job, DUE, settings)
    assert scheduler.run_due(job, DUE, settings) is False
    assert scheduler.run_due(job, DUE + MINUTE, settings)
    assert ledger() == [(DUE, "failed"), (DUE + MINUTE, "failed")]
    assert queries.last_runs()["work"].detail == "ValueError: the printer is on fire"


def test_old_rows_are_forgotten_but_never_a_jobs_last_one(any_app: Flask) -> None:
    old = clock.now().replace(microsecond=0) - timedelta(days=30)
    for job, due_at in (("work", old), ("work", old + HOUR), ("work", clock.now()), ("rare work", old)):
        run_id = operations.claim(job=job, due_at=due_at, deadline=HOUR)
        operations.finish(run_id=run_id or 0, state="done", detail="")
    assert operations.forget_old_runs() == 2
    assert len(ledger()) == 2
    assert set(queries.last_runs()) == {"work", "rare work"}


@pytest.mark.parametrize("limit", [1, 5])
def test_recent_runs_come_newest_first(app: Flask, limit: int) -> None:
    for minutes in range(3):
        run_id = claim(DUE + minutes * MINUTE)
        operations.finish(run_id=run_id or 0, state="done", detail=str(minutes))
    assert [run.detail for run in queries.recent(job="work", limit=limit)] == ["2", "1", "0"][:limit]


def test_jobs_are_idle_when_nothing_ran_for_minutes_and_not_before_the_first(app: Flask) -> None:
    assert schedule.idle_since() is None
    claim(clock.now())
    assert schedule.idle_since() is None
    began = clock.now() - schedule.IDLE_AFTER - MINUTE
    with unit_of_work():
        db.session.execute(sa.update(JobRun).values(started_at=began))
    assert schedule.idle_since() == began
