"""Customers with their scores: a page of them, and one of them whole."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from smartshop.activity.models import Event
from smartshop.catalog.models import Product
from smartshop.identity.models import Person
from smartshop.insights.models import ChurnScore, ClusterScore, SegmentScore, ValueScore
from smartshop.insights.queries.counting import NET, Condition, clamped, containing, is_staff, kept, live_run
from smartshop.kernel.errors import NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.pages import Page
from smartshop.orders.models import Order

LATEST_ORDERS = 20
LATEST_EVENTS = 20
LARGEST_ID = 2**31 - 1
LIVE_SCORES = (("rfm", SegmentScore), ("churn", ChurnScore), ("clv", ValueScore), ("clusters", ClusterScore))


@dataclass(frozen=True)
class CustomerRow:
    """A customer, what they bought (orders that stand, net of returns) and their live scores; money in minor units.

    What was never bought or scored is None; ``recency_days`` is as of the segment run, not of today.
    """

    person_id: int
    email: str | None
    name: str
    country: str
    first_order_at: datetime | None
    last_order_at: datetime | None
    orders: int
    revenue_minor: int
    recency_days: int | None
    r: int | None
    f: int | None
    m: int | None
    segment: str | None
    probability: float | None
    risk: str | None
    clv_historic_minor: int | None
    clv_12m_minor: int | None
    clv_12m_low_minor: int | None
    clv_12m_high_minor: int | None
    expected_orders_12m: float | None
    p_alive: float | None
    next_order_at: datetime | None
    cluster: str | None


@dataclass(frozen=True)
class Sought:
    """Which customers: words in name, e-mail or number; a segment; a risk; a cluster. Empty means any.

    Without ``with_personal`` the words are looked for in numbers only: a search must not tell what a page hides.
    """

    text: str = ""
    segment: str = ""
    risk: str = ""
    cluster: str = ""
    with_personal: bool = False


@dataclass(frozen=True)
class CustomerOrder:
    """One order of a customer; amounts in minor units of its currency."""

    number: str
    placed_at: datetime
    state: str
    total_minor: int
    returned_minor: int
    currency: str
    is_given_up: bool


@dataclass(frozen=True)
class CustomerEvent:
    at: datetime
    kind: str
    product: str | None
    value: int | None
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class CustomerView:
    """One customer: scores, latest orders and latest events."""

    row: CustomerRow
    external_id: str | None
    created_at: datetime
    orders: tuple[CustomerOrder, ...]
    events: tuple[CustomerEvent, ...]


SORTS = ("customer", "country", "orders", "revenue", "last-order", "segment", "churn", "clv", "next-order")
SORTS_BY_ORDERS = {"orders": "orders", "revenue": "revenue", "last-order": "last_at"}


def _scored(statement: sa.Select[Any]) -> sa.Select[Any]:
    """The statement's people beside their live scores, where they have some."""
    for question, score in LIVE_SCORES:
        statement = statement.outerjoin(
            score, sa.and_(score.person_id == Person.id, score.run_id == live_run(question))
        )
    return statement


def _is_customer(currency: str) -> Condition:
    """Everybody who is not staff, and staff who bought something."""
    bought = sa.exists().where(Order.person_id == Person.id, kept(currency)).correlate(Person)
    return sa.or_(~is_staff(Person.id), bought)


def _chosen(currency: str, sought: Sought) -> sa.Select[Any]:
    """The ids of the customers sought."""
    people = _scored(sa.select(Person.id).select_from(Person))
    return people.where(_is_customer(currency), *_conditions(sought))


def _rows(currency: str, among: Sequence[int] | None = None) -> sa.Select[Any]:
    """People as `CustomerRow`; only ``among`` those when given, so that only their orders are added up."""
    bought = _bought(currency, among)
    statement = sa.select(
        Person.id,
        Person.email,
        Person.name,
        Person.country,
        bought.c.first_at,
        bought.c.last_at,
        sa.func.coalesce(bought.c.orders, 0),
        sa.func.coalesce(bought.c.revenue, 0),
        *(getattr(SegmentScore, name) for name in ("recency_days", "r", "f", "m", "segment")),
        ChurnScore.probability,
        ChurnScore.risk,
        ValueScore.clv_historic_minor,
        ValueScore.clv_12m_minor,
        ValueScore.clv_12m_low_minor,
        ValueScore.clv_12m_high_minor,
        ValueScore.expected_orders_12m,
        ValueScore.p_alive,
        ValueScore.next_order_at,
        ClusterScore.cluster,
    ).select_from(Person)
    statement = _scored(statement.outerjoin(bought, bought.c.person_id == Person.id))
    return statement if among is None else statement.where(Person.id.in_(among))


def _bought(currency: str, among: Sequence[int] | None = None) -> sa.Subquery:
    statement = sa.select(
        Order.person_id,
        sa.func.min(Order.placed_at).label("first_at"),
        sa.func.max(Order.placed_at).label("last_at"),
        sa.func.count().label("orders"),
        sa.func.sum(NET).label("revenue"),
    ).where(kept(currency), Order.person_id.is_not(None))
    if among is not None:
        statement = statement.where(Order.person_id.in_(among))
    return statement.group_by(Order.person_id).subquery()


def _conditions(sought: Sought) -> list[Condition]:
    conditions: list[Condition] = []
    if sought.text:
        conditions.append(_matches(sought))
    if sought.segment:
        conditions.append(SegmentScore.segment == sought.segment)
    if sought.risk:
        conditions.append(ChurnScore.risk == sought.risk)
    if sought.cluster:
        conditions.append(ClusterScore.cluster == sought.cluster)
    return conditions


def _matches(sought: Sought) -> Condition:
    text = sought.text.strip()
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= 10 else 0
    found: list[Condition] = [Person.id == number] if 0 < number <= LARGEST_ID else []
    if sought.with_personal:
        pattern = containing(text)
        found += [
            column.ilike(pattern, escape="\\") for column in (Person.name, Person.email, Person.external_id)
        ]
    return sa.or_(sa.false(), *found)


def page_of_customers(
    currency: str,
    sought: Sought,
    *,
    sort: str = "clv",
    is_descending: bool = True,
    page: int = 1,
    size: int = 50,
) -> Page[CustomerRow]:
    """Customers by one of `SORTS`, what is unknown last; three queries."""
    chosen = _chosen(currency, sought)
    total = db.session.scalar(sa.select(sa.func.count()).select_from(chosen.subquery())) or 0
    number = clamped(page, size, total)
    ordered = _ordered(chosen, currency, sort, is_descending=is_descending, with_names=sought.with_personal)
    shown = list(db.session.scalars(ordered.limit(size).offset((number - 1) * size)))
    found = {row[0]: _row(row) for row in db.session.execute(_rows(currency, shown))}
    return Page([found[person_id] for person_id in shown if person_id in found], number, size, total)


def _ordered(
    chosen: sa.Select[Any], currency: str, sort: str, *, is_descending: bool, with_names: bool
) -> sa.Select[Any]:
    columns: Mapping[str, Any] = {
        "customer": sa.func.lower(Person.name) if with_names else Person.id,
        "country": Person.country,
        "segment": SegmentScore.segment,
        "churn": ChurnScore.probability,
        "clv": ValueScore.clv_12m_minor,
        "next-order": ValueScore.next_order_at,
    }
    if sort in SORTS_BY_ORDERS:
        bought = _bought(currency)
        chosen = chosen.outerjoin(bought, bought.c.person_id == Person.id)
        column: Any = bought.c[SORTS_BY_ORDERS[sort]]
        column = column if sort == "last-order" else sa.func.coalesce(column, 0)
    else:
        column = columns[sort]
    return chosen.order_by((column.desc() if is_descending else column.asc()).nulls_last(), Person.id)


def every_customer(currency: str, sought: Sought) -> Iterator[CustomerRow]:
    """Every customer sought, by id, without holding them all in memory; one query."""
    statement = _rows(currency).where(_is_customer(currency), *_conditions(sought)).order_by(Person.id)
    rows = db.session.execute(statement, execution_options={"yield_per": 500})
    return (_row(row) for row in rows)


def _row(row: Any) -> CustomerRow:
    values = list(row)
    values[7] = int(values[7])
    return CustomerRow(*values)


def customer(person_id: int, currency: str) -> CustomerView:
    """One customer, four queries.

    Raises NotFound, also for staff who never bought anything.
    """
    found = db.session.execute(_rows(currency, [person_id]).where(_is_customer(currency))).one_or_none()
    if found is None:
        raise NotFound("There is no such customer. The list of customers finds those there are.")
    external_id, created_at = db.session.execute(
        sa.select(Person.external_id, Person.created_at).where(Person.id == person_id)
    ).one()
    return CustomerView(_row(found), external_id, created_at, _orders(person_id), _events(person_id))


def _orders(person_id: int) -> tuple[CustomerOrder, ...]:
    rows = db.session.execute(
        sa.select(
            Order.number,
            Order.placed_at,
            Order.state,
            Order.total_minor,
            Order.returned_minor,
            Order.currency,
            Order.is_given_up,
        )
        .where(Order.person_id == person_id)
        .order_by(Order.placed_at.desc(), Order.id.desc())
        .limit(LATEST_ORDERS)
    )
    return tuple(CustomerOrder(*row) for row in rows)


def _events(person_id: int) -> tuple[CustomerEvent, ...]:
    rows = db.session.execute(
        sa.select(Event.at, Event.kind, Product.name, Event.value, Event.facts)
        .outerjoin(Product, Product.id == Event.product_id)
        .where(Event.person_id == person_id)
        .order_by(Event.at.desc(), Event.id.desc())
        .limit(LATEST_EVENTS)
    )
    return tuple(CustomerEvent(*row) for row in rows)
