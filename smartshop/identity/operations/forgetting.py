"""Forgetting a person who wants to be forgotten."""

from collections.abc import Collection

import sqlalchemy as sa

from smartshop.identity.models import Invitation, OneTimeCode, Person
from smartshop.identity.queries.sign_ins import is_staff
from smartshop.kernel.errors import Conflict, NotFound
from smartshop.kernel.extensions import db


def hold(*, person_id: int) -> Person:
    """The person, locked until the commit: whatever would point at them waits, and finds nobody then.

    Raises NotFound, and Conflict for staff.
    """
    person = db.session.get(Person, person_id, with_for_update=True, populate_existing=True)
    if person is None:
        raise NotFound("There is no such customer.")
    if is_staff(person_id):
        raise Conflict("This is an account of the staff. Take its roles away first, then erase it.")
    return person


def forget(*, person_id: int, addresses: Collection[str]) -> None:
    """Delete the person and all that hangs on them by key, and every mailed code and invitation to these addresses."""
    db.session.execute(
        sa.delete(OneTimeCode).where(
            sa.or_(
                OneTimeCode.person_id == person_id,
                OneTimeCode.email.in_(addresses),
                OneTimeCode.subject.in_(addresses),
            )
        )
    )
    db.session.execute(sa.delete(Invitation).where(Invitation.email.in_(addresses)))
    db.session.execute(sa.delete(Person).where(Person.id == person_id))
