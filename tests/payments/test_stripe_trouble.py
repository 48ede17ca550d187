"""Stripe away, slow, or making no sense; customers who change their minds; money that comes late or goes back."""

from typing import Any

import pytest
from flask import Flask

from smartshop.cart import queries as cart_queries
from smartshop.cart.queries import CartKey
from smartshop.kernel.audit import SYSTEM
from smartshop.kernel.money import Money
from smartshop.messaging.models import Email
from smartshop.orders.models import Order
from smartshop.orders.operations import recovering
from smartshop.orders.operations import refunding as paying_back
from smartshop.orders.operations.recovering import Swept
from smartshop.orders.queries import aftercare
from smartshop.payments import queries as payments
from smartshop.payments.models import WebhookEvent
from smartshop.payments.operations import refunding
from smartshop.payments.rules import gateways
from tests.factories import Goods
from tests.orders.acting import cancel
from tests.payments.paying import COMPLETED, FAILED, ONE_MUG, count, left, place, report, state, sweep_after
from tests.payments.stripe_double import TROUBLES, StripeDouble


@pytest.mark.parametrize("mood", TROUBLES)
def test_while_stripe_is_in_trouble_the_order_waits_and_then_gives_its_stock_back(
    any_app: Flask, stripe: StripeDouble, mug: Goods, key: CartKey, monkeypatch: pytest.MonkeyPatch, mood: str
) -> None:
    monkeypatch.setitem(gateways.GATEWAYS, "stripe", stripe.gateway(timeout_seconds=0.3))
    stripe.mood = mood
    number = place(key, "one key of one checkout")
    assert state(number) == ("pending", ["pending"])
    assert left(mug) == 4
    assert sweep_after(44) == Swept(0, 0, waiting=1)
    assert sweep_after(46) == Swept(0, given_up=1, waiting=0)
    assert state(number) == ("cancelled", ["declined"])
    assert left(mug) == 5
    assert cart_queries.snapshot(key).quantity == 1


def test_sent_again_after_trouble_the_same_order_gets_its_one_page(
    stripe: StripeDouble, mug: Goods, key: CartKey
) -> None:
    stripe.mood = "down"
    number = place(key, "one key of one checkout")
    stripe.mood = "ok"
    assert place(CartKey(), "one key of one checkout") == number
    assert payments.page_to_pay(number) == stripe.session_of(number)["url"]
    assert (count(Order), len(stripe.sessions), left(mug)) == (1, 1, 4)


def test_an_order_of_another_key_is_given_up_in_time(stripe: StripeDouble, mug: Goods, key: CartKey) -> None:
    number = place(key)
    stripe.sessions.clear()
    recovering.look_up(number=number, ways=gateways.GATEWAYS)
    assert sweep_after(44) == Swept(0, 0, waiting=1)
    assert (state(number), left(mug)) == (("pending", ["pending"]), 4)
    assert sweep_after(46) == Swept(0, given_up=1, waiting=0)
    assert (state(number), left(mug)) == (("cancelled", ["declined"]), 5)


def test_a_page_that_was_opened_stays_payable_while_stripe_cannot_be_asked(
    stripe: StripeDouble, mug: Goods, key: CartKey
) -> None:
    number = place(key)
    stripe.pay(number)
    stripe.mood = "down"
    assert sweep_after(600) == Swept(0, 0, waiting=1)
    stripe.mood = "ok"
    assert sweep_after(600) == Swept(settled=1, given_up=0, waiting=0)
    assert state(number) == ("paid", ["captured"])


def test_an_order_that_is_not_paid_in_time_is_closed_at_stripe_too(
    stripe: StripeDouble, mug: Goods, key: CartKey
) -> None:
    number = place(key)
    assert sweep_after(46) == Swept(0, given_up=1, waiting=0)
    assert stripe.session_of(number)["status"] == "expired"
    assert state(number) == ("cancelled", ["declined"])
    assert left(mug) == 5


def test_a_refund_goes_back_through_stripe_once(stripe: StripeDouble, key: CartKey) -> None:
    number = place(key)
    stripe.pay(number)
    recovering.look_up(number=number, ways=gateways.GATEWAYS)
    refunding.reserve(reference=number, amount=Money(500, "GBP"), key="first")
    stripe.mood = "down"
    with pytest.raises(gateways.GatewayAway):
        refunding.ask(key="first")
    stripe.mood = "ok"
    done = gateways.Outcome(gateways.Result.CAPTURED, "re_1")
    assert [refunding.ask(key="first") for _ in range(2)] == [done, done]
    assert [refunding.settle(key="first", outcome=done) for _ in range(2)] == [True, False]
    assert refunding.ask(key="first") is None
    assert [(r["payment_intent"], r["amount"]) for r in stripe.refunds.values()] == [("pi_cs_test_1", 500)]
    with pytest.raises(refunding.TooMuch):
        refunding.reserve(reference=number, amount=Money(896, "GBP"), key="second")


def test_money_that_comes_late_is_owed_until_it_went_back(
    any_app: Flask, stripe: StripeDouble, key: CartKey
) -> None:
    number, client = place(key), any_app.test_client()
    stripe.pay(number)
    stripe.session_of(number)["payment_status"] = "unpaid"
    report(client, *stripe.event(number, FAILED, "evt_1"))
    stripe.session_of(number)["payment_status"] = "paid"
    stripe.refund_status = "failed"
    report(client, *stripe.event(number, COMPLETED, "evt_2"))
    recovering.send_back()
    assert aftercare.of(number).standing.to_refund_minor == ONE_MUG
    stripe.refund_status = "succeeded"
    assert [paying_back.pay_back(number=number, actor=SYSTEM) for _ in range(2)] == [ONE_MUG, 0]
    assert payments.balance(number) == payments.Balance(ONE_MUG, ONE_MUG)
    assert state(number) == ("cancelled", ["captured"])


def test_who_pays_while_the_order_is_being_given_up_has_paid_it(
    stripe: StripeDouble, mug: Goods, key: CartKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = place(key)
    answer = stripe.answer

    def paid_meanwhile(method: str, path: str, form: dict[str, str], key: str) -> Any:
        if path.endswith("/expire"):
            monkeypatch.setattr(stripe, "answer", answer)
            stripe.pay(number)
        return answer(method, path, form, key)

    monkeypatch.setattr(stripe, "answer", paid_meanwhile)
    assert sweep_after(46) == Swept(0, 0, waiting=1)
    assert sweep_after(47) == Swept(settled=1, given_up=0, waiting=0)
    assert state(number) == ("paid", ["captured"])
    assert (left(mug), count(Email), stripe.refunds) == (4, 1, {})


@pytest.mark.parametrize(
    ("end", "expected", "stock"),
    [
        ("checkout.session.async_payment_succeeded", ("paid", ["captured"]), 4),
        (FAILED, ("cancelled", ["declined"]), 5),
    ],
)
def test_a_bank_that_takes_days_is_waited_for(
    any_app: Flask,
    stripe: StripeDouble,
    mug: Goods,
    key: CartKey,
    end: str,
    expected: tuple[str, list[str]],
    stock: int,
) -> None:
    number, client = place(key), any_app.test_client()
    stripe.pay(number)
    stripe.session_of(number)["payment_status"] = "unpaid"
    assert report(client, *stripe.event(number, COMPLETED, "evt_1")) == (200, "settled")
    assert sweep_after(60 * 24) == Swept(0, 0, waiting=1)
    assert (state(number), left(mug)) == (("pending", ["pending"]), 4)
    if expected[0] == "paid":
        stripe.session_of(number)["payment_status"] = "paid"
    for _ in range(2):
        assert report(client, *stripe.event(number, end, "evt_2"))[0] == 200
    assert (state(number), left(mug)) == (expected, stock)


def test_a_failure_that_cannot_be_asked_about_is_reported_again(
    any_app: Flask, stripe: StripeDouble, mug: Goods, key: CartKey
) -> None:
    number, client = place(key), any_app.test_client()
    stripe.pay(number)
    stripe.session_of(number)["payment_status"] = "unpaid"
    failed = stripe.event(number, FAILED, "evt_1")
    stripe.mood = "down"
    assert report(client, *failed)[0] == 503
    assert (state(number), left(mug), count(WebhookEvent)) == (("pending", ["pending"]), 4, 0)
    stripe.mood = "ok"
    assert report(client, *failed) == (200, "settled")
    assert (state(number), left(mug), count(WebhookEvent)) == (("cancelled", ["declined"]), 5, 1)


@pytest.mark.parametrize("mood", TROUBLES)
def test_a_refund_waits_while_stripe_is_in_trouble(
    stripe: StripeDouble, key: CartKey, monkeypatch: pytest.MonkeyPatch, mood: str
) -> None:
    monkeypatch.setitem(gateways.GATEWAYS, "stripe", stripe.gateway(timeout_seconds=0.3))
    number = place(key)
    stripe.pay(number)
    recovering.look_up(number=number, ways=gateways.GATEWAYS)
    stripe.mood = mood
    with pytest.raises(gateways.GatewayAway):
        cancel(number)
    assert state(number)[0] == "cancelled"
    recovering.send_back()
    stripe.mood = "ok"
    recovering.send_back()
    recovering.send_back()
    assert [refund["amount"] for refund in stripe.refunds.values()] == [ONE_MUG]
    assert payments.balance(number) == payments.Balance(ONE_MUG, ONE_MUG)
    assert aftercare.of(number).standing.status == "refunded"
