"""How the shop is doing in a period: money, orders, customers and what sells."""

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

import sqlalchemy as sa

from smartshop.identity.models import Person
from smartshop.insights.models import ChurnScore, SegmentScore, ValueScore
from smartshop.insights.queries.counting import NET, Condition, by_scan, kept, live_run, utc_day
from smartshop.insights.queries.periods import Period
from smartshop.kernel.extensions import db
from smartshop.kernel.money import round_half_up
from smartshop.orders.models import Order, OrderLine


@dataclass(frozen=True)
class Totals:
    """A period in numbers. Revenue is net of what came back, in minor units; cancelled orders do not count.

    ``customers`` bought in the period; the new ones never before it. Guests' orders belong to no customer.
    """

    orders: int
    revenue_minor: int
    customers: int
    new_customers: int
    guest_orders: int

    @property
    def returning_customers(self) -> int:
        return self.customers - self.new_customers

    @property
    def average_order_minor(self) -> int | None:
        """Revenue per order, half up; None without orders."""
        return round_half_up(Fraction(self.revenue_minor, self.orders)) if self.orders else None


@dataclass(frozen=True)
class Day:
    """One UTC day; days without orders are there with zeros."""

    day: date
    orders: int
    revenue_minor: int
    customers: int


@dataclass(frozen=True)
class TopProduct:
    """What a product sold in a period, net of returns."""

    product_id: int
    name: str
    quantity: int
    revenue_minor: int


@dataclass(frozen=True)
class CustomerAtRisk:
    """Somebody likely to leave who is worth keeping; CLV in minor units."""

    person_id: int
    name: str
    email: str
    segment: str | None
    probability: float
    clv_12m_minor: int
    last_order_at: datetime | None


def _within(period: Period, currency: str) -> Condition:
    return sa.and_(kept(currency), Order.placed_at >= period.start, Order.placed_at < period.end)


def totals(period: Period, currency: str) -> Totals:
    """The period in numbers; two queries."""
    orders, revenue, customers, guests = db.session.execute(
        sa.select(
            sa.func.count(),
            sa.func.coalesce(sa.func.sum(NET), 0),
            sa.func.count(Order.person_id.distinct()),
            sa.func.count() - sa.func.count(Order.person_id),
        ).where(_within(period, currency))
    ).one()
    buyers = (
        sa.select(Order.person_id)
        .where(_within(period, currency), Order.person_id.is_not(None))
        .distinct()
        .subquery()
    )
    bought_before = sa.exists().where(
        Order.person_id == buyers.c.person_id, Order.placed_at < period.start, kept(currency)
    )
    new = db.session.scalar(sa.select(sa.func.count()).select_from(buyers).where(~bought_before))
    return Totals(orders, int(revenue), customers, new or 0, guests)


def days(period: Period, currency: str) -> tuple[Day, ...]:
    """Every day of the period, oldest first; one query."""
    day = utc_day(Order.placed_at)
    rows = db.session.execute(
        sa.select(day, sa.func.count(), sa.func.sum(NET), sa.func.count(Order.person_id.distinct()))
        .where(_within(period, currency))
        .group_by(day)
    )
    found = {row[0]: (row[1], int(row[2]), row[3]) for row in rows}
    return tuple(Day(each, *found.get(each.isoformat(), (0, 0, 0))) for each in period.each_day)


def top_products(period: Period, currency: str, *, limit: int = 8) -> tuple[TopProduct, ...]:
    """The products that brought the most revenue in the period, net of returns; one query."""
    product = by_scan(OrderLine.product_id)
    revenue = sa.func.sum(OrderLine.total_minor - OrderLine.returned_minor)
    rows = db.session.execute(
        sa.select(
            product,
            sa.func.max(OrderLine.product_name),
            sa.func.sum(OrderLine.quantity - OrderLine.returned_quantity),
            revenue,
        )
        .join(Order, Order.id == OrderLine.order_id)
        .where(_within(period, currency), OrderLine.kind == "product", OrderLine.product_id.is_not(None))
        .group_by(product)
        .order_by(revenue.desc(), product)
        .limit(limit)
    )
    return tuple(TopProduct(row[0], row[1], int(row[2]), int(row[3])) for row in rows)


def highest_risk(currency: str, *, limit: int = 10) -> tuple[CustomerAtRisk, ...]:
    """Customers of high churn risk, the most valuable first; one query."""
    last_order = (
        sa.select(sa.func.max(Order.placed_at))
        .where(Order.person_id == Person.id, kept(currency))
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(
            Person.id,
            Person.name,
            sa.func.coalesce(Person.email, ""),
            SegmentScore.segment,
            ChurnScore.probability,
            ValueScore.clv_12m_minor,
            last_order,
        )
        .select_from(Person)
        .join(ChurnScore, sa.and_(ChurnScore.person_id == Person.id, ChurnScore.run_id == live_run("churn")))
        .join(ValueScore, sa.and_(ValueScore.person_id == Person.id, ValueScore.run_id == live_run("clv")))
        .outerjoin(
            SegmentScore, sa.and_(SegmentScore.person_id == Person.id, SegmentScore.run_id == live_run("rfm"))
        )
        .where(ChurnScore.risk == "high")
        .order_by(ValueScore.clv_12m_minor.desc(), ChurnScore.probability.desc(), Person.id)
        .limit(limit)
    )
    return tuple(CustomerAtRisk(*row) for row in rows)
