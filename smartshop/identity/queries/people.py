"""Finding people."""

import sqlalchemy as sa

from smartshop.identity.models import Person
from smartshop.identity.rules import accounts
from smartshop.kernel.errors import NotFound
from smartshop.kernel.extensions import db


def by_email(email: str) -> int:
    """The id of the person with this address.

    Raises NotFound.
    """
    found = db.session.scalar(
        sa.select(Person.id).where(Person.email == (accounts.normal_email(email) or ""))
    )
    if found is None:
        raise NotFound(f"There is no account with the address {email.strip()!r}.")
    return found
