"""A refund that was on its way and is sent back by the customer's bank: the money is owed again, and goes back once."""

import pytest
from flask import Flask

from smartshop.cart.queries import CartKey
from smartshop.insights.queries import sales
from smartshop.insights.queries.sales import SalesSought
from smartshop.kernel.audit import SYSTEM
from smartshop.kernel.extensions import db
from smartshop.kernel.money import Money
from smartshop.orders.operations import recovering
from smartshop.orders.operations import refunding as paying_back
from smartshop.orders.queries import aftercare
from smartshop.payments import queries as payments
from smartshop.payments.operations import refunding
from smartshop.payments.rules import gateways
from tests.factories import Goods
from tests.orders.acting import cancel
from tests.payments.paying import ONE_MUG, place, report, state
from tests.payments.stripe_double import StripeDouble

SENT_BACK = "refund.failed"
PAID_BACK, KEPT = payments.Balance(ONE_MUG, ONE_MUG), payments.Balance(ONE_MUG, 0)


def in_need() -> list[str]:
    """The orders that somebody must look at."""
    db.session.rollback()
    return [row.number for row in sales.page_of_orders(SalesSought(needs_attention=True)).items]


@pytest.fixture
def paid(stripe: StripeDouble, mug: Goods, key: CartKey) -> str:
    """The number of an order that was paid at Stripe."""
    number = place(key)
    stripe.pay(number)
    recovering.look_up(number=number, ways=gateways.GATEWAYS)
    assert state(number) == ("paid", ["captured"])
    return number


def test_what_a_bank_sends_back_is_owed_again_and_refunded_anew(
    any_app: Flask, stripe: StripeDouble, paid: str
) -> None:
    client = any_app.test_client()
    stripe.refund_status = "pending"
    cancel(paid)
    assert report(client, *stripe.refund_event("refund.created", "evt_1")) == (200, "ignored")
    assert payments.balance(paid) == PAID_BACK
    failed = stripe.refund_event(SENT_BACK, "evt_2", status="failed")
    assert [report(client, *failed) for _ in range(2)] == [(200, "refund_failed"), (200, "known")]
    again = stripe.refund_event("refund.updated", "evt_3", status="failed")
    assert report(client, *again) == (200, "unknown")
    assert payments.balance(paid) == KEPT
    assert aftercare.of(paid).standing.to_refund_minor == ONE_MUG
    assert in_need() == [paid]
    assert [entry.action for entry in aftercare.of(paid).happenings].count("order.refund_failed") == 1
    stripe.refund_status = "succeeded"
    assert [paying_back.pay_back(number=paid, actor=SYSTEM) for _ in range(2)] == [ONE_MUG, 0]
    assert (payments.balance(paid), len(stripe.refunds), in_need()) == (PAID_BACK, 2, [])
    assert state(paid) == ("cancelled", ["captured"])


def test_a_refund_that_fails_at_once_asks_for_attention(stripe: StripeDouble, paid: str) -> None:
    assert in_need() == []
    stripe.refund_status = "failed"
    cancel(paid)
    assert in_need() == [paid]
    assert sales.needing_attention() == 1


def test_a_failure_that_is_heard_before_the_answer_counts(
    any_app: Flask, stripe: StripeDouble, paid: str
) -> None:
    refunding.reserve(reference=paid, amount=Money(500, "GBP"), key="first")
    answer = refunding.ask(key="first")
    failed = stripe.refund_event(SENT_BACK, "evt_1", status="canceled")
    assert report(any_app.test_client(), *failed) == (200, "refund_failed")
    assert answer is not None
    assert refunding.settle(key="first", outcome=answer) is False
    assert payments.balance(paid) == KEPT


@pytest.mark.parametrize("metadata", [{}, {"refund_key": "of somebody else"}, None])
def test_refunds_the_shop_did_not_ask_for_change_nothing(
    any_app: Flask, stripe: StripeDouble, paid: str, metadata: dict[str, str] | None
) -> None:
    cancel(paid)
    failed = stripe.refund_event(SENT_BACK, "evt_1", status="failed", metadata=metadata)
    assert report(any_app.test_client(), *failed)[0] == 200
    assert payments.balance(paid) == PAID_BACK
