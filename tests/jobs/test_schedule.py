from datetime import timedelta

import sqlalchemy as sa
import time_machine
from flask import Flask

from smartshop.insights.models import LiveRun, TrainingRun
from smartshop.insights.queries import runs
from smartshop.insights.rules import QUESTIONS
from smartshop.jobs import queries, schedule, scheduler
from smartshop.kernel import clock
from smartshop.kernel.config import Settings
from smartshop.kernel.extensions import db
from smartshop.messaging.models import Email
from smartshop.messaging.operations import outbox
from tests.factories import make_cart, make_product
from tests.insights import histories


def settings_of(app: Flask) -> Settings:
    settings: Settings = app.config["SETTINGS"]
    return settings


def run(app: Flask, name: str) -> queries.Run:
    job = schedule.named(name, schedule.jobs(settings_of(app)))
    assert scheduler.run_due(job, job.rhythm.last_due(clock.now()), settings_of(app))
    db.session.remove()
    return queries.last_runs()[name]


def test_the_nightly_training_publishes_every_question_once(app: Flask) -> None:
    histories.write_believable_history()
    with time_machine.travel(histories.END + timedelta(hours=4), tick=True):
        assert runs.awaits_first_training("GBP")
        ended = run(app, schedule.TRAIN_MODELS)
        assert ended.due_at == histories.END + timedelta(hours=3)
        assert runs.awaits_first_training("GBP") is False
    assert ended.state == "done"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(LiveRun)) == len(QUESTIONS)
    assert set(db.session.scalars(sa.select(TrainingRun.as_of))) == {histories.END}


def test_a_training_that_breaks_is_a_failed_job_that_says_why(app: Flask) -> None:
    histories.write_believable_history(20)
    with db.engine.begin() as connection:
        connection.execute(sa.text("UPDATE order_lines SET unit_price_minor = -1"))
    with time_machine.travel(histories.END + timedelta(hours=4), tick=True):
        ended = run(app, schedule.TRAIN_MODELS)
    assert ended.state == "failed"
    assert "rfm failed (the order history breaks its contract" in ended.detail


def test_a_shop_without_orders_has_nothing_to_train_and_that_is_no_failure(app: Flask) -> None:
    assert runs.awaits_first_training("GBP") is False
    ended = run(app, schedule.TRAIN_MODELS)
    assert ended.state == "done"
    assert "no customers' orders yet" in ended.detail


def test_due_email_is_delivered(app: Flask) -> None:
    outbox.enqueue(kind="no_such_kind", recipient="a@example.com", facts={})
    ended = run(app, "deliver-email")
    assert (ended.state, ended.detail) == ("done", "0 sent, 1 to be tried again")
    db.session.expire_all()
    assert [email.attempts for email in db.session.scalars(sa.select(Email))] == [1]


def test_a_daily_job_missed_while_nobody_was_up_is_made_good_once(app: Flask) -> None:
    day = timedelta(days=1)
    with time_machine.travel(histories.END + timedelta(hours=5), tick=True):
        run(app, "tidy-up")
    with time_machine.travel(histories.END + 3 * day + timedelta(hours=6), tick=True):
        for _ in range(2):
            scheduler.Scheduler(app).catch_up()
    db.session.remove()
    due = [ran.due_at for ran in queries.recent(job="tidy-up")]
    assert due == [histories.END + 3 * day + timedelta(hours=4), histories.END + timedelta(hours=4)]
    assert {ran.job for ran in queries.recent()} == {"tidy-up"}


def test_a_fresh_history_is_learned_from_at_once(app: Flask) -> None:
    histories.write_believable_history()
    with time_machine.travel(histories.END + timedelta(hours=14, minutes=7, seconds=30), tick=True):
        for _ in range(2):
            scheduler.Scheduler(app).catch_up()
    ran = queries.recent()
    assert [(each.job, each.due_at) for each in ran] == [
        ("train-models", histories.END + timedelta(hours=14, minutes=7))
    ]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(TrainingRun)) == len(QUESTIONS)


def test_carts_of_guests_are_purged_after_the_days_of_the_settings(app: Flask) -> None:
    with time_machine.travel(histories.END, tick=True):
        make_cart((make_product(), 1))
    with time_machine.travel(histories.END + timedelta(days=89), tick=True):
        assert run(app, "purge-carts").detail.startswith("0 carts")
    with time_machine.travel(histories.END + timedelta(days=91), tick=True):
        ended = run(app, "purge-carts")
    assert (ended.state, ended.detail) == (
        "done",
        "1 carts of guests deleted that nobody touched for 90 days",
    )


def test_every_job_has_its_own_name_and_a_deadline(app: Flask) -> None:
    jobs = schedule.jobs(settings_of(app))
    assert len({job.name for job in jobs}) == len(jobs)
    assert all(job.deadline > timedelta(0) for job in jobs)
    assert [each.name for each in schedule.listings(settings_of(app))] == [job.name for job in jobs]
