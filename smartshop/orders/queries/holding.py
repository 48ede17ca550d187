"""Which orders are a person's: theirs by account, and those placed as a guest with their address."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from smartshop.kernel.extensions import db
from smartshop.orders.models import Order
from smartshop.orders.rules.states import MOVES, State

FINISHED = tuple(state.value for state, moves in MOVES.items() if not moves)


@dataclass(frozen=True)
class HeldOrder:
    """An order as far as it says who placed it."""

    id: int
    number: str
    state: State
    email: str
    address: dict[str, Any]

    @property
    def is_finished(self) -> bool:
        return self.state in FINISHED


def of(person_id: int, email: str | None) -> Sequence[HeldOrder]:
    """Every order of a person, oldest first; one query."""
    rows = db.session.execute(
        sa.select(Order.id, Order.number, Order.state, Order.email, Order.address)
        .where(is_of(person_id, email))
        .order_by(Order.id)
    )
    return [HeldOrder(row.id, row.number, State(row.state), row.email or "", row.address) for row in rows]


def is_of(person_id: int, email: str | None) -> sa.ColumnElement[bool]:
    """Whether an order is of this person; a guest's is when it was placed with their proven address."""
    as_guest = sa.and_(Order.person_id.is_(None), sa.func.lower(Order.email) == (email or ""))
    return sa.or_(Order.person_id == person_id, as_guest) if email else Order.person_id == person_id
