"""What a payment provider reports of a person: nothing of it is kept, so that an erasure leaves none of it."""

import json
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from structlog.testing import capture_logs

from smartshop.jobs import schedule
from smartshop.kernel.extensions import db
from smartshop.orders.operations import placing
from smartshop.payments.models import WebhookEvent
from smartshop.payments.rules import gateways
from smartshop.privacy.operations.erasing import THEMSELVES, erase
from tests import factories
from tests.orders import acting
from tests.payments.paying import COMPLETED, ONE_MUG, report
from tests.payments.stripe_double import StripeDouble, running, signed
from tests.privacy import somebody

THEIRS = {
    "customer_details": {
        "email": somebody.EMAIL,
        "name": somebody.NAME,
        "phone": somebody.ADDRESS.phone,
        "address": {"line1": somebody.ADDRESS.line1, "city": somebody.ADDRESS.city, "postal_code": "ZQ1 7ZQ"},
    },
    "customer_email": somebody.EMAIL,
    "metadata": {"note": somebody.WHY},
    "last_payment_error": {"message": somebody.WHY, "billing_details": {"name": somebody.NAME}},
}
"""Where Stripe puts persons into what it reports."""
KINDS = (
    COMPLETED,
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "payment_intent.created",
)


@pytest.fixture
def stripe(monkeypatch: pytest.MonkeyPatch) -> Iterator[StripeDouble]:
    with running() as double:
        monkeypatch.setitem(gateways.GATEWAYS, "stripe", double.gateway())
        yield double


def _bought(person_id: int) -> str:
    """An order of theirs that waits for Stripe; returns its number."""
    goods = factories.make_product()
    command = factories.make_command(
        expected_total_minor=ONE_MUG, payment_code="stripe", email=somebody.EMAIL, address=somebody.ADDRESS
    )
    key = factories.make_cart((goods, 1), person_id=person_id)
    return placing.place(command=command, key=key, currency="GBP")


def test_nothing_that_stripe_says_of_a_person_outlives_them(any_app: Flask, stripe: StripeDouble) -> None:
    person_id = factories.make_person(email=somebody.EMAIL, name=somebody.NAME)
    number, client = _bought(person_id), any_app.test_client()
    stripe.pay(number)
    with capture_logs() as logged:
        for place, kind in enumerate(KINDS):
            sent = stripe.event(number, kind, f"evt_{place}", **THEIRS)
            assert report(client, *sent)[0] == 200
            assert (
                report(
                    client, *stripe.event(number, kind, f"evt_of_money_{place}", **THEIRS, amount_total=1)
                )[0]
                == 200
            )
        stranger = {"id": "evt_9", "type": "customer.created", "data": {"object": THEIRS}}
        assert report(client, *signed(json.dumps(stranger).encode()))[0] == 200
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(WebhookEvent)) == 2 * len(KINDS) + 1
    assert not any(tell in str(logged).lower() for tell in somebody.TELLS)
    before = {place.split(".")[0] for place in somebody.traces()}
    assert "orders" in before
    assert not before & {"webhook_events", "payment_attempts", "refunds", "audit_records"}

    acting.ship(number, {1: 1})
    erase(person_id=person_id, keeps_reviews=False, actor=THEMSELVES)
    assert somebody.traces() == set()
    folder = any_app.config["SETTINGS"].instance
    assert schedule.finish_erasures(any_app.config["SETTINGS"]) == "1 erasures finished"
    assert somebody.files_that_tell(folder) == []
