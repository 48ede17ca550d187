"""Spans of days that a page looks at, and the span before each."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa

from smartshop.insights.queries.counting import kept
from smartshop.kernel import clock
from smartshop.kernel.extensions import db
from smartshop.orders.models import Order

LENGTHS = (7, 30, 90, 365)
"""Days a page may look at."""


def midnight(day: date) -> datetime:
    """The first moment of a day, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


@dataclass(frozen=True)
class Period:
    """``days`` whole UTC days, the last of them ``until``; moments in [start, end)."""

    days: int
    until: date

    @property
    def since(self) -> date:
        return self.until - timedelta(days=self.days - 1)

    @property
    def start(self) -> datetime:
        return midnight(self.since)

    @property
    def end(self) -> datetime:
        return midnight(self.until) + timedelta(days=1)

    @property
    def before(self) -> "Period":
        """The same number of days, just before."""
        return Period(self.days, self.since - timedelta(days=1))

    @property
    def each_day(self) -> tuple[date, ...]:
        return tuple(self.since + timedelta(days=n) for n in range(self.days))


@dataclass(frozen=True)
class Choice:
    """The period a page shows. ``moved_from`` is today when nothing was sold in the period that ends today."""

    period: Period
    moved_from: date | None


def choose(days: int, until: date | None, currency: str) -> Choice:
    """The period that ends ``until``; by default today, or the last day with an order when that lies before it."""
    today = clock.today()
    if until is not None:
        return Choice(Period(days, until), None)
    latest = Period(days, today)
    last = db.session.scalar(
        sa.select(sa.func.max(Order.placed_at)).where(kept(currency), Order.placed_at < latest.end)
    )
    if last is None or last >= latest.start:
        return Choice(latest, None)
    return Choice(Period(days, last.date()), today)
