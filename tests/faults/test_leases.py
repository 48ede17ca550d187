"""Many at once: one gets the lease. Real connections, real transactions, on both databases."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.insights.models import TrainingRun
from smartshop.insights.operations import runs as recording
from smartshop.jobs import operations
from smartshop.jobs.models import JobRun
from smartshop.kernel import leases
from smartshop.kernel.extensions import db

DUE = datetime(2026, 1, 1, tzinfo=UTC)
CONTENDERS = 6
T = TypeVar("T")


def at_once(app: Flask, work: Callable[[int], T]) -> list[T]:
    """``work`` of every contender, begun at the same moment, each with a session of its own."""
    start = threading.Barrier(CONTENDERS)

    def contend(number: int) -> T:
        with app.app_context():
            start.wait(10)
            return work(number)

    with ThreadPoolExecutor(CONTENDERS) as pool:
        return list(pool.map(contend, range(CONTENDERS)))


def count(table: type[JobRun | TrainingRun]) -> int:
    with db.engine.connect() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_contenders_for_one_due_moment_get_it_once(any_app: Flask) -> None:
    hour = timedelta(hours=1)
    got = at_once(any_app, lambda _: operations.claim(job="work", due_at=DUE, deadline=hour))
    assert sum(run_id is not None for run_id in got) == 1
    assert count(JobRun) == 1


def claim_own_moment(number: int) -> int | None:
    return operations.claim(job="work", due_at=DUE + timedelta(seconds=number), deadline=timedelta(hours=1))


def test_contenders_for_different_moments_of_one_job_do_not_overlap(any_app: Flask) -> None:
    got = at_once(any_app, claim_own_moment)
    assert sum(run_id is not None for run_id in got) == 1
    assert count(JobRun) == 1


@pytest.mark.postgres
def test_without_taking_turns_they_would_overlap(
    postgres_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The unique key alone cannot see two moments of one job: everybody looks before anybody has written."""
    looked = threading.Barrier(CONTENDERS)
    real = operations._is_running

    def look_then_wait(job: str, deadline: timedelta) -> bool:
        answer = real(job, deadline)
        looked.wait(10)
        return answer

    monkeypatch.setattr(leases, "wait_for_turn", lambda _name: None)
    monkeypatch.setattr(operations, "_is_running", look_then_wait)
    got = at_once(postgres_app, claim_own_moment)
    assert sum(run_id is not None for run_id in got) == CONTENDERS


def test_contenders_for_one_training_get_it_once(any_app: Flask) -> None:
    begun: list[str] = []

    def begin(_: int) -> None:
        with suppress(recording.TrainingUnderWay):
            begun.append(recording.record_start(question="rfm", as_of=DUE).code)

    at_once(any_app, begin)
    assert len(begun) == 1
    assert count(TrainingRun) == 1
