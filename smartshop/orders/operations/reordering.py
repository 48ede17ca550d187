"""Ordering again what was ordered before."""

from dataclasses import dataclass

from smartshop.cart import rules
from smartshop.cart.operations import filling as carts
from smartshop.cart.queries import CartKey
from smartshop.kernel.errors import DomainError
from smartshop.kernel.uow import unit_of_work
from smartshop.orders.queries import reading


@dataclass(frozen=True)
class Again:
    """What went into the cart: ``short`` are names of which fewer went in, ``gone`` those not sold any more."""

    token: str | None
    lines: int
    short: tuple[str, ...]
    gone: tuple[str, ...]


def again(*, number: str, seen_by: int | None, key: CartKey) -> Again:
    """Put what an order held and the shop still sells into the cart; the order stays as it is.

    Raises NotFound when the order is somebody else's.
    """
    order = reading.order(number, seen_by=seen_by)
    token, lines = None, 0
    short: list[str] = []
    gone: list[str] = []
    with unit_of_work():
        for line in (line for line in order.lines if line.kind == "product"):
            try:
                if line.variant_id is None:
                    gone.append(line.name)
                    continue
                quantity = min(line.quantity, rules.MOST_OF_ONE)
                added = carts.add(key=key, variant_id=line.variant_id, quantity=quantity)
            except DomainError:
                gone.append(line.name)
                continue
            if added.token is not None:
                token, key = added.token, CartKey(token=added.token)
            lines += 1
            if added.is_clipped or quantity < line.quantity:
                short.append(line.name)
    return Again(token, lines, tuple(short), tuple(gone))
