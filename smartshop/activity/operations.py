"""Writing events, many at a time."""

from collections.abc import Sequence

import sqlalchemy as sa

from smartshop.activity.models import Event
from smartshop.activity.rules import NewEvent
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work


def append(*, events: Sequence[NewEvent]) -> None:
    """Add events to the log in one insert."""
    if not events:
        return
    with unit_of_work():
        db.session.execute(
            sa.insert(Event),
            [
                {
                    "at": event.at,
                    "kind": event.kind.value,
                    "visitor_id": event.visitor_id,
                    "session_id": event.session_id,
                    "person_id": event.person_id,
                    "product_id": event.product_id,
                    "value": event.value,
                    "facts": event.facts,
                }
                for event in events
            ],
        )
