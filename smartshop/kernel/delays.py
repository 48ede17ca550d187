"""Tries that are followed by growing pauses, counted in the database: many processes and addresses share one count.

A try is taken before its outcome is known, so that many at once cannot share one. What succeeds forgets the count.
"""

from datetime import datetime, timedelta
from math import ceil
from typing import Any

import sqlalchemy as sa
import sqlalchemy.orm as so
from sqlalchemy.dialects import postgresql, sqlite

from smartshop.kernel import clock
from smartshop.kernel.db import Base
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work

FREE = 5
"""So many tries have no pause between them."""
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (15, 30, 60, 120, 240, 480, 900))
"""The pause after the last free try and after each one that follows; the last of them stays."""
FORGOTTEN_AFTER = timedelta(days=1)


class DelayedTry(Base):
    __tablename__ = "delayed_tries"
    __table_args__ = (sa.CheckConstraint("tries > 0", name="something_was_tried"),)

    name: so.Mapped[str] = so.mapped_column(sa.String(160), primary_key=True)
    tries: so.Mapped[int]
    last_at: so.Mapped[datetime] = so.mapped_column(index=True)
    next_at: so.Mapped[datetime]
    """The next try may be made then."""


def take(*, name: str) -> int:
    """Take a try; returns 0, or in how many seconds the next one may be made when this one may not."""
    moment = clock.now()
    long_ago = moment - FORGOTTEN_AFTER
    is_over = DelayedTry.last_at <= long_ago
    statement = _insert().values(name=name, tries=1, last_at=moment, next_at=long_ago)
    with unit_of_work():
        taken = db.session.scalar(
            statement.on_conflict_do_update(
                index_elements=["name"],
                set_={
                    "tries": sa.case((is_over, 1), else_=DelayedTry.tries + 1),
                    "last_at": moment,
                    "next_at": sa.case(
                        (is_over, long_ago), *_pauses(moment, long_ago), else_=moment + PAUSES[-1]
                    ),
                },
                where=sa.or_(is_over, DelayedTry.next_at <= moment),
            ).returning(DelayedTry.tries)
        )
        if taken is not None:
            return 0
        next_at = db.session.scalar(sa.select(DelayedTry.next_at).where(DelayedTry.name == name))
    return max(1, ceil(((next_at or moment) - moment).total_seconds()))


def _pauses(moment: datetime, long_ago: datetime) -> list[tuple[sa.ColumnElement[bool], datetime]]:
    """When the next try may be made, by the number of tries before this one."""
    after = [(DelayedTry.tries == FREE - 1 + step, moment + pause) for step, pause in enumerate(PAUSES)]
    return [(DelayedTry.tries < FREE - 1, long_ago), *after]


def forget(*, name: str) -> None:
    """Begin the count anew."""
    with unit_of_work():
        db.session.execute(sa.delete(DelayedTry).where(DelayedTry.name == name))


def forget_old(*, older_than: timedelta) -> int:
    """Drop the counts that nobody has added to for so long; returns how many."""
    with unit_of_work():
        done: Any = db.session.execute(
            sa.delete(DelayedTry).where(DelayedTry.last_at < clock.now() - older_than)
        )
    return int(done.rowcount)


def _insert() -> Any:
    dialect: Any = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    return dialect.insert(DelayedTry)
