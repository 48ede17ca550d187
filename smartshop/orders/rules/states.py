"""The states of an order and the moves between them: one dictionary, and nothing else assigns a state."""

from collections.abc import Mapping
from enum import StrEnum

from smartshop.kernel.errors import Conflict


class State(StrEnum):
    PENDING = "pending"
    """Placed; the gateway has not answered yet."""
    CONFIRMED = "confirmed"
    """To be delivered; the money comes later (invoice, cash on delivery)."""
    PAID = "paid"
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"


MOVES: Mapping[State, frozenset[State]] = {
    State.PENDING: frozenset({State.CONFIRMED, State.PAID, State.CANCELLED}),
    State.CONFIRMED: frozenset({State.PAID, State.FULFILLED, State.CANCELLED}),
    State.PAID: frozenset({State.FULFILLED, State.CANCELLED}),
    State.FULFILLED: frozenset(),
    State.CANCELLED: frozenset(),
}


class ImpossibleMove(Conflict):
    """An order cannot go from where it is to where it was sent."""

    code = "impossible_move"


def check_move(before: State, after: State) -> None:
    """Raises ImpossibleMove unless the table allows it."""
    if after not in MOVES[before]:
        raise ImpossibleMove(f"An order that is {before} cannot become {after}.", before=before, after=after)
