"""What every number counts: orders that stand, money that stayed, customers who are not staff, scores that are live."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from smartshop.identity.models import Role, RoleAssignment
from smartshop.identity.rules.roles import Role as RoleName
from smartshop.insights.models import LiveRun
from smartshop.orders.models import Order

Condition = sa.ColumnElement[bool]

NET = Order.total_minor - Order.returned_minor
"""What stayed of an order, in minor units: its total less what came back."""


class utc_day(FunctionElement[str]):  # noqa: N801 - reads as the SQL function it is
    """The UTC day of a stored moment as ``YYYY-MM-DD``, alike in both databases."""

    inherit_cache = True
    type = sa.String()


@compiles(utc_day, "sqlite")
def _sqlite_day(element: utc_day, compiler: Any, **kwargs: Any) -> str:
    return f"substr({compiler.process(element.clauses, **kwargs)}, 1, 10)"


@compiles(utc_day, "postgresql")
def _postgresql_day(element: utc_day, compiler: Any, **kwargs: Any) -> str:
    return f"to_char({compiler.process(element.clauses, **kwargs)} AT TIME ZONE 'UTC', 'YYYY-MM-DD')"


def kept(currency: str) -> Condition:
    """Orders that count: not cancelled, in the shop's currency (amounts of two currencies do not add up)."""
    return sa.and_(Order.state != "cancelled", Order.currency == currency)


def by_scan(column: Any) -> sa.ColumnElement[int]:
    """A number to group by in the order rows are found: SQLite would else walk the column's index, five times as slow."""
    return sa.cast(column, sa.Integer)


def is_staff(person_id: sa.ColumnElement[int] | Any) -> Condition:
    """Whether a person holds any role beside that of a customer."""
    return (
        sa.exists()
        .where(
            RoleAssignment.person_id == person_id,
            RoleAssignment.role_id == Role.id,
            Role.name != RoleName.CUSTOMER,
        )
        .correlate_except(RoleAssignment, Role)
    )


def live_run(question: str) -> sa.ScalarSelect[int]:
    """The id of the run a question serves from."""
    return sa.select(LiveRun.run_id).where(LiveRun.question == question).scalar_subquery()


def containing(text: str) -> str:
    """A LIKE pattern for columns that contain ``text``; escape character is the backslash."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def clamped(page: int, size: int, total: int) -> int:
    """The nearest page number that exists."""
    return min(max(1, page), max(1, -(-total // size)))
