"""What customers looked for and the shop did not have."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from smartshop.catalog.models import SearchMiss
from smartshop.kernel.extensions import db
from smartshop.kernel.pages import Page


@dataclass(frozen=True)
class Miss:
    asked: str
    times: int
    last_at: datetime


def page_of_misses(*, page: int = 1, size: int = 50) -> Page[Miss]:
    """Searches that found nothing, the most frequent first; two queries."""
    total = db.session.scalar(sa.select(sa.func.count()).select_from(SearchMiss)) or 0
    number = min(max(1, page), max(1, -(-total // size)))
    rows = db.session.execute(
        sa.select(SearchMiss.asked, SearchMiss.times, SearchMiss.last_at)
        .order_by(SearchMiss.times.desc(), SearchMiss.last_at.desc(), SearchMiss.asked)
        .limit(size)
        .offset((number - 1) * size)
    )
    return Page([Miss(*row) for row in rows], number, size, total)
