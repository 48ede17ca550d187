"""The table of segments: which segment each recency score and each mean of frequency and money is, and who that makes what."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from smartshop.insights.models import SegmentCell, SegmentScore
from smartshop.insights.queries.counting import live_run
from smartshop.insights.queries.segments import SEGMENTS
from smartshop.kernel.extensions import db

Cell = tuple[int, int]
Grid = Mapping[Cell, str]
"""Segment by (recency score, mean of the frequency and monetary scores with halves up), each from 1 to 5."""

DEFAULT_ROWS = {
    5: ("New", "Potential Loyalist", "Potential Loyalist", "Champions", "Champions"),
    4: ("Promising", "Promising", "Potential Loyalist", "Loyal", "Champions"),
    3: ("About to Sleep", "About to Sleep", "Needs Attention", "Loyal", "Loyal"),
    2: ("Hibernating", "Hibernating", "At Risk", "At Risk", "Can't Lose"),
    1: ("Lost", "Lost", "At Risk", "Can't Lose", "Can't Lose"),
}
DEFAULT: Grid = {
    (recency, value): name
    for recency, names in DEFAULT_ROWS.items()
    for value, name in enumerate(names, start=1)
}
"""What holds until somebody changes it; equal to `ml.rfm.TABLE`."""

VALUE_SCORE = (SegmentScore.f + SegmentScore.m + 1) // 2


@dataclass(frozen=True)
class Shift:
    """A segment's live customers now, and under another table."""

    segment: str
    now: int
    then: int


@dataclass(frozen=True)
class Preview:
    """What another table would do: every segment in its order, and how many customers would change theirs."""

    shifts: tuple[Shift, ...]
    moved: int


def table() -> dict[Cell, str]:
    """The table that holds, all 25 cells; one query."""
    kept = {(cell.recency, cell.value): cell.segment for cell in db.session.scalars(sa.select(SegmentCell))}
    return {**DEFAULT, **kept}


def rows() -> dict[int, list[str]]:
    """The table that holds by recency score, as a training takes it."""
    held = table()
    return {recency: [held[recency, value] for value in range(1, 6)] for recency in range(1, 6)}


def preview(grid: Grid) -> Preview:
    """Live customers by segment now and under ``grid``, nothing changed; one query."""
    counted = db.session.execute(
        sa.select(SegmentScore.r, VALUE_SCORE, SegmentScore.segment, sa.func.count())
        .where(SegmentScore.run_id == live_run("rfm"))
        .group_by(SegmentScore.r, VALUE_SCORE, SegmentScore.segment)
    ).all()
    now: Counter[str] = Counter()
    then: Counter[str] = Counter()
    for recency, mean, segment, customers in counted:
        now[segment] += customers
        then[grid[recency, mean]] += customers
    moved = sum(row[3] for row in counted if grid[row[0], row[1]] != row[2])
    return Preview(tuple(Shift(name, now[name], then[name]) for name in SEGMENTS), moved)
