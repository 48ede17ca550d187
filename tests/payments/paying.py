"""Paying with Stripe, in words short enough for tests."""

from collections.abc import Mapping
from datetime import timedelta

import sqlalchemy as sa
import time_machine
from flask.testing import FlaskClient

from smartshop.cart.queries import CartKey
from smartshop.inventory.queries import stock as inventory
from smartshop.kernel import clock
from smartshop.kernel.extensions import db
from smartshop.messaging.models import Email
from smartshop.orders.models import Order
from smartshop.orders.operations import placing, recovering
from smartshop.orders.operations.recovering import Swept
from smartshop.payments import queries as payments
from smartshop.payments.models import Refund, WebhookEvent
from smartshop.payments.rules import gateways
from tests.factories import Goods, make_command

PATIENCE = timedelta(minutes=45)
ONE_MUG = 1395
COMPLETED = "checkout.session.completed"
FAILED = "checkout.session.async_payment_failed"


def place(key: CartKey, idempotency_key: str | None = None) -> str:
    command = make_command(
        expected_total_minor=ONE_MUG, payment_code="stripe", idempotency_key=idempotency_key
    )
    return placing.place(command=command, key=key, currency="GBP")


def left(goods: Goods) -> int | None:
    return inventory.availability([goods.variant_id])[goods.variant_id].quantity


def count(table: type[Order | Email | WebhookEvent | Refund]) -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def state(number: str) -> tuple[str | None, list[str]]:
    db.session.rollback()
    found = db.session.scalar(sa.select(Order.state).where(Order.number == number))
    return found, [attempt.state for attempt in payments.attempts(number)]


def sweep_after(minutes: int) -> Swept:
    with time_machine.travel(clock.now() + timedelta(minutes=minutes), tick=True):
        return recovering.sweep(ways=gateways.GATEWAYS, patience=PATIENCE)


def report(client: FlaskClient, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
    answer = client.post("/webhooks/stripe", data=body, headers=dict(headers))
    return answer.status_code, (answer.json or {}).get("effect", "")
