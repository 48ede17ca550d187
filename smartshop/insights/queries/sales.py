"""Orders as staff see them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
import sqlalchemy.orm as so

from smartshop.identity.models import Person
from smartshop.insights.queries.counting import Condition, clamped, containing
from smartshop.insights.queries.periods import midnight
from smartshop.kernel.extensions import db
from smartshop.kernel.pages import Page
from smartshop.orders.models import Order, OrderLine
from smartshop.payments.models import PaymentAttempt, Refund, WebhookEvent

_Paid = so.aliased(Order)
_MISREPORTED = sa.select(WebhookEvent.reference).where(WebhookEvent.effect == "amount")
_OWED = (
    sa.select(_Paid.number)
    .join(PaymentAttempt, PaymentAttempt.reference == _Paid.number)
    .join(Refund, Refund.attempt_id == PaymentAttempt.id)
    .where(
        Refund.state == "failed",
        PaymentAttempt.amount_minor - PaymentAttempt.refunded_minor
        > sa.case((_Paid.is_given_up, 0), else_=_Paid.total_minor - _Paid.returned_minor),
    )
)
"""Orders whose refund failed and whose money is still owed to the customer."""
NEEDS_ATTENTION = Order.number.in_(sa.union(_MISREPORTED, _OWED))


@dataclass(frozen=True)
class SaleRow:
    """One order; amounts in minor units of its currency. ``quantity`` counts products, not postage or fees."""

    number: str
    external_number: str | None
    placed_at: datetime
    state: str
    source: str
    person_id: int | None
    name: str | None
    email: str | None
    country: str
    quantity: int
    goods_minor: int
    discount_minor: int
    shipping_minor: int
    added_tax_minor: int
    total_minor: int
    returned_minor: int
    currency: str
    payment_method: str
    is_given_up: bool


@dataclass(frozen=True)
class SalesSought:
    """Which orders: text in the number, or in name and e-mail when they may be seen; a state; days from and to; these numbers; or those that need attention."""

    text: str = ""
    state: str = ""
    since: date | None = None
    until: date | None = None
    with_personal: bool = False
    numbers: tuple[str, ...] = ()
    needs_attention: bool = False
    """Only those of which a payment provider reported another amount than was asked for."""


def page_of_orders(sought: SalesSought, *, page: int = 1, size: int = 50) -> Page[SaleRow]:
    """Orders, newest first; two queries."""
    count = sa.select(sa.func.count(Order.id)).where(*_conditions(sought))
    if sought.text and sought.with_personal:
        count = count.outerjoin(Person, Person.id == Order.person_id)
    total = db.session.scalar(count) or 0
    number = clamped(page, size, total)
    rows = db.session.execute(_statement(sought).limit(size).offset((number - 1) * size))
    return Page([_row(row) for row in rows], number, size, total)


def needing_attention() -> int:
    """How many orders somebody must look at."""
    return db.session.scalar(sa.select(sa.func.count(Order.id)).where(NEEDS_ATTENTION)) or 0


def every_order(sought: SalesSought) -> Iterator[SaleRow]:
    """Every order sought, newest first, without holding them all in memory; one query."""
    rows = db.session.execute(_statement(sought), execution_options={"yield_per": 500})
    return (_row(row) for row in rows)


def _statement(sought: SalesSought) -> sa.Select[Any]:
    quantity = (
        sa.select(sa.func.coalesce(sa.func.sum(OrderLine.quantity), 0))
        .where(OrderLine.order_id == Order.id, OrderLine.kind == "product")
        .correlate(Order)
        .scalar_subquery()
    )
    return (
        sa.select(
            Order.number,
            Order.external_number,
            Order.placed_at,
            Order.state,
            Order.source,
            Order.person_id,
            Person.name,
            sa.func.coalesce(Order.email, Person.email),
            Order.country,
            quantity,
            Order.goods_minor,
            Order.discount_minor,
            Order.shipping_minor,
            Order.added_tax_minor,
            Order.total_minor,
            Order.returned_minor,
            Order.currency,
            Order.payment_method,
            Order.is_given_up,
        )
        .outerjoin(Person, Person.id == Order.person_id)
        .where(*_conditions(sought))
        .order_by(Order.placed_at.desc(), Order.id.desc())
    )


def _row(row: Any) -> SaleRow:
    values = list(row)
    values[9] = int(values[9])
    return SaleRow(*values)


def _conditions(sought: SalesSought) -> list[Condition]:
    conditions: list[Condition] = []
    if sought.text:
        columns: list[Any] = [Order.number, Order.external_number]
        if sought.with_personal:
            columns += [Order.email, Person.name, Person.email]
        pattern = containing(sought.text.strip())
        conditions.append(sa.or_(*(column.ilike(pattern, escape="\\") for column in columns)))
    if sought.numbers:
        conditions.append(Order.number.in_(sought.numbers))
    if sought.state:
        conditions.append(Order.state == sought.state)
    if sought.needs_attention:
        conditions.append(NEEDS_ATTENTION)
    if sought.since:
        conditions.append(Order.placed_at >= midnight(sought.since))
    if sought.until:
        conditions.append(Order.placed_at < midnight(sought.until) + timedelta(days=1))
    return conditions
