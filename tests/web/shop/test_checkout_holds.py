"""An open checkout keeps its stock for its buyer."""

from datetime import timedelta

import time_machine
from flask import Flask

from smartshop.inventory.queries import stock as queries
from smartshop.kernel import clock
from tests.browser_client import ShopClient
from tests.factories import Goods, make_product


def shopper(app: Flask, goods: Goods) -> ShopClient:
    """A visitor whose cart holds one of the goods."""
    client = ShopClient(app)
    client.get(f"/p/{goods.slug}")
    client.submit("/cart/add")
    return client


def left(goods: Goods) -> int | None:
    return queries.availability([goods.variant_id])[goods.variant_id].quantity


def test_whoever_opens_the_checkout_first_has_the_last_one(app: Flask) -> None:
    mug = make_product(on_hand=1)
    ada, bob = shopper(app, mug), shopper(app, mug)
    assert ada.get("/checkout").status_code == 200
    late = bob.get("/checkout", follow=False)
    assert (late.status_code, late.headers["Location"]) == (302, "/cart")
    assert "Your cart shows what you can order now." in bob.get("/cart").text
    assert "Sold out" in bob.get(f"/p/{mug.slug}").text
    assert ada.get("/checkout").status_code == 200
    assert left(mug) == 0


def test_a_hold_ends_by_itself_and_the_next_one_gets_in(app: Flask) -> None:
    mug = make_product(on_hand=1)
    ada, bob = shopper(app, mug), shopper(app, mug)
    ada.get("/checkout")
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=True):
        assert bob.get("/checkout").status_code == 200
        assert ada.get("/checkout", follow=False).status_code == 302
