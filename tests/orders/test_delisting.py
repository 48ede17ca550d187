"""Deleting a product: what was ordered stays, what was not leaves nothing behind."""

import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.cart import queries as cart_queries
from smartshop.catalog.models import Product, Variant
from smartshop.catalog.queries import search
from smartshop.kernel.audit import SYSTEM
from smartshop.kernel.errors import NotFound
from smartshop.kernel.extensions import db
from smartshop.orders.models import OrderLine
from smartshop.orders.operations import delisting, placing
from smartshop.orders.queries import quotes
from tests.competing import together
from tests.factories import make_cart, make_command, make_order, make_product
from tests.row_counts import nothing_changes


def test_a_product_nobody_ordered_goes_with_all_that_is_its(any_app: Flask) -> None:
    goods = make_product(name="Teapot")
    key = make_cart((goods, 1))
    delisting.delete(product_id=goods.product_id, actor=SYSTEM)
    db.session.rollback()
    assert db.session.get(Product, goods.product_id) is None
    assert db.session.get(Variant, goods.variant_id) is None
    assert search.suggestions(["teapot"]) == []
    assert cart_queries.snapshot(key).items == ()
    with nothing_changes(), pytest.raises(NotFound):
        delisting.delete(product_id=goods.product_id, actor=SYSTEM)


@pytest.mark.parametrize("state", ["paid", "cancelled"])
def test_a_product_that_was_ordered_stays(app: Flask, state: str) -> None:
    goods = make_product()
    make_order(lines=[(goods, 1)], state=state)
    with nothing_changes(), pytest.raises(delisting.WasOrdered, match="Make it a draft"):
        delisting.delete(product_id=goods.product_id, actor=SYSTEM)


def test_an_order_and_the_deletion_of_what_it_holds_come_one_after_the_other(any_app: Flask) -> None:
    goods = make_product(price_minor=1000)
    key = make_cart((goods, 1))
    quote = quotes.quote_for(
        cart_queries.snapshot(key), shipping_code="standard", country="GB", currency="GBP"
    )
    command = make_command(expected_total_minor=quote.total_minor)

    def place() -> str:
        return placing.place(command=command, key=key, currency="GBP")

    def delete() -> str:
        delisting.delete(product_id=goods.product_id, actor=SYSTEM)
        return "deleted"

    placed, deleted = together(any_app, [place, delete])
    db.session.rollback()
    lines = db.session.scalars(sa.select(OrderLine.product_id)).all()
    if isinstance(placed, str):
        assert (type(deleted), lines) == (delisting.WasOrdered, [goods.product_id])
    else:
        assert (deleted, lines) == ("deleted", [])
