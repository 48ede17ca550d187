"""Writing events, many at a time."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from smartshop.activity.models import Event
from smartshop.activity.rules import NewEvent
from smartshop.identity.models import Person
from smartshop.kernel import batches
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work


def append(*, events: Sequence[NewEvent]) -> None:
    """Add events to the log in one insert; those of people who were erased meanwhile are let go."""
    if not events:
        return
    try:
        _insert(events)
    except IntegrityError:
        people = {event.person_id for event in events} - {None}
        here = set(db.session.scalars(sa.select(Person.id).where(Person.id.in_(people))))
        _insert([event for event in events if event.person_id is None or event.person_id in here])


def _insert(events: Sequence[NewEvent]) -> None:
    rows = [{**vars(event), "kind": event.kind.value} for event in events]
    if rows:
        with unit_of_work():
            db.session.execute(sa.insert(Event), rows)


def forget(*, person_id: int) -> None:
    """Delete what a person did, and what their browsers did before they signed in, inside the caller's unit of work."""
    browsers = sa.select(Event.visitor_id).where(Event.person_id == person_id)
    unnamed = sa.and_(Event.person_id.is_(None), Event.visitor_id.in_(browsers), Event.visitor_id != "")
    for theirs in (unnamed, Event.person_id == person_id):
        db.session.execute(sa.delete(Event).where(theirs).execution_options(synchronize_session=False))


def forget_old(*, before: datetime) -> int:
    """Delete the events from before a moment, in batches; returns how many."""
    return batches.delete(Event.id, Event.at < before)
