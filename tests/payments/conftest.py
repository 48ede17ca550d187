"""A double of Stripe, and a cart with one mug."""

from collections.abc import Iterator

import pytest
from flask import Flask

from smartshop.cart.queries import CartKey
from smartshop.payments.rules import gateways
from tests.factories import Goods, make_cart, make_product
from tests.payments.stripe_double import StripeDouble, running


@pytest.fixture
def stripe(monkeypatch: pytest.MonkeyPatch) -> Iterator[StripeDouble]:
    with running() as double:
        monkeypatch.setitem(gateways.GATEWAYS, "stripe", double.gateway())
        yield double


@pytest.fixture
def mug(any_app: Flask) -> Goods:
    return make_product(on_hand=5)


@pytest.fixture
def key(mug: Goods) -> CartKey:
    return make_cart((mug, 1))
