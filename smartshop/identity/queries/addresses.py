"""The addresses that a person keeps."""

from dataclasses import dataclass

import sqlalchemy as sa

from smartshop.identity.models import SavedAddress
from smartshop.identity.rules.addresses import Address
from smartshop.kernel.errors import NotFound
from smartshop.kernel.extensions import db


@dataclass(frozen=True)
class Kept:
    """An address in the book."""

    id: int
    address: Address
    is_default: bool


def book(person_id: int) -> list[Kept]:
    """A person's addresses, the default first, then the newest."""
    rows = db.session.scalars(
        sa.select(SavedAddress)
        .where(SavedAddress.person_id == person_id)
        .order_by(SavedAddress.is_default.desc(), SavedAddress.id.desc())
    )
    return [_kept(row) for row in rows]


def one(*, person_id: int, address_id: int) -> Kept:
    """One address of a person's own.

    Raises NotFound.
    """
    row = db.session.scalar(
        sa.select(SavedAddress).where(SavedAddress.id == address_id, SavedAddress.person_id == person_id)
    )
    if row is None:
        raise NotFound("There is no such address in your book.")
    return _kept(row)


def _kept(row: SavedAddress) -> Kept:
    return Kept(
        row.id,
        Address(row.name, row.line1, row.city, row.postcode, row.country, row.line2, row.phone),
        row.is_default,
    )
