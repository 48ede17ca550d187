"""Finishing orders whose process died, or whose gateway went silent, between placing and payment."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import sqlalchemy as sa
import structlog

from smartshop.kernel import audit, clock
from smartshop.kernel.extensions import db
from smartshop.kernel.money import Money
from smartshop.orders.models import Order
from smartshop.orders.operations import placing, refunding
from smartshop.orders.rules.states import State
from smartshop.payments import queries as payments
from smartshop.payments.rules.gateways import Gateway, GatewayAway, Outcome, Result

log = structlog.get_logger(__name__)

GRACE = timedelta(minutes=2)
"""An order younger than this may still be in the hands of the process that placed it."""
AT_ONCE = 200
Done = Literal["settled", "given_up", "waiting", "broken"]


@dataclass(frozen=True)
class Swept:
    """How many waiting orders went on, how many were given up, how many still wait, and how many broke something."""

    settled: int
    given_up: int
    waiting: int
    broken: int = 0


@dataclass(frozen=True)
class _Waiting:
    number: str
    placed_at: datetime
    gateway: str
    amount: Money
    attempt_id: int
    provider_reference: str
    is_withdrawn: bool
    """Cancelled by its customer, while its provider was not told yet that it is not to be paid any more."""


def sweep(*, ways: Mapping[str, Gateway], patience: timedelta, grace: timedelta = GRACE) -> Swept:
    """Ask the gateways about every order that still waits for one, and act on the answer.

    An order that is not paid is given up after ``patience``: cancelled, its stock back, its cart open. The payment of one
    that its customer cancelled is stopped at once; what was paid of it goes back.
    While a provider is away its orders wait, since they may be paid. One that breaks something keeps none of the
    others from being finished: it is logged and asked for again the next time.
    """
    done = Counter[Done]()
    for order in _waiting(Order.placed_at <= clock.now() - grace):
        try:
            done[_finish(order, ways, is_late=order.placed_at <= clock.now() - patience)] += 1
        except Exception:
            log.exception("order_not_settled", number=order.number)
            db.session.rollback()
            done["broken"] += 1
    return Swept(done["settled"], done["given_up"], done["waiting"], done["broken"])


def _finish(order: _Waiting, ways: Mapping[str, Gateway], *, is_late: bool) -> Done:
    outcome = _answer(order, ways, is_late=is_late or order.is_withdrawn)
    if outcome is None or outcome.result is Result.WAITING:
        return "waiting"
    placing.settle(number=order.number, attempt_id=order.attempt_id, outcome=outcome)
    return "given_up" if outcome.result is Result.DECLINED else "settled"


def look_up(*, number: str, ways: Mapping[str, Gateway], gives_up: bool = False) -> None:
    """Ask the gateway about one order now: its customer came back from the provider's page, or left it."""
    for order in _waiting(Order.number == number):
        outcome = _answer(order, ways, is_late=gives_up or order.is_withdrawn)
        if outcome is not None:
            placing.settle(number=number, attempt_id=order.attempt_id, outcome=outcome)


def page_to_pay(*, number: str, ways: Mapping[str, Gateway]) -> str:
    """The provider's page of an order that is still to be paid; empty when there is none, or it cannot be had now.

    Where the provider did not answer when the order was placed, it is asked for its page again: the order's number
    keeps that one page.

    Raises PaymentDeclined.
    """
    for order in _waiting(Order.number == number):
        way, page = ways.get(order.gateway), payments.page_to_pay(number)
        if order.is_withdrawn or page:
            return "" if order.is_withdrawn else page
        if way is not None and way.has_page:
            placing.charge(number, order.attempt_id, order.amount, {}, way)
            return payments.page_to_pay(number)
    return ""


def send_back() -> int:
    """Carry out the refunds that are still on their way; returns of how many orders."""
    numbers = payments.with_pending_refunds()
    for number in numbers:
        try:
            refunding.pay_back(number=number, actor=audit.SYSTEM)
        except GatewayAway as away:
            log.warning("refund_unanswered", number=number, problem=str(away))
    return len(numbers)


def _waiting(which: sa.ColumnElement[bool]) -> list[_Waiting]:
    is_withdrawn = Order.state == State.CANCELLED
    is_waiting = sa.or_(
        Order.state == State.PENDING, sa.and_(is_withdrawn, Order.number.in_(payments.UNANSWERED_REFERENCES))
    )
    orders = db.session.execute(
        sa.select(
            Order.number,
            Order.placed_at,
            Order.payment_method,
            Order.total_minor,
            Order.currency,
            Order.state,
        )
        .where(is_waiting, Order.source == "shop", which)
        .order_by(Order.placed_at)
        .limit(AT_ONCE)
    ).all()
    attempts = payments.open_attempts([row.number for row in orders])
    return [
        _Waiting(
            row.number,
            row.placed_at,
            row.payment_method,
            Money(row.total_minor, row.currency),
            attempts[row.number].attempt_id,
            attempts[row.number].provider_reference,
            row.state == State.CANCELLED,
        )
        for row in orders
        if row.number in attempts
    ]


def _answer(order: _Waiting, ways: Mapping[str, Gateway], *, is_late: bool) -> Outcome | None:
    way = ways.get(order.gateway)
    if way is None:
        log.warning("gateway_not_configured", number=order.number, gateway=order.gateway)
        return None
    try:
        known = {"reference": order.number, "provider_reference": order.provider_reference}
        outcome = way.find(order.amount, **known)
        if is_late and (outcome is None or outcome.result is Result.WAITING):
            return way.stop(order.amount, **known)
    except GatewayAway as away:
        log.warning("gateway_away", number=order.number, gateway=order.gateway, problem=str(away))
        return None
    return outcome
