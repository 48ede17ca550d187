"""Stripe is asked for exactly what an order costs, in Stripe's own units, and what it will not take is told at once."""

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from smartshop.kernel.extensions import db
from smartshop.kernel.money import Money
from smartshop.kernel.uow import unit_of_work
from smartshop.orders.models import Order
from smartshop.payments.rules import stripe_amounts
from smartshop.payments.rules.gateways import Outcome, Result
from smartshop.pricing.models.shipping import ShippingMethod
from tests.browser_client import ShopClient
from tests.factories import make_cart, make_product
from tests.payments.paying import place, state
from tests.payments.stripe_double import StripeDouble
from tests.web.shop.checkouts import ANSWERS, PLACE, put

BY_STRIPE = {**PLACE, "email": "ada@example.com", "shipping": "standard", "payment": "stripe"}


@pytest.mark.parametrize(
    ("minor", "currency", "counted"),
    [
        (1395, "GBP", 1395),
        (500, "JPY", 500),
        (500, "ISK", 50_000),
        (500, "UGX", 50_000),
        (1200, "RSD", 120_000),
        (5120, "KWD", 5120),
        (1230, "LYD", 123),
    ],
)
def test_an_amount_is_sent_and_read_in_the_units_of_stripe(
    app: Flask, stripe: StripeDouble, minor: int, currency: str, counted: int
) -> None:
    amount = Money(minor, currency)
    opened = stripe.gateway().charge(amount, reference="ORDER", details={})
    assert opened.result is Result.WAITING
    assert stripe.session_of("ORDER")["amount_total"] == counted
    stripe.pay("ORDER")
    known = {"reference": "ORDER", "provider_reference": opened.provider_reference or ""}
    assert stripe.gateway().find(amount, **known) == Outcome(Result.CAPTURED, "pi_cs_test_1")
    stripe.gateway().refund(amount, reference="pi_cs_test_1", key="all")
    assert [refund["amount"] for refund in stripe.refunds.values()] == [counted]


@pytest.mark.parametrize(("minor", "currency"), [(5124, "KWD"), (1235, "LYD")])
def test_what_is_finer_than_stripe_takes_is_declined_and_never_rounded(
    app: Flask, stripe: StripeDouble, minor: int, currency: str
) -> None:
    asked = stripe.gateway().charge(Money(minor, currency), reference="ORDER", details={})
    back = stripe.gateway().refund(Money(minor, currency), reference="pi_1", key="part")
    assert (asked.result, back.result) == (Result.DECLINED, Result.DECLINED)
    assert currency in asked.message
    assert (stripe.sessions, stripe.refunds) == ({}, {})


@given(st.integers(0, 10**9), st.sampled_from(["GBP", "JPY", "ISK", "RSD", "KWD", "TND"]))
def test_what_was_counted_is_read_as_the_same_amount(minor: int, currency: str) -> None:
    amount = Money(minor * stripe_amounts.STEP_OF_THREE_DECIMALS, currency)
    assert stripe_amounts.read(stripe_amounts.counted(amount), currency) == amount


def test_a_part_of_a_unit_that_the_shop_does_not_know_is_no_amount() -> None:
    assert stripe_amounts.read(4010, "ISK") is None


def test_an_order_that_stripe_will_not_take_keeps_the_cart_and_is_paid_another_way(
    any_app: Flask, stripe: StripeDouble
) -> None:
    with unit_of_work():
        db.session.execute(sa.update(ShippingMethod).values(price_minor=0))
    visitor = ShopClient(any_app)
    put(visitor, make_product(price_minor=20, on_hand=1))
    visitor.get("/checkout")
    refused = visitor.submit("/checkout", BY_STRIPE)
    assert refused.status_code == 409
    assert "Stripe cannot take this payment" in refused.text
    assert stripe.sessions == {}
    assert visitor.submit("/checkout", {**ANSWERS, "payment": "invoice"}).status_code == 200
    assert sorted(db.session.scalars(sa.select(Order.state))) == ["cancelled", "confirmed"]


@pytest.fixture
def waiting(any_app: Flask, stripe: StripeDouble) -> tuple[ShopClient, str]:
    """A visitor, and the number of their order that Stripe was asked for while it was away."""
    visitor = ShopClient(any_app)
    put(visitor, make_product(on_hand=1))
    visitor.get("/checkout")
    stripe.mood = "down"
    page = visitor.submit("/checkout", BY_STRIPE)
    assert "waits for its payment" in page.text
    return visitor, db.session.scalars(sa.select(Order.number)).one()


def test_an_order_that_waits_for_stripe_can_be_paid_from_its_page_once_stripe_is_back(
    waiting: tuple[ShopClient, str], stripe: StripeDouble
) -> None:
    visitor, number = waiting
    assert "does not answer" in visitor.get(f"/checkout/pay/{number}").text
    stripe.mood = "ok"
    for _ in range(2):
        answer = visitor.get(f"/checkout/pay/{number}", follow=False)
        assert answer.headers["Location"] == stripe.session_of(number)["url"]
    stripe.pay(number)
    assert "Thank you" in visitor.get(f"/checkout/paid/{number}").text
    assert state(number) == ("paid", ["captured"])


def test_a_page_is_asked_for_again_by_nobody_whose_order_is_over(
    any_app: Flask, stripe: StripeDouble
) -> None:
    number, visitor = place(make_cart((make_product(on_hand=1), 1))), ShopClient(any_app)
    visitor.get(f"/checkout/left/{number}")
    assert visitor.get(f"/checkout/pay/{number}").request.path == f"/orders/{number}"
    assert len(stripe.sessions) == 1
