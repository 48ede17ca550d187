"""Reports of what was sold and what happened: revenue by day, orders, products, activity."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

import sqlalchemy as sa

from smartshop.insights.queries import activity, products, sales
from smartshop.insights.queries.activity import ActivitySought, ChangeRow, EventRow
from smartshop.insights.queries.counting import NET, kept, utc_day
from smartshop.insights.queries.periods import midnight
from smartshop.insights.queries.reports.declared import Amount, Column, Report, Value, Wanted, money, plain
from smartshop.insights.queries.sales import SaleRow, SalesSought
from smartshop.kernel.extensions import db
from smartshop.kernel.money import round_half_up
from smartshop.orders.models import Order

BETWEEN = frozenset({"since", "until"})


@dataclass(frozen=True)
class RevenueDay:
    """One UTC day of orders that stand; minor units. Returns count on the day of the order they belong to."""

    day: date
    orders: int
    customers: int
    gross_minor: int
    returned_minor: int

    @property
    def revenue_minor(self) -> int:
        return self.gross_minor - self.returned_minor

    @property
    def average_order_minor(self) -> int | None:
        return round_half_up(Fraction(self.revenue_minor, self.orders)) if self.orders else None


@dataclass(frozen=True)
class Record:
    """One line of activity, of a customer (event) or of staff and program (change)."""

    at: datetime
    source: str
    kind: str
    person_id: int | None
    who: str | None
    visitor_id: str | None
    product_id: int | None
    subject: str | None
    value: int | None
    details: dict[str, Any]


def revenue_days(wanted: Wanted) -> Iterator[RevenueDay]:
    """Every day from the first order to the last (or from and to the days asked for), without gaps."""
    day = utc_day(Order.placed_at)
    statement = sa.select(
        day,
        sa.func.count(),
        sa.func.count(Order.person_id.distinct()),
        sa.func.sum(Order.total_minor),
        sa.func.sum(Order.total_minor - NET),
    ).where(kept(wanted.currency))
    if wanted.since:
        statement = statement.where(Order.placed_at >= midnight(wanted.since))
    if wanted.until:
        statement = statement.where(Order.placed_at < midnight(wanted.until) + timedelta(days=1))
    found = {date.fromisoformat(row[0]): row for row in db.session.execute(statement.group_by(day))}
    first, last = wanted.since or min(found, default=None), wanted.until or max(found, default=None)
    if first is None or last is None:
        return
    for n in range((last - first).days + 1):
        each = first + timedelta(days=n)
        row = found.get(each)
        yield (
            RevenueDay(each, row[1], row[2], int(row[3]), int(row[4]))
            if row
            else RevenueDay(each, 0, 0, 0, 0)
        )


def _revenue(wanted: Wanted) -> tuple[Column, ...]:
    unit = wanted.currency
    return (
        Column("date", lambda row: row.day),
        *plain("orders", "customers"),
        Column("gross", lambda row: money(unit, row.gross_minor)),
        Column("returned", lambda row: money(unit, row.returned_minor)),
        Column("revenue", lambda row: money(unit, row.revenue_minor)),
        Column("average_order_value", lambda row: money(unit, row.average_order_minor)),
        Column("currency", lambda _: unit),
    )


def _orders(_wanted: Wanted) -> tuple[Column, ...]:
    amounts = ("goods", "discount", "shipping", "added_tax", "total", "returned")
    return (
        *plain("number", "external_number", "placed_at", "state", "source"),
        Column("customer_id", lambda row: row.person_id),
        Column("email", lambda row: row.email, is_personal=True),
        Column("name", lambda row: row.name, is_personal=True),
        *plain("country", "quantity"),
        *(Column(name, _amount(f"{name}_minor")) for name in amounts),
        Column("revenue", _net),
        *plain("currency", "payment_method"),
    )


def _amount(field: str) -> Callable[[SaleRow], Value | Amount]:
    return lambda row: money(row.currency, getattr(row, field))


def _net(row: SaleRow) -> Any:
    """What stayed of the order; nothing of a cancelled one."""
    return money(row.currency, 0 if row.state == "cancelled" else row.total_minor - row.returned_minor)


def _products(wanted: Wanted) -> tuple[Column, ...]:
    unit = wanted.currency
    return (
        *plain("product_id"),
        Column("code", lambda row: row.external_code),
        *plain("name", "category", "status"),
        Column("price_from", lambda row: money(unit, row.price_minor)),
        *plain("stock", "orders", "quantity", "returned_quantity"),
        Column("revenue", lambda row: money(unit, row.revenue_minor)),
        Column("currency", lambda _: unit),
    )


def _activity(_wanted: Wanted) -> tuple[Column, ...]:
    return (
        *plain("at", "source", "kind"),
        Column("customer_id", lambda row: row.person_id),
        Column("who", lambda row: row.who, is_personal=True),
        Column("visitor_id", lambda row: row.visitor_id, is_personal=True),
        *plain("product_id", "subject", "value"),
        Column("details", lambda row: row.details or None, is_personal=True),
    )


def _records(wanted: Wanted) -> Iterator[Record]:
    """What customers did, newest first; then, where asked for, what staff changed, newest first."""
    sought = ActivitySought(since=wanted.since, until=wanted.until)
    yield from (_of_event(row) for row in activity.every_event(sought))
    if wanted.is_with_changes:
        yield from (_of_change(row) for row in activity.every_change(sought))


def _of_event(row: EventRow) -> Record:
    return Record(
        row.at, "event", row.kind, row.person_id, row.email or row.name, row.visitor_id,
        row.product_id, row.product, row.value, dict(row.facts),
    )  # fmt: skip


def _of_change(row: ChangeRow) -> Record:
    details = {
        key: value
        for key, value in (("before", row.before), ("after", row.after), ("reason", row.reason))
        if value
    }
    return Record(
        row.at, "change", row.action, row.actor_id, row.actor, None, None, row.subject, None, details
    )


def _each_order(wanted: Wanted) -> Iterator[SaleRow]:
    return sales.every_order(SalesSought(since=wanted.since, until=wanted.until))


def _each_product(wanted: Wanted) -> Iterator[Any]:
    return products.every_product(wanted.currency)


REVENUE = Report("revenue", _revenue, revenue_days, BETWEEN)
ORDERS = Report("orders", _orders, _each_order, BETWEEN)
PRODUCTS = Report("products", _products, _each_product)
ACTIVITY = Report("activity", _activity, _records, BETWEEN)
