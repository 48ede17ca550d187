"""The log of searches that found nothing."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from smartshop.catalog.models import SearchMiss
from smartshop.catalog.rules import searching
from smartshop.kernel import batches, clock
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work

MOST_KEPT = 5000


def note(*, query: str) -> None:
    """Count a search that found nothing; the longest ago makes room when the log is full."""
    counted = searching.normalised(query)
    if not counted:
        return
    with unit_of_work():
        dialect = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
        statement = dialect.insert(SearchMiss).values(asked=counted, times=1, last_at=clock.now())
        db.session.execute(
            statement.on_conflict_do_update(
                index_elements=["asked"], set_={"times": SearchMiss.times + 1, "last_at": clock.now()}
            )
        )
        spare = (db.session.scalar(sa.select(sa.func.count()).select_from(SearchMiss)) or 0) - MOST_KEPT
        if spare > 0:
            oldest = db.session.scalars(
                sa.select(SearchMiss.asked).order_by(SearchMiss.last_at, SearchMiss.asked).limit(spare)
            ).all()
            db.session.execute(sa.delete(SearchMiss).where(SearchMiss.asked.in_(oldest)))


def forget_old(*, before: datetime) -> int:
    """Delete the searches that were last made before a moment, in batches; returns how many."""
    return batches.delete(SearchMiss.asked, SearchMiss.last_at < before)
