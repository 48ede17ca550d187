"""Who moved from which segment to which, and when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from smartshop.insights.models import SegmentMove
from smartshop.insights.queries.segments import SEGMENTS
from smartshop.kernel.extensions import db

LATEST = 20


@dataclass(frozen=True)
class Move:
    """One move; no segment before is somebody's first, none after says that they have no orders that stand."""

    at: datetime
    from_segment: str | None
    to_segment: str | None
    cause: str


@dataclass(frozen=True)
class Moves:
    """How many moved from where to where; "" is no segment. ``counts`` has no zeros."""

    counts: Mapping[tuple[str, str], int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def most(self) -> int:
        return max(self.counts.values(), default=0)

    @property
    def sources(self) -> tuple[str, ...]:
        """The segments that anybody left, in their order; "" last."""
        return self._named(0)

    @property
    def targets(self) -> tuple[str, ...]:
        """The segments that anybody entered, in their order; "" last."""
        return self._named(1)

    @property
    def better(self) -> int:
        """How many moved up in the order of segments, the new ones left out."""
        return self._moved(is_up=True)

    @property
    def worse(self) -> int:
        """How many moved down, those without a segment left out."""
        return self._moved(is_up=False)

    def of(self, source: str, target: str) -> int:
        return self.counts.get((source, target), 0)

    def _named(self, end: int) -> tuple[str, ...]:
        found = {pair[end] for pair in self.counts}
        return tuple(name for name in (*SEGMENTS, "") if name in found)

    def _moved(self, *, is_up: bool) -> int:
        place = {name: n for n, name in enumerate(SEGMENTS)}
        return sum(
            count
            for (source, target), count in self.counts.items()
            if source in place and target in place and (place[target] < place[source]) == is_up
        )


def of_person(person_id: int) -> tuple[Move, ...]:
    """The latest moves of a customer, newest first; one query."""
    rows = db.session.execute(
        sa.select(SegmentMove.at, SegmentMove.from_segment, SegmentMove.to_segment, SegmentMove.cause)
        .where(SegmentMove.person_id == person_id)
        .order_by(SegmentMove.at.desc(), SegmentMove.id.desc())
        .limit(LATEST)
    )
    return tuple(Move(*row) for row in rows)


def between(since: datetime, until: datetime) -> Moves:
    """Every move of [since, until) by where from and where to; one query."""
    rows = db.session.execute(
        sa.select(SegmentMove.from_segment, SegmentMove.to_segment, sa.func.count())
        .where(SegmentMove.at >= since, SegmentMove.at < until)
        .group_by(SegmentMove.from_segment, SegmentMove.to_segment)
    )
    return Moves({(source or "", target or ""): count for source, target, count in rows})
