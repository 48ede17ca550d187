"""What every move of an order shares: the locked row, the page's revision, the state table and the log."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from smartshop.kernel import audit
from smartshop.kernel.errors import Conflict, NotFound
from smartshop.kernel.extensions import db
from smartshop.orders.models import Order, OrderLine
from smartshop.orders.rules.states import State, check_move


class OutOfDate(Conflict):
    """Somebody did something to the order since the page was opened."""

    code = "out_of_date"


def locked(*, number: str, revision: int | None) -> Order:
    """The order, locked until the commit, its revision counted up; None skips the check of the page's revision.

    Raises NotFound and OutOfDate. A form that is sent twice is out of date the second time.
    """
    order = db.session.scalar(
        sa.select(Order)
        .where(Order.number == number)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if order is None:
        raise NotFound("There is no such order.")
    if revision is not None and revision != order.revision:
        raise OutOfDate("The order has changed since you opened this page. Look at it again, then decide.")
    order.revision += 1
    return order


def lines_of(order: Order) -> Sequence[OrderLine]:
    """The lines of a locked order, in order."""
    return db.session.scalars(
        sa.select(OrderLine)
        .where(OrderLine.order_id == order.id)
        .order_by(OrderLine.position)
        .execution_options(populate_existing=True)
    ).all()


def move(order: Order, after: State, *, actor: audit.Actor, reason: str) -> None:
    """Take an order to another state and log who did it and why.

    Raises ImpossibleMove.
    """
    before = State(order.state)
    check_move(before, after)
    order.state = after
    note(order, "order.moved", {"state": after}, actor=actor, before={"state": before}, reason=reason)


def note(
    order: Order,
    action: str,
    after: dict[str, Any],
    *,
    actor: audit.Actor,
    before: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Log what was done to an order."""
    audit.record(
        actor=actor,
        action=action,
        subject=f"order:{order.number}",
        before=before,
        after=after,
        reason=reason,
    )
