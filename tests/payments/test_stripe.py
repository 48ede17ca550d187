"""Paying with Stripe, end to end against a double on a real socket."""

from functools import partial
from itertools import permutations
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.cart.queries import CartKey
from smartshop.kernel.extensions import db
from smartshop.messaging.models import Email
from smartshop.orders.models import Order
from smartshop.orders.operations import recovering
from smartshop.payments import queries as payments
from smartshop.payments.models import PaymentAttempt, WebhookEvent
from tests.browser_client import ShopClient
from tests.competing import together
from tests.factories import Goods
from tests.payments.paying import COMPLETED, FAILED, ONE_MUG, count, left, place, report, state, sweep_after
from tests.payments.stripe_double import StripeDouble, signed
from tests.web.shop.checkouts import PLACE

if TYPE_CHECKING:
    from collections.abc import Callable


def test_an_order_waits_with_its_stock_while_its_customer_is_at_stripe(
    stripe: StripeDouble, mug: Goods, key: CartKey
) -> None:
    number = place(key)
    assert state(number) == ("pending", ["pending"])
    assert (left(mug), count(Email)) == (4, 0)
    session = stripe.session_of(number)
    assert (session["amount_total"], session["currency"]) == (ONE_MUG, "gbp")
    assert session["success_url"] == f"http://shop.example/checkout/paid/{number}"
    assert payments.page_to_pay(number) == session["url"]


def test_a_checkout_sent_ten_times_at_once_opens_one_page_to_pay_on(
    any_app: Flask, stripe: StripeDouble, mug: Goods, key: CartKey
) -> None:
    numbers = together(any_app, [partial(place, key, "one key of one checkout")] * 10)
    assert len(set(numbers)) == 1
    assert (count(Order), len(stripe.sessions), left(mug)) == (1, 1, 4)


@pytest.mark.parametrize("order", list(permutations(["report", "return", "sweep"])), ids="-".join)
def test_whatever_is_heard_first_the_order_is_paid_once(
    any_app: Flask, stripe: StripeDouble, mug: Goods, key: CartKey, order: tuple[str, ...]
) -> None:
    number, client = place(key), any_app.test_client()
    stripe.pay(number)
    ways: dict[str, Callable[[], object]] = {
        "report": lambda: [report(client, *stripe.event(number, COMPLETED, "evt_1")) for _ in range(2)],
        "return": lambda: client.get(f"/checkout/paid/{number}"),
        "sweep": lambda: sweep_after(3),
    }
    for step in order:
        ways[step]()
    assert state(number) == ("paid", ["captured"])
    assert (count(Email), count(WebhookEvent), left(mug)) == (1, 1, 4)
    assert db.session.scalar(sa.select(PaymentAttempt.provider_reference)) == "pi_cs_test_1"


@pytest.mark.parametrize("order", list(permutations(["completed", "failed", "other"])), ids="-".join)
def test_reports_in_any_order_end_in_one_state(
    any_app: Flask, stripe: StripeDouble, mug: Goods, key: CartKey, order: tuple[str, ...]
) -> None:
    number, client = place(key), any_app.test_client()
    stripe.pay(number)
    unpaid = {"payment_status": "unpaid", "payment_intent": None}
    events = {
        "completed": stripe.event(number, COMPLETED, "evt_completed"),
        "failed": stripe.event(number, FAILED, "evt_failed", **unpaid),
        "other": stripe.event(number, "invoice.created", "evt_other"),
    }
    for name in order:
        for _ in range(2):
            assert report(client, *events[name])[0] == 200
    recovering.send_back()
    assert state(number) == ("paid", ["captured"])
    assert (left(mug), len(stripe.refunds), count(Email), count(WebhookEvent)) == (4, 0, 1, 3)


def test_one_report_sent_eight_times_at_once_has_one_effect(
    any_app: Flask, stripe: StripeDouble, key: CartKey
) -> None:
    number = place(key)
    stripe.pay(number)
    body, headers = stripe.event(number, COMPLETED, "evt_1")
    answers = together(any_app, [partial(report, any_app.test_client(), body, headers) for _ in range(8)])
    assert sorted(map(str, answers)) == sorted(["(200, 'known')"] * 7 + ["(200, 'settled')"])
    assert state(number) == ("paid", ["captured"])
    assert (count(Email), count(WebhookEvent)) == (1, 1)


def test_a_report_that_stripe_did_not_sign_changes_nothing(
    any_app: Flask, stripe: StripeDouble, key: CartKey
) -> None:
    number, client = place(key), any_app.test_client()
    stripe.pay(number)
    body, headers = stripe.event(number, COMPLETED, "evt_1")
    _body, forged = signed(body, "whsec_of_somebody_else")
    old = signed(body, age_seconds=600)
    for wrong in ((body, forged), (body + b" ", headers), (body, {}), old, signed(b"{}"), signed(b"no json")):
        assert report(client, *wrong)[0] == 400
    assert state(number) == ("pending", ["pending"])
    assert count(WebhookEvent) == 0


def test_reports_about_strangers_or_other_amounts_are_kept_and_pay_nothing(
    any_app: Flask, stripe: StripeDouble, key: CartKey
) -> None:
    number, client = place(key), any_app.test_client()
    stripe.pay(number)
    for event_id, changes, effect in (
        ("evt_1", {"client_reference_id": "NOBODY"}, "unknown"),
        ("evt_2", {"client_reference_id": None}, "unknown"),
        ("evt_3", {"amount_total": 1}, "amount"),
        ("evt_4", {"currency": "usd"}, "amount"),
    ):
        for kind in (COMPLETED, FAILED):
            event = stripe.event(number, kind, f"{event_id}_{kind}", **changes)
            assert report(client, *event) == (200, effect)
    assert state(number) == ("pending", ["pending"])
    assert count(WebhookEvent) == 8


def test_a_shop_without_stripe_has_no_address_for_its_reports(app: Flask) -> None:
    assert report(app.test_client(), *signed(b"{}"))[0] == 404


@pytest.fixture
def at_the_till(any_app: Flask, stripe: StripeDouble, mug: Goods) -> ShopClient:
    visitor = ShopClient(any_app)
    visitor.get(f"/p/{mug.slug}")
    visitor.submit("/cart/add")
    visitor.get("/checkout")
    return visitor


def send(visitor: ShopClient) -> str:
    """Place the order and return the address the browser is led to."""
    answers = {**PLACE, "email": "ada@example.com", "shipping": "standard", "payment": "stripe"}
    answer = visitor.submit("/checkout", answers, follow=False)
    assert answer.status_code == 303
    return answer.headers["Location"]


def test_the_browser_is_led_to_stripe_and_back_to_a_paid_order(
    at_the_till: ShopClient, stripe: StripeDouble
) -> None:
    page = send(at_the_till)
    number = db.session.scalars(sa.select(Order.number)).one()
    assert page == stripe.session_of(number)["url"]
    assert at_the_till.get(f"/checkout/pay/{number}", follow=False).headers["Location"] == page
    stripe.pay(number)
    back = at_the_till.get(f"/checkout/paid/{number}")
    assert back.request.path == f"/orders/{number}"
    assert state(number) == ("paid", ["captured"])


def test_who_leaves_the_page_finds_the_cart_as_it_was(
    at_the_till: ShopClient, stripe: StripeDouble, mug: Goods
) -> None:
    send(at_the_till)
    number = db.session.scalars(sa.select(Order.number)).one()
    back = at_the_till.get(f"/checkout/left/{number}")
    assert back.request.path == "/cart"
    assert "Nothing was charged" in back.text
    assert mug.name in back.text
    assert stripe.session_of(number)["status"] == "expired"
    assert state(number) == ("cancelled", ["declined"])
    assert left(mug) == 5


def test_who_leaves_a_page_that_was_paid_has_their_order(
    at_the_till: ShopClient, stripe: StripeDouble
) -> None:
    send(at_the_till)
    number = db.session.scalars(sa.select(Order.number)).one()
    stripe.pay(number)
    assert at_the_till.get(f"/checkout/left/{number}").request.path == f"/orders/{number}"
    assert state(number) == ("paid", ["captured"])
