"""The cart of this browser."""

from flask import g, session

from smartshop.cart import queries
from smartshop.cart.operations import filling as carts
from smartshop.cart.operations.filling import Merged
from smartshop.cart.queries import CartKey, CartSnapshot
from smartshop.web.signing import current_person_id


def key() -> CartKey:
    """Whose cart this request is about."""
    return CartKey(token=session.get("cart"), person_id=current_person_id())


def snapshot() -> CartSnapshot:
    """The cart of this request as it is now; the header then counts what the page shows."""
    seen = queries.snapshot(key())
    g.cart_count = seen.quantity
    return seen


def count() -> int:
    """How many things the header says are in the cart: as the page shows it, else asked for."""
    seen: int | None = g.get("cart_count")
    return queries.count(key()) if seen is None else seen


def keep(token: str | None) -> None:
    """Remember the token of a guest's new cart."""
    if token:
        session["cart"] = token
        session.permanent = True


def bring_along(person_id: int) -> Merged:
    """Merge the guest's cart into the person's at sign-in; the guest's token is spent."""
    return carts.merge(token=session.pop("cart", None), person_id=person_id)
