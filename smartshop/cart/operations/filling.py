"""Filling, changing and merging carts."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from smartshop.cart import rules
from smartshop.cart.models import Cart, CartLine
from smartshop.cart.operations import inserting, saved_lines
from smartshop.cart.queries import CartKey, is_owned, owner
from smartshop.catalog.models import Product, Variant
from smartshop.inventory.models import StockLevel
from smartshop.inventory.operations import holds
from smartshop.inventory.queries import stock as inventory
from smartshop.inventory.queries.stock import SOLD_OUT, Availability, held_by_others
from smartshop.kernel import clock, codes, statements
from smartshop.kernel.errors import Conflict, Invalid, NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.prepared import Prepared
from smartshop.kernel.uow import unit_of_work

IN_CART = (
    sa.select(CartLine.quantity)
    .where(CartLine.cart_id == sa.bindparam("cart_id"), CartLine.variant_id == Variant.id)
    .correlate(Variant)
    .scalar_subquery()
)
SOLD = Prepared(
    sa.select(
        Product.id,
        StockLevel.is_tracked,
        StockLevel.on_hand,
        held_by_others(sa.bindparam("holder", type_=sa.String())).label("held"),
        IN_CART.label("in_cart"),
    )
    .select_from(Variant)
    .join(Product, Product.id == Variant.product_id)
    .outerjoin(StockLevel, StockLevel.variant_id == Variant.id)
    .where(Variant.id == sa.bindparam("variant_id"), Variant.is_active, Product.status == "published")
)
"""A variant that is sold: its product, what is on hand, what others hold of it and what the cart has."""

TOUCH = Prepared(
    sa.update(Cart).where(Cart.id == sa.bindparam("cart_id")).values(updated_at=sa.bindparam("moment"))
)

CLOSE = Prepared(
    sa.update(Cart)
    .where(Cart.id == sa.bindparam("cart_id"), Cart.state == "open")
    .values(state="ordered", updated_at=sa.bindparam("moment"))
)
QUANTITIES = Prepared(
    sa.select(CartLine.variant_id, CartLine.quantity).where(CartLine.cart_id == sa.bindparam("cart_id"))
)


class SoldOut(Conflict):
    """Nothing is left of what was to go into the cart."""

    code = "sold_out"


class CartGone(Conflict):
    """The cart was ordered or changed hands in the meantime."""

    code = "cart_gone"


@dataclass(frozen=True)
class Added:
    """What went into the cart. ``token`` is for the browser of a guest whose first cart this is."""

    product_id: int
    quantity: int
    """How many of it the cart holds now."""
    is_clipped: bool
    """Whether fewer went in than were asked for, because no more are left."""
    token: str | None


@dataclass(frozen=True)
class Merged:
    """What a sign-in did to the carts: how many lines came along, and how many of those had to shrink."""

    lines: int
    clipped: int


def add(*, key: CartKey, variant_id: int, quantity: int) -> Added:
    """Put more of a variant into the cart, at most what is left.

    Raises Invalid (quantity), NotFound (no such variant on sale), SoldOut.
    """
    _check_quantity(quantity)
    with unit_of_work():
        cart_id, token = _open_cart(key)
        sold = _sold(variant_id, cart_id)
        left = _left(sold)
        if not left.is_available:
            raise SoldOut("This has just sold out.", variant_id=variant_id)
        wanted = (sold.in_cart or 0) + quantity
        kept = left.clip(min(wanted, rules.MOST_OF_ONE))
        _put(cart_id, variant_id, kept, is_new=token is not None)
    return Added(sold.id, kept, kept < wanted, token)


def set_quantity(*, key: CartKey, variant_id: int, quantity: int) -> bool:
    """Change a line's quantity (0 takes it out); True when fewer are left than were asked for.

    Raises Invalid (quantity), CartGone (no such line).
    """
    if quantity:
        _check_quantity(quantity)
    with unit_of_work():
        cart_id = hold(key=key)
        line = db.session.get(CartLine, (cart_id, variant_id)) if cart_id else None
        if cart_id is None or line is None:
            raise CartGone("This is no longer in your cart.")
        left = inventory.availability([variant_id], holder=rules.holder(cart_id))[variant_id]
        kept = left.clip(quantity) if quantity else 0
        if kept:
            _put(cart_id, variant_id, kept)
        else:
            db.session.delete(line)
            touch(cart_id)
    return kept < quantity


def merge(*, token: str | None, person_id: int) -> Merged:
    """Bring a guest's cart into a person's own at sign-in: the larger quantity of each, at most what is left."""
    guest_key = CartKey(token=token)
    if not token:
        return Merged(0, 0)
    with unit_of_work():
        guest_id, saved = hold(key=guest_key), saved_lines.take(guest_key)
        if guest_id is None and not saved:
            return Merged(0, 0)
        own_id, _token = _open_cart(CartKey(person_id=person_id))
        saved_lines.put(saved, cart_id=own_id, join=saved_lines.larger)
        return Merged(0, 0) if guest_id is None else _merge(guest_id, own_id)


def _merge(guest_id: int, own_id: int) -> Merged:
    own, guest = _quantities(own_id), _quantities(guest_id)
    wanted = rules.merged(own, guest)
    holds.release(reference=rules.holder(guest_id))
    left = inventory.availability(list(guest), holder=rules.holder(own_id))
    clipped = 0
    for variant_id in sorted(guest):
        kept = left[variant_id].clip(wanted[variant_id])
        clipped += kept < wanted[variant_id]
        _put(own_id, variant_id, kept)
    code = db.session.scalar(sa.select(Cart.coupon_code).where(Cart.id == guest_id))
    if code:
        db.session.execute(sa.update(Cart).where(Cart.id == own_id).values(coupon_code=code))
    db.session.execute(
        sa.update(Cart).where(Cart.id == guest_id).values(state="merged", updated_at=clock.now())
    )
    return Merged(len(guest), clipped)


def keep_code(*, key: CartKey, code: str) -> None:
    """Remember the coupon code that the cart's owner gave; an empty one forgets it.

    Raises CartGone when there is no open cart.
    """
    with unit_of_work():
        cart_id = hold(key=key)
        if cart_id is None:
            raise CartGone("Your cart is empty. Put something into it first.")
        db.session.execute(
            sa.update(Cart).where(Cart.id == cart_id).values(coupon_code=code, updated_at=clock.now())
        )


def hold(*, key: CartKey) -> int | None:
    """The id of the open cart of a key, locked until the commit: what is read of it now is what gets ordered."""
    cart_id: int | None = statements.one(_open(key.is_guest), owner(key))
    return cart_id


@cache
def _open(by_guest: bool) -> Prepared:  # noqa: FBT001
    return Prepared(sa.select(Cart.id).where(is_owned(by_guest)).with_for_update())


def reserve(*, key: CartKey, minutes: int) -> None:
    """Keep what the cart contains for its owner while they check out; opening the checkout again renews it.

    Raises OutOfStock.
    """
    with unit_of_work():
        cart_id = hold(key=key)
        if cart_id is not None and minutes:
            holds.hold(
                reference=rules.holder(cart_id),
                lines=_quantities(cart_id).items(),
                until=clock.now() + timedelta(minutes=minutes),
            )


def close(*, cart_id: int) -> None:
    """Mark an open cart as ordered.

    Raises CartGone when somebody else did.
    """
    with unit_of_work():
        closed = statements.run(CLOSE, {"cart_id": cart_id, "moment": clock.now()})
        if not closed.rowcount:
            raise CartGone("This cart was ordered already.")


def reopen(*, cart_id: int) -> None:
    """Give an ordered cart back to its owner, unless they have begun another one: nobody has two open ones."""
    with unit_of_work(), suppress(IntegrityError), db.session.begin_nested():
        db.session.execute(
            sa.update(Cart)
            .where(Cart.id == cart_id, Cart.state == "ordered")
            .values(state="open", updated_at=clock.now())
        )


def _check_quantity(quantity: int) -> None:
    if not 1 <= quantity <= rules.MOST_OF_ONE:
        raise Invalid(
            f"Choose a quantity from 1 to {rules.MOST_OF_ONE}.",
            {"quantity": f"A number from 1 to {rules.MOST_OF_ONE}."},
        )


def _sold(variant_id: int, cart_id: int) -> Any:
    sought = {"variant_id": variant_id, "cart_id": cart_id, "holder": rules.holder(cart_id)}
    sold = statements.run(SOLD, sought).one_or_none()
    if sold is None:
        raise NotFound("We do not sell this any more.")
    return sold


def _left(sold: Any) -> Availability:
    if sold.on_hand is None:
        return SOLD_OUT
    return Availability(sold.on_hand - sold.held if sold.is_tracked else None)


def _open_cart(key: CartKey) -> tuple[int, str | None]:
    """The id of the open cart of a key, made if need be; with a token when a guest's cart was made."""
    found = None if key.token is None and key.person_id is None else hold(key=key)
    if found is not None:
        return found, None
    token, moment = codes.token(), clock.now()
    row = {"person_id": key.person_id, "state": "open", "created_at": moment, "updated_at": moment}
    made = statements.one(
        _opening(inserting.dialect()), {"token_fingerprint": codes.fingerprint(token), **row}
    )
    if made is None:
        return _open_cart(key)
    saved_lines.put(saved_lines.take(key), cart_id=made, join=saved_lines.larger)
    return made, None if key.person_id is not None else token


@cache
def _opening(dialect: str) -> Prepared:
    free = {"index_elements": ["person_id"], "index_where": sa.text("state = 'open'")}
    return Prepared(inserting.insert(dialect, Cart).on_conflict_do_nothing(**free).returning(Cart.id))


def _quantities(cart_id: int) -> dict[int, int]:
    return {row.variant_id: row.quantity for row in statements.run(QUANTITIES, {"cart_id": cart_id})}


def _put(cart_id: int, variant_id: int, quantity: int, *, is_new: bool = False) -> None:
    """Insert the line or set its quantity; 0 leaves the line out. A new cart was touched when it was made."""
    if not quantity:
        return
    line = {"cart_id": cart_id, "variant_id": variant_id, "quantity": quantity, "added_at": clock.now()}
    statements.run(_putting(inserting.dialect()), line)
    if not is_new:
        touch(cart_id)


@cache
def _putting(dialect: str) -> Prepared:
    line = inserting.insert(dialect, CartLine)
    return Prepared(
        line.on_conflict_do_update(
            index_elements=["cart_id", "variant_id"], set_={"quantity": line.excluded.quantity}
        )
    )


def touch(cart_id: int) -> None:
    """Note that the owner was here: the purge of old carts counts from now."""
    statements.run(TOUCH, {"cart_id": cart_id, "moment": clock.now()})
