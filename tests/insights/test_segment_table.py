"""The table of segments: read, tried, changed at once, kept through trainings; and who moved."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from ml import rfm
from smartshop.insights import training
from smartshop.insights.models import LiveRun, SegmentCell, SegmentMove, SegmentScore
from smartshop.insights.operations import objecting, segmenting
from smartshop.insights.operations import runs as recording
from smartshop.insights.operations.runs import Outcome
from smartshop.insights.queries import grid, moves, segments
from smartshop.insights.queries.moves import Moves
from smartshop.kernel import audit, clock
from smartshop.kernel.audit import AuditRecord
from smartshop.kernel.config import Settings
from smartshop.kernel.errors import Invalid
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.pricing.models.promotions import AudienceMember
from tests import factories
from tests.insights import histories, scored_shop
from tests.row_counts import nothing_changes

ADMIN = audit.Actor(None, "an admin")
ALL_LOST = dict.fromkeys(grid.DEFAULT, "Lost")
HALF = {cell: "Champions" if cell[1] > 3 else name for cell, name in grid.DEFAULT.items()}


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(scored_shop.TODAY, tick=False):
        yield


@pytest.fixture
def people(any_app: Flask) -> Iterator[list[int]]:
    """Customers whose segments are those of the table that holds."""
    made = scored_shop.fill(customers=20)
    with unit_of_work():
        for score in db.session.scalars(sa.select(SegmentScore)):
            score.segment = grid.DEFAULT[score.r, (score.f + score.m + 1) // 2]
    yield made
    db.session.rollback()


def live() -> dict[int, SegmentScore]:
    db.session.expire_all()
    statement = sa.select(SegmentScore).join(LiveRun, LiveRun.run_id == SegmentScore.run_id)
    return {score.person_id: score for score in db.session.scalars(statement)}


def audience() -> dict[int, str]:
    return {row.person_id: row.segment for row in db.session.scalars(sa.select(AudienceMember))}


def moved() -> list[tuple[int, str | None, str | None, str]]:
    return [
        (row.person_id, row.from_segment, row.to_segment, row.cause)
        for row in db.session.scalars(sa.select(SegmentMove).order_by(SegmentMove.id))
    ]


def rows(of: dict[int, tuple[int, int, int]]) -> list[dict[str, object]]:
    """Scores as a training hands them over, named by the default table."""
    return [
        {"person_id": person, "recency_days": 1, "orders": 1, "revenue_minor": 1, "r": r, "f": f, "m": m,
         "segment": rfm.segment(r, f, m)}
        for person, (r, f, m) in of.items()
    ]  # fmt: skip


def promoted(of: dict[int, tuple[int, int, int]]) -> int:
    run_id = scored_shop.begin_run("rfm", state="running", is_live=False)
    recording.promote(run_id=run_id, outcome=Outcome("promoted", ""), rows=rows(of))
    return run_id


def test_the_table_that_holds_at_first_is_that_of_the_library(app: Flask) -> None:
    assert grid.rows() == {recency: list(names) for recency, names in rfm.TABLE.items()}
    assert set(grid.DEFAULT.values()) == set(segments.SEGMENTS)
    assert all(
        grid.DEFAULT[r, (f + m + 1) // 2] == rfm.segment(r, f, m)
        for r in (1, 5)
        for f in (1, 4)
        for m in (2, 5)
    )


def test_a_preview_counts_what_would_be_and_changes_nothing(people: list[int]) -> None:
    scores = live().values()
    with nothing_changes():
        found = grid.preview(HALF)
    now = Counter(score.segment for score in scores)
    then = Counter(HALF[score.r, (score.f + score.m + 1) // 2] for score in scores)
    assert {each.segment: (each.now, each.then) for each in found.shifts} == {
        name: (now[name], then[name]) for name in segments.SEGMENTS
    }
    assert found.moved == sum(HALF[s.r, (s.f + s.m + 1) // 2] != s.segment for s in scores) > 0


def test_another_table_holds_at_once_for_scores_moves_offers_and_the_log(people: list[int]) -> None:
    before = {person: score.segment for person, score in live().items()}
    expected = grid.preview(HALF).moved
    assert segmenting.change_table(grid=HALF, actor=ADMIN) == expected
    after = live()
    assert all(score.segment == HALF[score.r, (score.f + score.m + 1) // 2] for score in after.values())
    assert sorted(moved()) == sorted(
        (person, was, after[person].segment, "table")
        for person, was in before.items()
        if was != after[person].segment
    )
    assert audience() == {person: score.segment for person, score in after.items()}
    assert grid.table() == HALF
    record = db.session.scalars(sa.select(AuditRecord).where(AuditRecord.action == "segments.changed")).one()
    assert (record.before["r1-v4"], record.after["r1-v4"]) == ("Can't Lose", "Champions")
    assert "r1-v1" not in record.after
    with nothing_changes():
        assert segmenting.change_table(grid=HALF, actor=ADMIN) == 0


@pytest.mark.parametrize(
    ("grid_", "said"),
    [
        ({**HALF, (3, 3): "Friends"}, "r3-v3"),
        ({cell: name for cell, name in HALF.items() if cell != (5, 1)}, "r5-v1"),
        ({**HALF, (2, 2): ""}, "r2-v2"),
    ],
)
def test_a_cell_that_names_no_segment_is_refused_and_nothing_changes(
    people: list[int], grid_: dict[grid.Cell, str], said: str
) -> None:
    with nothing_changes():
        with pytest.raises(Invalid) as refused:
            segmenting.change_table(grid=grid_, actor=ADMIN)
    assert set(refused.value.fields) == {said}
    with pytest.raises(Invalid, match="cells beyond"):
        segmenting.change_table(grid={**HALF, (6, 6): "Lost"}, actor=ADMIN)


def test_a_table_can_be_changed_before_anybody_is_scored(app: Flask) -> None:
    assert segmenting.change_table(grid=ALL_LOST, actor=ADMIN) == 0
    assert set(grid.table().values()) == {"Lost"}


def test_the_next_training_uses_the_table(shop: Flask, settings: Settings) -> None:
    segmenting.change_table(grid=HALF, actor=ADMIN)
    room = training.classroom(settings=settings, questions=["rfm"], as_of=histories.END)
    with time_machine.travel(histories.END.replace(hour=9), tick=True):
        report = training.run("rfm", room)
    assert report.is_promoted
    assert all(score.segment == HALF[score.r, (score.f + score.m + 1) // 2] for score in live().values())
    assert moved() == []


def test_a_training_that_began_under_the_old_table_is_published_under_the_new(people: list[int]) -> None:
    run_id = scored_shop.begin_run("rfm", state="running", is_live=False)
    segmenting.change_table(grid=ALL_LOST, actor=ADMIN)
    recording.promote(run_id=run_id, outcome=Outcome("promoted", ""), rows=rows({people[0]: (5, 5, 5)}))
    assert {person: score.segment for person, score in live().items()} == {people[0]: "Lost"}
    assert audience() == {people[0]: "Lost"}


def test_a_training_notes_who_changed_who_came_and_who_left_and_nobody_else(any_app: Flask) -> None:
    stays, rises, comes, goes = (factories.make_known_person() for _ in range(4))
    promoted({stays: (3, 3, 3), rises: (5, 3, 3), goes: (1, 1, 1)})
    assert moved() == [], "the first training moves nobody"
    promoted({stays: (3, 3, 3), rises: (5, 5, 5), comes: (5, 1, 1)})
    assert sorted(moved(), key=str) == sorted(
        [
            (rises, "Potential Loyalist", "Champions", "training"),
            (comes, None, "New", "training"),
            (goes, "Lost", None, "training"),
        ],
        key=str,
    )
    (step,) = moves.of_person(rises)
    assert (step.at, step.from_segment, step.to_segment) == (clock.now(), "Potential Loyalist", "Champions")
    recording.roll_back(question="rfm", actor=ADMIN)
    assert sorted(moved()[3:], key=str) == sorted(
        [
            (rises, "Champions", "Potential Loyalist", "rollback"),
            (comes, "New", None, "rollback"),
            (goes, None, "Lost", "rollback"),
        ],
        key=str,
    )
    db.session.rollback()


def test_moves_of_a_period_are_counted_from_and_to(app: Flask) -> None:
    people = [factories.make_known_person() for _ in range(3)]
    rng = random.Random(4)
    written = [
        (rng.choice(people), rng.choice([None, "Loyal", "At Risk"]), rng.choice(["Champions", "Lost"]), n)
        for n in range(30)
    ]
    with unit_of_work():
        db.session.add_all(
            SegmentMove(
                person_id=person,
                at=clock.now() - timedelta(days=n),
                from_segment=a,
                to_segment=b,
                cause="training",
            )
            for person, a, b, n in written
        )
    found = moves.between(clock.now() - timedelta(days=10), clock.now())
    assert found.counts == Counter((a or "", b) for _, a, b, n in written if 0 < n <= 10)
    assert found.total == 10
    assert [m.at for m in moves.of_person(people[0])] == sorted(
        (clock.now() - timedelta(days=n) for person, *_, n in written if person == people[0]), reverse=True
    )


def test_up_and_down_leave_out_who_came_and_who_left() -> None:
    found = Moves({("Loyal", "Champions"): 3, ("Loyal", "Lost"): 2, ("", "New"): 9, ("New", ""): 4})
    assert (found.better, found.worse, found.total, found.most) == (3, 2, 18, 9)
    assert found.sources == ("Loyal", "New", "")
    assert found.targets == ("Champions", "New", "Lost", "")


def test_who_objects_to_scores_has_no_moves(people: list[int]) -> None:
    segmenting.change_table(grid=ALL_LOST, actor=ADMIN)
    gone = moved()[0][0]
    objecting.drop_scores(person_id=gone)
    assert gone not in {person for person, *_ in moved()}
    assert moved()


def test_old_moves_are_forgotten_and_new_ones_stay(people: list[int]) -> None:
    segmenting.change_table(grid=ALL_LOST, actor=ADMIN)
    kept = len(moved())
    assert segmenting.forget_old_moves(before=clock.now()) == 0
    later = clock.now() + timedelta(days=1)
    assert segmenting.forget_old_moves(before=later) == kept > 0
    assert moved() == []


def test_the_table_holds_one_row_a_cell(people: list[int]) -> None:
    for each in (ALL_LOST, HALF):
        segmenting.change_table(grid=each, actor=ADMIN)
        assert db.session.scalar(sa.select(sa.func.count()).select_from(SegmentCell)) == 25
