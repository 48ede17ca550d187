"""Orders that their customers cancel while they wait for Stripe: whatever was paid, before or after, goes back once."""

from collections.abc import Callable
from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.cart.queries import CartKey
from smartshop.kernel.audit import Actor
from smartshop.kernel.extensions import db
from smartshop.messaging.models import Email
from smartshop.orders.operations import recovering, withdrawing
from smartshop.orders.operations.moving import OutOfDate
from smartshop.orders.operations.recovering import Swept
from smartshop.orders.operations.returning import Settled
from smartshop.payments import queries as payments
from smartshop.payments.rules import gateways
from tests.browser_client import ShopClient
from tests.competing import together
from tests.factories import Goods, make_cart, make_product
from tests.orders.acting import SELLER, after
from tests.payments.paying import COMPLETED, FAILED, ONE_MUG, left, place, report, state, sweep_after
from tests.payments.stripe_double import StripeDouble

GUEST = Actor(None, "anonymous", "192.0.2.7")
SUCCEEDED = "checkout.session.async_payment_succeeded"


def withdraw(number: str, revision: int | None = None) -> Settled:
    return withdrawing.withdraw(
        number=number,
        seen_by=None,
        revision=after(number).revision if revision is None else revision,
        cause="mind",
        hours=None,
        seller=SELLER,
        ways=gateways.GATEWAYS,
        actor=GUEST,
    )


def withdrawn(key: CartKey, stripe: StripeDouble, *, mood: str = "ok") -> str:
    """An order that was cancelled while Stripe was in that mood; Stripe is well again."""
    number = place(key)
    stripe.mood = mood
    withdraw(number)
    stripe.mood = "ok"
    return number


def is_even(number: str, stripe: StripeDouble, mug: Goods) -> None:
    """The whole amount came in once and went back once, and the goods are back."""
    recovering.send_back()
    recovering.send_back()
    assert state(number) == ("cancelled", ["captured"])
    assert payments.balance(number) == payments.Balance(ONE_MUG, ONE_MUG)
    assert [refund["amount"] for refund in stripe.refunds.values()] == [ONE_MUG]
    assert left(mug) == 5


def test_nothing_is_owed_and_the_page_to_pay_on_is_closed(
    stripe: StripeDouble, mug: Goods, key: CartKey
) -> None:
    number = place(key)
    assert withdraw(number) == Settled(ONE_MUG, 0)
    assert (state(number), left(mug)) == (("cancelled", ["declined"]), 5)
    assert stripe.session_of(number)["status"] == "expired"
    standing = after(number).standing
    assert (standing.to_pay_minor, standing.to_refund_minor, stripe.refunds) == (0, 0, {})
    assert db.session.scalars(sa.select(Email.kind)).all() == ["order_cancelled"]
    assert sweep_after(600) == Swept(0, 0, 0)


def test_an_order_that_stripe_never_heard_of_is_cancelled_too(
    stripe: StripeDouble, mug: Goods, key: CartKey
) -> None:
    stripe.mood = "down"
    number = place(key)
    assert withdraw(number) == Settled(ONE_MUG, 0)
    assert (state(number), left(mug)) == (("cancelled", ["declined"]), 5)


def test_money_that_was_paid_before_and_not_heard_of_goes_back_at_once(
    any_app: Flask, stripe: StripeDouble, mug: Goods, key: CartKey
) -> None:
    number = place(key)
    stripe.pay(number)
    assert withdraw(number) == Settled(ONE_MUG, ONE_MUG)
    for event in ("evt_1", "evt_2"):
        assert report(any_app.test_client(), *stripe.event(number, COMPLETED, event))[0] == 200
    is_even(number, stripe, mug)


def test_money_that_was_heard_of_before_goes_back_as_ever(
    any_app: Flask, stripe: StripeDouble, mug: Goods, key: CartKey
) -> None:
    number = place(key)
    stripe.pay(number)
    report(any_app.test_client(), *stripe.event(number, COMPLETED, "evt_1"))
    assert withdraw(number) == Settled(ONE_MUG, ONE_MUG)
    is_even(number, stripe, mug)


def by_report(app: Flask, stripe: StripeDouble, number: str) -> None:
    for event in ("evt_1", "evt_2"):
        assert report(app.test_client(), *stripe.event(number, COMPLETED, event)) == (200, "settled")


def by_the_browser(app: Flask, _stripe: StripeDouble, number: str) -> None:
    assert app.test_client().get(f"/checkout/paid/{number}").status_code == 302


def by_the_job(_app: Flask, _stripe: StripeDouble, _number: str) -> None:
    assert sweep_after(5) == Swept(settled=1, given_up=0, waiting=0)
    assert sweep_after(6) == Swept(0, 0, 0)


@pytest.mark.parametrize("hear", [by_report, by_the_browser, by_the_job])
def test_money_that_comes_after_it_was_cancelled_goes_back(
    any_app: Flask,
    stripe: StripeDouble,
    mug: Goods,
    key: CartKey,
    hear: Callable[[Flask, StripeDouble, str], None],
) -> None:
    number = withdrawn(key, stripe, mood="down")
    stripe.pay(number)
    hear(any_app, stripe, number)
    is_even(number, stripe, mug)


def test_a_page_that_could_not_be_closed_leads_nowhere_and_is_closed_later(
    any_app: Flask, stripe: StripeDouble, mug: Goods, key: CartKey
) -> None:
    number = withdrawn(key, stripe, mood="down")
    answer = any_app.test_client().get(f"/checkout/pay/{number}")
    assert answer.headers["Location"] == f"/orders/{number}"
    assert state(number) == ("cancelled", ["pending"])
    assert sweep_after(5) == Swept(0, given_up=1, waiting=0)
    assert (stripe.session_of(number)["status"], left(mug)) == ("expired", 5)
    assert state(number) == ("cancelled", ["declined"])
    assert sweep_after(6) == Swept(0, 0, 0)


@pytest.mark.parametrize("end", [SUCCEEDED, FAILED])
def test_a_bank_that_takes_days_is_heard_after_it_was_cancelled(
    any_app: Flask, stripe: StripeDouble, mug: Goods, key: CartKey, end: str
) -> None:
    number, client = place(key), any_app.test_client()
    stripe.pay(number)
    stripe.session_of(number)["payment_status"] = "unpaid"
    report(client, *stripe.event(number, COMPLETED, "evt_1"))
    assert withdraw(number) == Settled(ONE_MUG, 0)
    assert sweep_after(60) == Swept(0, 0, waiting=1)
    if end == SUCCEEDED:
        stripe.session_of(number)["payment_status"] = "paid"
    assert report(client, *stripe.event(number, end, "evt_2")) == (200, "settled")
    if end == SUCCEEDED:
        is_even(number, stripe, mug)
    assert (state(number)[0], left(mug)) == ("cancelled", 5)
    assert payments.balance(number).captured_minor == (ONE_MUG if end == SUCCEEDED else 0)


def test_paying_and_cancelling_at_once_leaves_no_money_behind(any_app: Flask, stripe: StripeDouble) -> None:
    for turn in range(4):
        mug = make_product(on_hand=5)
        number = place(make_cart((mug, 1)))
        stripe.pay(number)
        body, headers = stripe.event(number, COMPLETED, f"evt_{turn}")
        hear = partial(report, any_app.test_client(), body, headers)
        works: list[Callable[[], object]] = [partial(withdraw, number, after(number).revision), hear]
        told = together(any_app, works)
        assert isinstance(told[0], Settled | OutOfDate)
        assert told[1] == (200, "settled")
        if isinstance(told[0], OutOfDate):
            withdraw(number)
        recovering.send_back()
        assert state(number) == ("cancelled", ["captured"])
        assert payments.balance(number) == payments.Balance(ONE_MUG, ONE_MUG)
        assert (len(stripe.refunds), left(mug)) == (turn + 1, 5)


def test_the_page_of_a_waiting_order_offers_to_cancel_it(
    any_app: Flask, stripe: StripeDouble, mug: Goods, key: CartKey
) -> None:
    number, guest = place(key), ShopClient(any_app)
    page = guest.get(f"/orders/{number}").text
    assert "waits for its payment" in page
    assert "Cancel this order" in page
    assert "a payment that is still on its way goes back to you" in guest.get(f"/orders/{number}/cancel").text
    page = guest.submit(f"/orders/{number}/cancel", {"cause": "mistake"}).text
    assert "Your order is cancelled. Nothing is owed for it." in page
    assert "Pay now" not in page
    assert (state(number), left(mug)) == (("cancelled", ["declined"]), 5)
    assert guest.get(f"/checkout/left/{number}").request.path == f"/orders/{number}"
