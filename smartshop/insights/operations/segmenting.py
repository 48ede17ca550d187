"""The table of segments and what follows from it: who is what, who moved, and which offers they see."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
import sqlalchemy.orm as so

from smartshop.insights.models import LiveRun, SegmentCell, SegmentMove, SegmentScore
from smartshop.insights.queries import grid as grids
from smartshop.insights.queries.grid import Cell
from smartshop.insights.queries.segments import SEGMENTS
from smartshop.kernel import audit, batches, clock, leases
from smartshop.kernel.errors import Invalid
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.pricing.operations import audiences

TURN = "segments"


def change_table(*, grid: Mapping[Cell, str], actor: audit.Actor) -> int:
    """Put another table in force for the scores that are served and for every training from now on.

    Returns how many customers are in another segment now. Raises Invalid with the cells that name no segment or are
    missing; nothing is changed then.
    """
    _check(grid)
    with unit_of_work():
        leases.wait_for_turn(TURN)
        held = grids.table()
        changed = [cell for cell in sorted(held) if held[cell] != grid[cell]]
        if not changed:
            return 0
        db.session.execute(sa.delete(SegmentCell))
        db.session.execute(
            sa.insert(SegmentCell),
            [{"recency": r, "value": v, "segment": name} for (r, v), name in sorted(grid.items())],
        )
        audit.record(
            actor=actor,
            action="segments.changed",
            subject="segments",
            before={_called(cell): held[cell] for cell in changed},
            after={_called(cell): grid[cell] for cell in changed},
        )
        live = db.session.get(LiveRun, "rfm", populate_existing=True)
        return _apply(live.run_id, cause="table") if live else 0


def follow_run(*, run_id: int, previous: int | None, cause: str) -> None:
    """Inside the unit of work that makes a run the live one: the table in force, who moved, and the audiences."""
    leases.wait_for_turn(TURN)
    _segment_again(run_id)
    if previous is not None:
        _note_moves(previous, run_id, cause)
    _tell_audiences(run_id)


def forget_moves(*, person_id: int) -> None:
    """Delete the moves of a person, inside the caller's unit of work."""
    db.session.execute(sa.delete(SegmentMove).where(SegmentMove.person_id == person_id))


def forget_old_moves(*, before: datetime) -> int:
    """Delete the moves before a moment, in batches; returns how many."""
    return batches.delete(SegmentMove.id, SegmentMove.at < before)


def _check(grid: Mapping[Cell, str]) -> None:
    wrong = {
        _called(cell): f"Choose one of: {', '.join(SEGMENTS)}."
        for cell in grids.DEFAULT
        if grid.get(cell) not in SEGMENTS
    }
    if wrong:
        raise Invalid("Every cell of the table needs one of the segments.", wrong)
    if len(grid) != len(grids.DEFAULT):
        raise Invalid("The table has five rows and five columns; there are cells beyond it.")


def _called(cell: Cell) -> str:
    return f"r{cell[0]}-v{cell[1]}"


def _apply(run_id: int, *, cause: str) -> int:
    """The table on the scores of a run, moves noted; returns how many moved."""
    wanted = _wanted()
    moves = sa.select(
        SegmentScore.person_id,
        sa.literal(clock.now(), SegmentMove.at.type),
        SegmentScore.segment,
        wanted,
        sa.literal(cause),
    ).where(SegmentScore.run_id == run_id, SegmentScore.segment != wanted)
    db.session.execute(sa.insert(SegmentMove).from_select(MOVE, moves))
    moved = _segment_again(run_id)
    _tell_audiences(run_id)
    return moved


MOVE = ["person_id", "at", "from_segment", "to_segment", "cause"]


def _wanted() -> sa.ScalarSelect[str]:
    """The segment that the table gives a score; null where no table was ever kept."""
    return (
        sa.select(SegmentCell.segment)
        .where(
            SegmentCell.recency == SegmentScore.r,
            SegmentCell.value == grids.VALUE_SCORE,
        )
        .correlate(SegmentScore)
        .scalar_subquery()
    )


def _segment_again(run_id: int) -> int:
    wanted = _wanted()
    done: Any = db.session.execute(
        sa.update(SegmentScore)
        .where(SegmentScore.run_id == run_id, SegmentScore.segment != wanted)
        .values(segment=wanted)
        .execution_options(synchronize_session=False)
    )
    return int(done.rowcount)


def _note_moves(previous: int, run_id: int, cause: str) -> None:
    """Who is in another segment than under the run before, who came, and who is in none any more."""
    before, after = so.aliased(SegmentScore), so.aliased(SegmentScore)
    told = (sa.literal(clock.now(), SegmentMove.at.type), sa.literal(cause))
    came = (
        sa.select(after.person_id, told[0], before.segment, after.segment, told[1])
        .outerjoin(before, sa.and_(before.person_id == after.person_id, before.run_id == previous))
        .where(after.run_id == run_id, before.segment.is_distinct_from(after.segment))
    )
    left = (
        sa.select(before.person_id, told[0], before.segment, sa.null(), told[1])
        .outerjoin(after, sa.and_(after.person_id == before.person_id, after.run_id == run_id))
        .where(before.run_id == previous, after.person_id.is_(None))
    )
    for moves in (came, left):
        db.session.execute(sa.insert(SegmentMove).from_select(MOVE, moves))


def _tell_audiences(run_id: int) -> None:
    """Let promotions know who is in which segment from now on."""
    of_run = SegmentScore.run_id == run_id
    audiences.fill(members=sa.select(SegmentScore.person_id, SegmentScore.segment).where(of_run))
