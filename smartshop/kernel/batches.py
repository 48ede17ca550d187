"""Deleting much, a little at a time: nobody waits for long behind it."""

from typing import Any

import sqlalchemy as sa
import sqlalchemy.orm as so

from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work

BATCH = 1000


def delete(
    key: so.InstrumentedAttribute[Any], condition: sa.ColumnElement[bool], *, batch: int = BATCH
) -> int:
    """Delete the rows of ``key``'s table that meet the condition, a transaction a batch; returns how many."""
    some = sa.select(key).where(condition).order_by(key).limit(batch).scalar_subquery()
    statement = sa.delete(key.class_).where(key.in_(some), condition)
    gone = 0
    while done := _run(statement):
        gone += done
    return gone


def _run(statement: sa.Delete) -> int:
    with unit_of_work():
        done: Any = db.session.execute(statement, execution_options={"synchronize_session": False})
        return int(done.rowcount)
