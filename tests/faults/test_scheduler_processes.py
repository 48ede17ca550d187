"""Real processes: four web workers and two schedulers share one shop, and every due job is run once."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.insights import rules as training_rules
from smartshop.insights.models import LiveRun, TrainingRun
from smartshop.jobs.models import JobRun
from smartshop.kernel import clock
from smartshop.kernel.extensions import db
from smartshop.messaging.models import Email
from smartshop.messaging.operations import outbox
from tests.insights import histories

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
PATIENCE = 45.0
KIND = "order_confirmation"
FACTS = {
    "number": "7KQ2-M9XB-4TRD",
    "currency": "GBP",
    "lines": [{"name": "Mug", "variant": "", "quantity": 1, "total_minor": 1_250}],
    "goods_minor": 1_250,
    "shipping_method": "Standard",
    "shipping_minor": 395,
    "tax_minor": 0,
    "total_minor": 1_645,
    "payment_method": "Invoice",
    "address": {
        "name": "A",
        "line1": "1 High Street",
        "line2": "",
        "postcode": "N1",
        "city": "London",
        "country": "GB",
    },
}


def environment(app: Flask) -> dict[str, str]:
    settings = app.config["SETTINGS"]
    return os.environ | {
        "SMARTSHOP_ENV": "development",
        "SMARTSHOP_INSTANCE": str(settings.instance),
        "DATABASE_URL": settings.database_url,
        "SMARTSHOP_OUTBOX_SECONDS": "1",
        "SMARTSHOP_WORKERS": "4",
        "FLASK_APP": "app.py",
    }


@contextmanager
def process(command: list[str], env: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is told to stop at the end, and must stop well."""
    with log.open("wb") as output:
        started = subprocess.Popen(command, cwd=ROOT, env=env, stdout=output, stderr=output)
        try:
            yield started
            started.send_signal(signal.SIGTERM)
            assert started.wait(30) == 0, log.read_text()[-3000:]
        finally:
            if started.poll() is None:
                started.kill()
                started.wait(10)


def wait_until(is_so: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, f"waited {PATIENCE:g} s for {what}"
        time.sleep(0.2)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310 - our own server
            return bool(json.load(response) == {"status": "ok"})
    except OSError:
        return False


def rows(statement: sa.Select[*tuple[object, ...]]) -> list[tuple[object, ...]]:
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(statement)]


def one_at_a_time(job: str) -> bool:
    """Whether no run of the job began before the one before it had ended."""
    columns = (
        sa.select(JobRun.started_at, JobRun.finished_at).where(JobRun.job == job).order_by(JobRun.started_at)
    )
    spans = [
        (start, end)
        for start, end in rows(columns)
        if isinstance(start, datetime) and isinstance(end, datetime)
    ]
    return all(start >= end for (_, end), (start, _) in pairwise(spans))


def test_four_web_workers_and_two_schedulers_run_every_due_job_once(any_app: Flask, tmp_path: Path) -> None:
    histories.write_believable_history(end=training_rules.start_of(clock.today()))
    env, port = environment(any_app), free_port()
    outbox_folder = any_app.config["SETTINGS"].instance / "outbox"
    scheduler = [str(BIN / "flask"), "jobs", "run"]
    with ExitStack() as running:
        web = [str(BIN / "gunicorn"), "--bind", f"127.0.0.1:{port}", "wsgi:app"]
        running.enter_context(process(web, env, tmp_path / "web.log"))
        for number in (1, 2):
            running.enter_context(process(scheduler, env, tmp_path / f"jobs-{number}.log"))
        wait_until(lambda: answers(f"http://127.0.0.1:{port}/healthz"), "the web workers")
        for number in range(12):
            outbox.enqueue(kind=KIND, recipient=f"customer{number}@example.com", facts=FACTS)
            time.sleep(0.3)
        wait_until(lambda: len(rows(sa.select(LiveRun.question))) == 3, "the first training")
        wait_until(lambda: not rows(sa.select(Email.id).where(Email.state == "queued")), "the e-mails")

    logs = "".join((tmp_path / f"jobs-{number}.log").read_text() for number in (1, 2))
    assert logs.count("scheduler_stopped") == 2
    assert "Traceback" not in logs
    ledger = rows(sa.select(JobRun.job, JobRun.due_at, JobRun.state))
    assert Counter(state for _, _, state in ledger) == {"done": len(ledger)}
    assert max(Counter((job, due) for job, due, _ in ledger).values()) == 1
    deliveries = [due for job, due, _ in ledger if job == "deliver-email"]
    assert len(deliveries) >= 4
    assert one_at_a_time("deliver-email")
    assert [job for job, _, _ in ledger].count("train-models") == 1
    assert sorted(str(row[0]) for row in rows(sa.select(TrainingRun.question))) == [
        "churn",
        "clusters",
        "clv",
        "rfm",
    ]
    letters = [path.read_text() for path in outbox_folder.iterdir()]
    sent = Counter(
        number for text in letters for number in range(12) if f"To: customer{number}@example.com" in text
    )
    assert sent == dict.fromkeys(range(12), 1)


def test_a_scheduler_that_is_killed_leaves_its_work_to_the_next_one(any_app: Flask, tmp_path: Path) -> None:
    env = environment(any_app)
    outbox.enqueue(kind=KIND, recipient="a@example.com", facts=FACTS)
    first = subprocess.Popen(
        [str(BIN / "flask"), "jobs", "run"],
        cwd=ROOT,
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: bool(rows(sa.select(JobRun.id))), "the first job")
    finally:
        first.kill()
        first.wait(10)
    with db.engine.begin() as connection:
        last = sa.select(sa.func.max(JobRun.id)).scalar_subquery()
        connection.execute(
            sa.update(JobRun).where(JobRun.id == last).values(state="running", finished_at=None)
        )
    running_ids = sa.select(JobRun.id).where(JobRun.state == "running")
    stuck = rows(running_ids)
    assert len(stuck) == 1
    with process([str(BIN / "flask"), "jobs", "run"], env, tmp_path / "second.log"):
        wait_until(lambda: not set(rows(running_ids)) & set(stuck), "the abandoned row to be closed")
        done_after = sa.select(JobRun.id).where(JobRun.id > stuck[0][0], JobRun.state == "done")
        wait_until(lambda: bool(rows(done_after)), "the next run")
    closed = rows(sa.select(JobRun.state, JobRun.detail).where(JobRun.id == stuck[0][0]))
    assert closed[0][0] == "failed"
    assert str(closed[0][1]).startswith("abandoned by ")
