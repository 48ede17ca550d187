"""How often something may be done in a while, counted in the database: many processes and addresses share one count."""

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


class Allowance(Base):
    __tablename__ = "allowances"
    __table_args__ = (sa.CheckConstraint("spent > 0", name="something_is_spent"),)

    name: so.Mapped[str] = so.mapped_column(sa.String(120), primary_key=True)
    began_at: so.Mapped[datetime] = so.mapped_column(index=True)
    spent: so.Mapped[int]


def spend(*, name: str, most: int, per: timedelta) -> bool:
    """Take one of ``most`` times in a window that begins with the first; False when they are used up."""
    moment = clock.now()
    is_over = Allowance.began_at <= moment - per
    statement = _insert().values(name=name, began_at=moment, spent=1)
    with unit_of_work():
        spent = db.session.scalar(
            statement.on_conflict_do_update(
                index_elements=["name"],
                set_={
                    "spent": sa.case((is_over, 1), else_=Allowance.spent + 1),
                    "began_at": sa.case((is_over, moment), else_=Allowance.began_at),
                },
                where=sa.or_(is_over, Allowance.spent < most),
            ).returning(Allowance.spent)
        )
    return spent is not None


def seconds_left(*, name: str, most: int, per: timedelta) -> int:
    """In how many seconds the window ends whose ``most`` times are used up; 0 while one is left."""
    moment = clock.now()
    used_up = sa.select(Allowance.began_at).where(
        Allowance.name == name, Allowance.spent >= most, Allowance.began_at > moment - per
    )
    began_at = db.session.scalar(used_up)
    return max(1, ceil((began_at + per - moment).total_seconds())) if began_at else 0


def forget(*, older_than: timedelta) -> int:
    """Drop the counts whose window began longer ago; returns how many."""
    with unit_of_work():
        done: Any = db.session.execute(
            sa.delete(Allowance).where(Allowance.began_at < clock.now() - older_than)
        )
    return int(done.rowcount)


def _insert() -> Any:
    dialect: Any = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    return dialect.insert(Allowance)
