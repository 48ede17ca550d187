"""Many customers at once, from an imported history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from smartshop.identity.models import Person
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work


@dataclass(frozen=True)
class NewPerson:
    """A customer of a history; ``key`` is an e-mail address in lower case, or the number the old shop gave."""

    key: str
    country: str
    created_at: datetime


def is_email(key: str) -> bool:
    """Whether a customer's key is an e-mail address."""
    return "@" in key


def known_people() -> dict[str, int]:
    """The ids of all people by e-mail address and by the number an old shop gave."""
    found: dict[str, int] = {}
    for person_id, email, external_id in db.session.execute(
        sa.select(Person.id, Person.email, Person.external_id)
    ):
        found.update((key, person_id) for key in (email, external_id) if key)
    return found


def add_people(*, people: Sequence[NewPerson]) -> dict[str, int]:
    """Add customers without a password; returns the ids of everybody by key.

    The keys must be new: known_people() tells.
    """
    with unit_of_work():
        rows = [
            {
                "email": person.key if is_email(person.key) else None,
                "external_id": None if is_email(person.key) else person.key,
                "country": person.country[:60],
                "created_at": person.created_at,
            }
            for person in people
        ]
        if rows:
            db.session.execute(sa.insert(Person), rows)
        return known_people()
