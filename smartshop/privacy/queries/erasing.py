"""What stands in the way of an erasure, and what has to be looked for."""

import sqlalchemy as sa

from smartshop.identity.models import Person, SavedAddress
from smartshop.kernel.errors import NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.marks import Marks
from smartshop.messaging.models import Email
from smartshop.orders.queries import holding

STREETS = ("name", "line1", "line2", "phone")


def open_orders(person_id: int) -> list[str]:
    """The numbers of a person's orders that are not finished. Raises NotFound."""
    person = db.session.get(Person, person_id)
    if person is None:
        raise NotFound("There is no such customer.")
    return [order.number for order in holding.of(person_id, person.email) if not order.is_finished]


def addresses(person: Person) -> set[str]:
    """Every e-mail address the shop has written to this person at, in small letters."""
    written = db.session.scalars(sa.select(Email.recipient).where(Email.person_id == person.id).distinct())
    return {address.lower() for address in (person.email, *written) if address}


def marks(person: Person) -> Marks:
    """What gives this person away: names, e-mail addresses, streets and telephone numbers of theirs."""
    saved = db.session.scalars(sa.select(SavedAddress).where(SavedAddress.person_id == person.id))
    orders = holding.of(person.id, person.email)
    return Marks.of(
        [
            person.name,
            *addresses(person),
            *(getattr(row, field) for row in saved for field in STREETS),
            *(order.address.get(field) for order in orders for field in STREETS),
            *(order.email for order in orders),
        ]
    )
