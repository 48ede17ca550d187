"""Prepared statements do what SQLAlchemy does with the same ones, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import (
    IntegrityError,
    InvalidRequestError,
    MultipleResultsFound,
    NoResultFound,
    OperationalError,
)

from smartshop.catalog.models import Category, Product
from smartshop.inventory.models import StockLevel, StockMovement
from smartshop.kernel import prepared, statements
from smartshop.kernel.audit import AuditRecord
from smartshop.kernel.db import UtcDateTime
from smartshop.kernel.extensions import db
from smartshop.kernel.prepared import Prepared
from smartshop.kernel.uow import unit_of_work
from tests.factories import make_category, make_product
from tests.query_count import counted_queries

AT = datetime(2026, 3, 14, 15, 9, 26, 535897, UTC)
RECORD = sa.insert(AuditRecord).returning(AuditRecord.id)
GIVEN = {
    "at": AT,
    "actor_label": "system",
    "action": "a.b",
    "subject": "c:1",
    "before": {"deep": [1, None, "é"]},
}
WHOLE = sa.select(*AuditRecord.__table__.columns).order_by(AuditRecord.id)


def rows_by_sqlalchemy(
    statement: sa.Select[*tuple[object, ...]], **values: object
) -> list[tuple[object, ...]]:
    return [tuple(row) for row in db.session.connection().execute(statement, values)]


def test_what_is_written_is_what_sqlalchemy_writes_and_reads(any_app: Flask) -> None:
    with unit_of_work():
        first = statements.one(Prepared(RECORD), GIVEN)
        second = db.session.connection().execute(RECORD, GIVEN).scalar_one()
    mine, theirs = statements.run(Prepared(WHOLE))
    assert (mine.id, theirs.id) == (first, second)
    assert tuple(mine[1:]) == tuple(theirs[1:])
    assert [tuple(mine), tuple(theirs)] == rows_by_sqlalchemy(WHOLE)
    assert (mine.at, mine.before, mine.after, mine.actor_id) == (AT, GIVEN["before"], {}, None)


def test_columns_that_are_not_given_are_filled_for_every_row_anew(any_app: Flask) -> None:
    with unit_of_work():
        statements.run(Prepared(sa.insert(AuditRecord)), [GIVEN, GIVEN | {"subject": "c:2"}])
    one, two = statements.run(Prepared(WHOLE))
    assert (one.subject, two.subject, one.after, one.reason) == ("c:1", "c:2", {}, "")


@pytest.mark.parametrize("size", [1, 2, prepared.LONGEST + 1])
def test_a_list_may_have_any_length(any_app: Flask, size: int) -> None:
    ids = [make_category(name=f"No {number}", slug=f"no-{number}") for number in range(3)]
    among = (
        sa.select(Category.name)
        .where(Category.id.in_(sa.bindparam("ids", expanding=True)))
        .order_by(Category.id)
    )
    sought = [*ids, *range(10_000, 10_000 + size)][:size]
    assert [row.name for row in statements.run(Prepared(among), {"ids": sought})] == [
        f"No {number}" for number in range(min(size, 3))
    ]


def test_the_sql_of_long_lists_is_not_kept(any_app: Flask) -> None:
    among = Prepared(sa.select(Category.id).where(Category.id.in_(sa.bindparam("ids", expanding=True))))
    for size in (3, prepared.LONGEST + 1):
        statements.run(among, {"ids": list(range(size))})
    assert len(among._forms) == 1


def test_a_value_that_is_asked_for_is_asked_each_time(any_app: Flask) -> None:
    clock = [AT]
    asked = sa.bindparam("now", callable_=lambda: clock[0], type_=UtcDateTime())
    which = Prepared(sa.select(sa.literal(1)).where(asked > sa.bindparam("at", type_=UtcDateTime())))
    assert statements.one(which, {"at": AT}) is None
    clock[0] += timedelta(days=1)
    assert statements.one(which, {"at": AT}) == 1


def test_an_update_says_how_many_rows_it_changed_and_gives_them_back(any_app: Flask) -> None:
    variant_id = make_product(on_hand=5).variant_id
    less = Prepared(
        sa.update(StockLevel)
        .where(StockLevel.variant_id == sa.bindparam("id"), StockLevel.on_hand >= sa.bindparam("wanted"))
        .values(on_hand=StockLevel.on_hand - sa.bindparam("wanted"))
        .returning(StockLevel.on_hand, StockLevel.is_tracked)
    )
    with unit_of_work():
        taken = statements.run(less, {"id": variant_id, "wanted": 3}).one()
        assert (taken.on_hand, taken.is_tracked) == (2, True)
        assert statements.run(less, {"id": variant_id, "wanted": 3}).one_or_none() is None
    plain = Prepared(
        sa.update(StockLevel).where(StockLevel.variant_id == sa.bindparam("id")).values(on_hand=9)
    )
    with unit_of_work():
        assert [statements.run(plain, {"id": number}).rowcount for number in (variant_id, 4711)] == [1, 0]


def test_what_the_database_refuses_is_told_as_sqlalchemy_tells_it(any_app: Flask) -> None:
    make_category(name="Mugs", slug="mugs")
    again = {"slug": "mugs", "name": "More mugs", "position": 1}
    with pytest.raises(IntegrityError, match="INSERT INTO categories"), unit_of_work():
        statements.run(Prepared(sa.insert(Category)), again)
    assert statements.one(Prepared(sa.select(sa.func.count(Category.id)))) == 1


def test_a_missing_value_is_named_and_nothing_is_run(any_app: Flask) -> None:
    named = Prepared(sa.select(Category.id).where(Category.slug == sa.bindparam("slug")))
    with pytest.raises(InvalidRequestError, match="slug"):
        statements.run(named, {})


def test_one_row_means_one(any_app: Flask) -> None:
    for number in range(2):
        make_category(name=f"No {number}", slug=f"no-{number}")
    every = Prepared(sa.select(Category.id).where(Category.id > sa.bindparam("above")))
    with pytest.raises(MultipleResultsFound):
        statements.run(every, {"above": 0}).one()
    with pytest.raises(NoResultFound):
        statements.run(every, {"above": 10_000}).one()


def test_the_own_words_of_a_statement_stand_in_its_sql(any_app: Flask) -> None:
    make_category(name="50 % off 'n' more", slug="off")
    own = Prepared(
        sa.select(Category.id).where(
            Category.name == "50 % off 'n' more",
            Category.position >= 0,
            Category.slug == sa.bindparam("slug"),
        )
    )
    with counted_queries() as queries:
        assert [len(statements.run(own, {"slug": slug})) for slug in ("off", "of'f")] == [1, 0]
    assert all("off ''n'' more'" in query and "of'f" not in query for query in queries)


def test_budgets_of_queries_count_prepared_statements_too(any_app: Flask) -> None:
    with counted_queries() as queries:
        statements.run(Prepared(sa.select(Product.id)))
    assert len(queries) == 1


def test_a_lock_that_does_not_come_is_told_as_sqlalchemy_tells_it(app: Flask) -> None:
    with pytest.raises(OperationalError):
        statements.run(Prepared(sa.select(sa.literal_column("no_such_column")).select_from(StockMovement)))
