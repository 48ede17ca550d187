"""Keeping addresses: each person's own, one of them the default."""

import sqlalchemy as sa

from smartshop.identity.models import Person, SavedAddress
from smartshop.identity.rules.addresses import Address
from smartshop.kernel.errors import Conflict, NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work

MOST = 20


def keep(*, person_id: int, address: Address, is_default: bool) -> int:
    """Add an address to a person's book and return its id; the first one is the default.

    Raises Conflict when the book is full.
    """
    with unit_of_work():
        count = _locked_count(person_id)
        if count >= MOST:
            raise Conflict(f"Your book holds {MOST} addresses, and no more. Delete one first.")
        row = SavedAddress(person_id=person_id, **address.frozen(), is_default=False)
        db.session.add(row)
        db.session.flush()
        if is_default or not count:
            _prefer(person_id, row.id)
    return row.id


def change(*, person_id: int, address_id: int, address: Address, is_default: bool) -> None:
    """Write another address in place of one.

    Raises NotFound.
    """
    with unit_of_work():
        _locked_count(person_id)
        _require(
            db.session.execute(
                sa.update(SavedAddress)
                .where(SavedAddress.id == address_id, SavedAddress.person_id == person_id)
                .values(**address.frozen())
            )
        )
        if is_default:
            _prefer(person_id, address_id)


def remove(*, person_id: int, address_id: int) -> None:
    """Take an address out of the book; the newest of the rest takes over as the default.

    Raises NotFound.
    """
    with unit_of_work():
        _locked_count(person_id)
        _require(
            db.session.execute(
                sa.delete(SavedAddress).where(
                    SavedAddress.id == address_id, SavedAddress.person_id == person_id
                )
            )
        )
        rest = sa.select(SavedAddress.is_default, SavedAddress.id).where(SavedAddress.person_id == person_id)
        left = db.session.execute(rest.order_by(SavedAddress.id)).all()
        if left and not any(row.is_default for row in left):
            _prefer(person_id, left[-1].id)


def _locked_count(person_id: int) -> int:
    """How many addresses a person has; the person is locked, so that two changes at once come one after the other."""
    db.session.execute(sa.select(Person.id).where(Person.id == person_id).with_for_update())
    return (
        db.session.scalar(
            sa.select(sa.func.count()).select_from(SavedAddress).where(SavedAddress.person_id == person_id)
        )
        or 0
    )


def _prefer(person_id: int, address_id: int) -> None:
    mine = sa.update(SavedAddress).where(SavedAddress.person_id == person_id)
    db.session.execute(mine.where(SavedAddress.is_default).values(is_default=False))
    db.session.execute(mine.where(SavedAddress.id == address_id).values(is_default=True))


def _require(result: sa.Result[object]) -> None:
    if not result.rowcount:  # type: ignore[attr-defined]
        raise NotFound("There is no such address in your book.")
