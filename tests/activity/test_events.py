from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError

from smartshop.activity import operations
from smartshop.activity.models import Event
from smartshop.activity.rules import Kind, NewEvent
from smartshop.kernel.extensions import db
from tests.factories import make_person, make_product

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def events() -> list[Event]:
    return list(db.session.scalars(sa.select(Event).order_by(Event.id)))


def test_events_are_written_as_they_happened(any_app: Flask) -> None:
    mug, ada = make_product(), make_person()
    operations.append(
        events=[
            NewEvent(NOON, Kind.VISIT, "visitor", "session", facts={"landing": "/", "utm_source": "letter"}),
            NewEvent(NOON, Kind.CART_ADD, "visitor", "session", ada, mug.product_id, 3),
        ]
    )
    visit, added = events()
    assert (visit.at, visit.kind, visit.visitor_id, visit.session_id) == (NOON, "visit", "visitor", "session")
    assert visit.facts == {"landing": "/", "utm_source": "letter"}
    assert (visit.person_id, visit.product_id, visit.value) == (None, None, None)
    assert (added.kind, added.person_id, added.product_id, added.value) == (
        "cart_add",
        ada,
        mug.product_id,
        3,
    )


def test_no_events_need_no_transaction(any_app: Flask) -> None:
    operations.append(events=[])
    assert not db.session().in_transaction()
    assert events() == []


def test_events_are_written_together_or_not_at_all(any_app: Flask) -> None:
    good, bad = NewEvent(NOON, Kind.VIEW, "visitor"), NewEvent(NOON, Kind.VIEW, "visitor", product_id=4711)
    with pytest.raises(IntegrityError):
        operations.append(events=[good, bad])
    assert events() == []
