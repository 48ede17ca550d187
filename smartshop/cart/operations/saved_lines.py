"""The rows behind what is saved for later. They hang on one cart of their owner, whatever its state."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from smartshop.cart import rules
from smartshop.cart.models import Cart, SavedLine
from smartshop.cart.operations.inserting import dialect, insert
from smartshop.cart.queries import CartKey, owner, was_owned
from smartshop.kernel.extensions import db

Join = Callable[[Any, Any], sa.ColumnElement[int]]


@dataclass(frozen=True)
class Row:
    variant_id: int
    quantity: int
    added_at: datetime


def summed(known: Any, new: Any) -> sa.ColumnElement[int]:
    """Both together, at most what a cart may hold of one thing."""
    return sa.case((known + new > rules.MOST_OF_ONE, rules.MOST_OF_ONE), else_=known + new)


def larger(known: Any, new: Any) -> sa.ColumnElement[int]:
    """The larger of the two, so that signing in again never doubles."""
    return sa.case((known > new, known), else_=new)


def put(rows: Sequence[Row], *, cart_id: int, join: Join) -> None:
    """Save these lines; ``join`` says how many when some are saved already."""
    if not rows:
        return
    statement = insert(dialect(), SavedLine)
    quantity = join(SavedLine.quantity, statement.excluded.quantity)
    joined = statement.on_conflict_do_update(
        index_elements=["cart_id", "variant_id"], set_={"quantity": quantity}
    )
    for row in sorted(rows, key=lambda row: row.variant_id):
        values = {"variant_id": row.variant_id, "quantity": row.quantity, "added_at": row.added_at}
        db.session.execute(joined, {"cart_id": cart_id, **values})


def take(key: CartKey, *only: sa.ColumnElement[bool]) -> list[Row]:
    """Delete what somebody saved and return it: all of it, or what meets the conditions."""
    if key.token is None and key.person_id is None:
        return []
    theirs = SavedLine.cart_id.in_(sa.select(Cart.id).where(was_owned(key.is_guest)))
    gone = sa.delete(SavedLine).where(theirs, *only)
    columns = (SavedLine.variant_id, SavedLine.quantity, SavedLine.added_at)
    return [Row(*row) for row in db.session.execute(gone.returning(*columns), owner(key))]
