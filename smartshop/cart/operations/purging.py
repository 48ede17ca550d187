"""Deleting the carts of guests who do not come back."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from smartshop.cart.models import Cart
from smartshop.kernel import clock
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work

BATCH = 500


def purge(*, untouched_for: timedelta, batch: int = BATCH) -> int:
    """Delete guests' carts that nobody touched for so long, whatever their state; returns how many.

    A transaction a batch. Orders keep all they say: their lines are copies. A cart that is touched meanwhile stays.
    """
    is_stale = sa.and_(Cart.person_id.is_(None), Cart.updated_at < clock.now() - untouched_for)
    oldest = sa.select(Cart.id).where(is_stale).order_by(Cart.updated_at).limit(batch)
    purged = 0
    while gone := _delete(sa.delete(Cart).where(Cart.id.in_(oldest.scalar_subquery()), is_stale)):
        purged += gone
    return purged


def _delete(statement: sa.Delete) -> int:
    with unit_of_work():
        done: Any = db.session.execute(statement, execution_options={"synchronize_session": False})
        return int(done.rowcount)
