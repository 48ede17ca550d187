"""What is old goes, what is not stays, however many batches it takes."""

from datetime import timedelta

import sqlalchemy as sa
import time_machine
from flask import Flask

from smartshop.activity import operations as activity
from smartshop.activity.models import Event
from smartshop.activity.rules import Kind, NewEvent
from smartshop.catalog.models import SearchMiss
from smartshop.catalog.operations import misses
from smartshop.jobs import schedule
from smartshop.kernel import batches, clock
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.messaging.models import Email
from smartshop.messaging.operations import outbox
from smartshop.orders.models import Order
from tests import factories

NOTHING = "0 events, 0 e-mails and 0 searches deleted, 0 moves, 0 unpaid orders without a person"


def _leave_traces(state: str) -> None:
    events = [NewEvent(at=clock.now(), kind=Kind.SEARCH, visitor_id="v") for _ in range(3)]
    activity.append(events=events)
    outbox.welcome(recipient="ada@example.com", name="Ada", person_id=factories.make_person())
    misses.note(query=f"words of {state}")
    number = factories.make_order(state="cancelled")
    with unit_of_work():
        db.session.execute(sa.update(Email).values(state=state))
        db.session.execute(sa.update(Order).where(Order.number == number).values(is_given_up=True))


def test_each_thing_goes_when_its_time_is_over_and_not_before(any_app: Flask) -> None:
    settings = any_app.config["SETTINGS"]
    _leave_traces("sent")
    factories.make_order(state="fulfilled")
    assert schedule.forget_old(settings) == NOTHING
    with time_machine.travel(clock.now() + timedelta(days=89), tick=False):
        assert schedule.forget_old(settings) == NOTHING
    with time_machine.travel(clock.now() + timedelta(days=91), tick=False):
        assert schedule.forget_old(settings).endswith("1 unpaid orders without a person")
        assert schedule.forget_old(settings) == NOTHING
    kept = db.session.execute(sa.select(Order.email, Order.address["name"].as_string()).order_by(Order.id))
    assert [tuple(row) for row in kept] == [(None, "Former customer"), ("ada@example.com", "Ada Buyer")]
    db.session.rollback()
    with time_machine.travel(clock.now() + timedelta(days=366), tick=False):
        assert schedule.forget_old(settings).startswith("0 events, 1 e-mails and 1 searches")
    with time_machine.travel(clock.now() + timedelta(days=731), tick=False):
        assert schedule.forget_old(settings).startswith("3 events, 0 e-mails")
    assert [
        db.session.scalar(sa.select(sa.func.count()).select_from(each)) for each in (Event, Email, SearchMiss)
    ] == [0, 0, 0]


def test_an_email_on_its_way_stays_however_old(app: Flask) -> None:
    _leave_traces("queued")
    with time_machine.travel(clock.now() + timedelta(days=400), tick=False):
        schedule.forget_old(app.config["SETTINGS"])
    assert db.session.scalar(sa.select(sa.func.count(Email.id))) == 1


def test_batches_take_everything_and_nothing_else(any_app: Flask) -> None:
    for place in range(7):
        moment = clock.now() - timedelta(days=place)
        activity.append(events=[NewEvent(at=moment, kind=Kind.SEARCH, visitor_id="v", value=place)])
    gone = batches.delete(Event.id, Event.at < clock.now() - timedelta(days=1, hours=1), batch=2)
    assert gone == 5
    assert set(db.session.scalars(sa.select(Event.value))) == {0, 1}
