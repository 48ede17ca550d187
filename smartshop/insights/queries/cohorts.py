"""Customers by the month of their first order: how many came back in each month after, and what they brought."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

import sqlalchemy as sa

from smartshop.insights.queries.counting import NET, by_scan, kept, utc_day
from smartshop.kernel import clock
from smartshop.kernel.extensions import db
from smartshop.orders.models import Order


class Found(NamedTuple):
    """What one cohort did in one month; months as ``YYYY-MM``, money in minor units."""

    cohort: str
    month: str
    customers: int
    orders: int
    revenue_minor: int


@dataclass(frozen=True)
class Cell:
    """One month of a cohort; ``is_complete`` is False while the month is not over, and its figures are too low."""

    months_since: int
    month: date
    customers: int
    orders: int
    revenue_minor: int
    retention: float
    is_complete: bool


@dataclass(frozen=True)
class Cohort:
    """Those who first bought in a month: how many, and every month since, that month first."""

    month: date
    customers: int
    cells: tuple[Cell, ...]

    @property
    def revenue_minor(self) -> int:
        return sum(cell.revenue_minor for cell in self.cells)


class Average(NamedTuple):
    """A month since the first order, over every cohort that has it behind it."""

    months_since: int
    retention: float
    cohorts: int


@dataclass(frozen=True)
class Cohorts:
    """Every cohort, the oldest first; ``known_until`` is the day before which the history is complete."""

    cohorts: tuple[Cohort, ...]
    known_until: date | None

    @property
    def last_day(self) -> date | None:
        """The last day the history knows."""
        return self.known_until and self.known_until - timedelta(days=1)

    @cached_property
    def averages(self) -> tuple[Average, ...]:
        """The share of all customers who came back so many months later; months that are not over are left out."""
        most = len(self.cohorts[0].cells) if self.cohorts else 0
        return tuple(found for n in range(most) if (found := self._average(n)) is not None)

    def _average(self, months_since: int) -> Average | None:
        over = [
            (cohort.customers, cohort.cells[months_since].customers)
            for cohort in self.cohorts
            if len(cohort.cells) > months_since
            and cohort.cells[months_since].is_complete
            and cohort.customers
        ]
        if not over:
            return None
        return Average(months_since, sum(back for _, back in over) / sum(all_ for all_, _ in over), len(over))


def table(currency: str) -> Cohorts:
    """Every cohort of the shop; two queries, each over the orders of known customers that stand."""
    last = db.session.scalar(sa.select(sa.func.max(Order.placed_at)).where(*_counted(currency)))
    if last is None:
        return Cohorts((), None)
    found = [
        Found(row.cohort, row.month, row.customers, row.orders, int(row.revenue))
        for row in db.session.execute(_statement(currency))
    ]
    return grid(found, known_until(last))


def known_until(last: datetime) -> date:
    """The history is complete before today, and not beyond the day of its last order."""
    return min(clock.today(), last.date() + timedelta(days=1))


def grid(found: Iterable[Found], until: date) -> Cohorts:
    """Every month of every cohort, months without an order too; a month is complete if it ended by ``until``."""
    by_cohort: dict[str, dict[str, Found]] = {}
    for each in found:
        by_cohort.setdefault(each.cohort, {})[each.month] = each
    last = max((month for months in by_cohort.values() for month in months), default="")
    return Cohorts(tuple(_cohort(first, by_cohort[first], last, until) for first in sorted(by_cohort)), until)


def _cohort(first: str, months: dict[str, Found], last: str, until: date) -> Cohort:
    size = months[first].customers
    nothing = Found(first, "", 0, 0, 0)
    cells = []
    for since, month in enumerate(_months(first, last)):
        each = months.get(f"{month:%Y-%m}", nothing)
        cells.append(
            Cell(
                since,
                month,
                each.customers,
                each.orders,
                each.revenue_minor,
                each.customers / size,
                _next(month) <= until,
            )
        )
    return Cohort(cells[0].month, size, tuple(cells))


def _months(first: str, last: str) -> Iterator[date]:
    month = date.fromisoformat(f"{first}-01")
    while f"{month:%Y-%m}" <= last:
        yield month
        month = _next(month)


def _next(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


def _counted(currency: str) -> tuple[sa.ColumnElement[bool], ...]:
    return kept(currency), Order.person_id.is_not(None)


def _statement(currency: str) -> sa.Select[Any]:
    """Orders to customer and month, then to cohort and month: only the second leaves the database."""
    person, month = by_scan(Order.person_id), sa.func.substr(utc_day(Order.placed_at), 1, 7)
    monthly = (
        sa.select(
            person.label("person_id"),
            month.label("month"),
            sa.func.count().label("orders"),
            sa.func.sum(NET).label("revenue"),
        )
        .where(*_counted(currency))
        .group_by(person, month)
        .subquery()
    )
    dated = sa.select(
        monthly, sa.func.min(monthly.c.month).over(partition_by=monthly.c.person_id).label("cohort")
    ).subquery()
    return sa.select(
        dated.c.cohort,
        dated.c.month,
        sa.func.count().label("customers"),
        sa.func.sum(dated.c.orders).label("orders"),
        sa.func.sum(dated.c.revenue).label("revenue"),
    ).group_by(dated.c.cohort, dated.c.month)
