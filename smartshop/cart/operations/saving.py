"""Putting lines of a cart aside for later, and taking them back."""

import sqlalchemy as sa

from smartshop.cart import rules
from smartshop.cart.models import CartLine, SavedLine
from smartshop.cart.operations import filling, saved_lines
from smartshop.cart.operations.filling import Added, CartGone
from smartshop.cart.operations.saved_lines import Row, summed
from smartshop.cart.queries import CartKey
from smartshop.kernel import clock
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work


def save(*, key: CartKey, variant_id: int) -> None:
    """Move a line of the cart to what is saved for later; pieces saved before add up.

    Raises CartGone (no such line).
    """
    with unit_of_work():
        cart_id = filling.hold(key=key)
        line = sa.and_(CartLine.cart_id == cart_id, CartLine.variant_id == variant_id)
        quantity = db.session.scalar(sa.delete(CartLine).where(line).returning(CartLine.quantity))
        if cart_id is None or quantity is None:
            raise CartGone("This is no longer in your cart.")
        saved_lines.put([Row(variant_id, quantity, clock.now())], cart_id=cart_id, join=summed)
        filling.touch(cart_id)


def take_back(*, key: CartKey, variant_id: int) -> Added:
    """Move what was saved into the cart, at most what is left.

    Raises CartGone (it is not saved), NotFound (no longer sold) and SoldOut; it stays saved then.
    """
    with unit_of_work():
        filling.hold(key=key)
        rows = saved_lines.take(key, SavedLine.variant_id == variant_id)
        if not rows:
            raise CartGone("This is no longer saved for later.")
        quantity = min(sum(row.quantity for row in rows), rules.MOST_OF_ONE)
        return filling.add(key=key, variant_id=variant_id, quantity=quantity)


def forget(*, key: CartKey, variant_id: int) -> None:
    """Take something off what is saved for later; nothing happens when it is not there."""
    with unit_of_work():
        filling.hold(key=key)
        saved_lines.take(key, SavedLine.variant_id == variant_id)
