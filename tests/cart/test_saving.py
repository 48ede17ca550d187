"""Lines saved for later: out of the cart, never counted, held or ordered, and still there after an order."""

from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.cart import queries, rules
from smartshop.cart.models import Cart
from smartshop.cart.operations import filling, saving
from smartshop.cart.operations.filling import Added, CartGone, Merged, SoldOut
from smartshop.cart.queries import CartKey
from smartshop.catalog.models import Product
from smartshop.inventory.queries import stock
from smartshop.kernel.errors import Invalid, NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.orders.models import OrderLine
from smartshop.orders.operations import placing
from tests.competing import together
from tests.factories import make_cart, make_command, make_person, make_product
from tests.row_counts import nothing_changes


def in_cart(key: CartKey) -> dict[int, int]:
    return {item.variant_id: item.quantity for item in queries.snapshot(key).items}


def saved(key: CartKey) -> dict[int, int]:
    return {item.variant_id: item.quantity for item in queries.saved(key)}


def order(key: CartKey, total_minor: int) -> str:
    command = make_command(expected_total_minor=total_minor)
    return placing.place(command=command, key=key, currency="GBP")


def next_cart(key: CartKey, variant_id: int) -> CartKey:
    """The key of the cart that a guest begins with something."""
    token = filling.add(key=key, variant_id=variant_id, quantity=1).token
    assert token is not None
    return CartKey(token=token)


def test_a_saved_line_leaves_the_cart_and_comes_back_with_its_quantity(any_app: Flask) -> None:
    mug, lamp = make_product(price_minor=900), make_product()
    key = make_cart((mug, 3), (lamp, 1))
    saving.save(key=key, variant_id=mug.variant_id)
    assert (in_cart(key), saved(key)) == ({lamp.variant_id: 1}, {mug.variant_id: 3})
    assert queries.count(key) == 1
    assert [item.unit_price_minor for item in queries.saved(key)] == [900]
    assert saving.take_back(key=key, variant_id=mug.variant_id) == Added(mug.product_id, 3, False, None)
    assert (in_cart(key), saved(key)) == ({mug.variant_id: 3, lamp.variant_id: 1}, {})


def test_saving_the_same_again_adds_up_to_what_a_cart_may_hold(any_app: Flask) -> None:
    mug = make_product(on_hand=None)
    key = make_cart((mug, 2))
    for quantity in (1, rules.MOST_OF_ONE):
        saving.save(key=key, variant_id=mug.variant_id)
        filling.add(key=key, variant_id=mug.variant_id, quantity=quantity)
    assert saved(key) == {mug.variant_id: 3}
    saving.save(key=key, variant_id=mug.variant_id)
    assert saved(key) == {mug.variant_id: rules.MOST_OF_ONE}


def test_what_is_saved_is_not_held_at_the_till_and_not_ordered(any_app: Flask) -> None:
    mug, lamp = make_product(on_hand=5), make_product(price_minor=1000)
    key = make_cart((mug, 5), (lamp, 1))
    saving.save(key=key, variant_id=mug.variant_id)
    filling.reserve(key=key, minutes=10)
    assert stock.availability([mug.variant_id])[mug.variant_id].quantity == 5
    order(key, 1395)
    assert db.session.scalars(sa.select(OrderLine.variant_id)).all() == [lamp.variant_id]
    assert stock.availability([mug.variant_id])[mug.variant_id].quantity == 5


def test_a_cart_with_nothing_but_saved_lines_is_empty(any_app: Flask) -> None:
    mug = make_product()
    key = make_cart((mug, 1))
    saving.save(key=key, variant_id=mug.variant_id)
    assert queries.snapshot(key).items == ()
    with nothing_changes(), pytest.raises(Invalid, match="cart is empty"):
        order(key, 1395)


@pytest.mark.parametrize("is_guest", [True, False])
def test_what_is_saved_survives_an_order_and_moves_to_the_next_cart(
    any_app: Flask,
    is_guest: bool,  # noqa: FBT001
) -> None:
    mug, lamp = make_product(), make_product(price_minor=1000)
    key = make_cart((mug, 2), (lamp, 1), person_id=None if is_guest else make_person())
    saving.save(key=key, variant_id=mug.variant_id)
    order(key, 1395)
    assert saved(key) == {mug.variant_id: 2}
    after = next_cart(key, lamp.variant_id) if is_guest else key
    if not is_guest:
        filling.add(key=key, variant_id=lamp.variant_id, quantity=1)
    assert saved(after) == {mug.variant_id: 2}
    saving.take_back(key=after, variant_id=mug.variant_id)
    assert (in_cart(after), saved(after)) == ({mug.variant_id: 2, lamp.variant_id: 1}, {})


def test_taking_back_after_an_order_begins_a_new_cart_and_keeps_the_rest_saved(any_app: Flask) -> None:
    mug, pot, lamp = make_product(), make_product(), make_product(price_minor=1000)
    key = make_cart((mug, 2), (pot, 1), (lamp, 1))
    for goods in (mug, pot):
        saving.save(key=key, variant_id=goods.variant_id)
    order(key, 1395)
    added = saving.take_back(key=key, variant_id=mug.variant_id)
    assert added.token is not None
    after = CartKey(token=added.token)
    assert (in_cart(after), saved(after)) == ({mug.variant_id: 2}, {pot.variant_id: 1})
    assert saved(key) == {}


def test_a_sign_in_unites_what_was_saved_and_signing_in_again_never_doubles(any_app: Flask) -> None:
    mug, pot, ada = make_product(), make_product(), make_person()
    own = make_cart((mug, 4), person_id=ada)
    saving.save(key=own, variant_id=mug.variant_id)
    for wanted in ({mug.variant_id: 4, pot.variant_id: 2}, {mug.variant_id: 4, pot.variant_id: 2}):
        guest = make_cart((mug, 3), (pot, 2))
        for goods in (mug, pot):
            saving.save(key=guest, variant_id=goods.variant_id)
        assert filling.merge(token=guest.token, person_id=ada) == Merged(0, 0)
        assert saved(own) == wanted
        assert (saved(guest), in_cart(own)) == ({}, {})


def test_a_sign_in_after_an_order_brings_what_the_guest_had_saved(any_app: Flask) -> None:
    mug, lamp, ada = make_product(), make_product(price_minor=1000), make_person()
    guest = make_cart((mug, 1), (lamp, 1))
    saving.save(key=guest, variant_id=mug.variant_id)
    order(guest, 1395)
    filling.merge(token=guest.token, person_id=ada)
    assert saved(CartKey(person_id=ada)) == {mug.variant_id: 1}


def test_what_is_sold_out_or_no_longer_sold_stays_saved(any_app: Flask) -> None:
    mug, lamp = make_product(on_hand=1, price_minor=1000), make_product()
    key, rival = make_cart((mug, 1), (lamp, 1)), make_cart((mug, 1))
    for goods in (mug, lamp):
        saving.save(key=key, variant_id=goods.variant_id)
    order(rival, 1395)
    with unit_of_work():
        db.session.execute(sa.update(Product).where(Product.id == lamp.product_id).values(status="draft"))
    assert [item.availability.is_available for item in queries.saved(key)] == [False, False]
    with nothing_changes(), pytest.raises(SoldOut):
        saving.take_back(key=key, variant_id=mug.variant_id)
    with nothing_changes(), pytest.raises(NotFound):
        saving.take_back(key=key, variant_id=lamp.variant_id)


def test_fewer_come_back_when_fewer_are_left(any_app: Flask) -> None:
    mug = make_product(on_hand=5, price_minor=1000)
    key, rival = make_cart((mug, 4)), make_cart((mug, 3))
    saving.save(key=key, variant_id=mug.variant_id)
    order(rival, 3395)
    assert saving.take_back(key=key, variant_id=mug.variant_id) == Added(mug.product_id, 2, True, None)


def test_nobody_reaches_what_others_saved(any_app: Flask) -> None:
    mug = make_product()
    key = make_cart((mug, 1))
    saving.save(key=key, variant_id=mug.variant_id)
    for other in (CartKey(), CartKey(token="guessed"), CartKey(person_id=make_person())):
        assert queries.saved(other) == ()
        with nothing_changes():
            saving.forget(key=other, variant_id=mug.variant_id)
            with pytest.raises(CartGone):
                saving.take_back(key=other, variant_id=mug.variant_id)
            with pytest.raises(CartGone):
                saving.save(key=other, variant_id=mug.variant_id)
    saving.forget(key=key, variant_id=mug.variant_id)
    assert saved(key) == {}


def test_a_line_taken_back_twice_at_once_comes_back_once(any_app: Flask) -> None:
    mug = make_product(on_hand=None)
    key = make_cart((mug, 2))
    saving.save(key=key, variant_id=mug.variant_id)
    take_back = partial(saving.take_back, key=key, variant_id=mug.variant_id)
    results = together(any_app, [take_back] * 4)
    db.session.rollback()
    assert sorted(type(result).__name__ for result in results) == [
        "Added",
        "CartGone",
        "CartGone",
        "CartGone",
    ]
    assert (in_cart(key), saved(key)) == ({mug.variant_id: 2}, {})
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Cart)) == 1
