"""How many rows every table holds: what a refusal must leave as it was."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from smartshop.kernel.extensions import db


def row_counts(*, leaving_out: Collection[str] = ()) -> dict[str, int]:
    """The number of rows by table name."""
    tables = [table for table in db.metadata.sorted_tables if table.name not in leaving_out]
    counts = [sa.select(sa.func.count()).select_from(table).scalar_subquery() for table in tables]
    row = db.session.execute(sa.select(*counts)).one()
    return {table.name: count for table, count in zip(tables, row, strict=True)}


NOTES_OF_A_VISIT = frozenset({"events", "sign_ins"})
"""Tables that any visit may write to, also one that is refused."""


def contents(*, leaving_out: Collection[str] = NOTES_OF_A_VISIT) -> dict[str, list[tuple[object, ...]]]:
    """Every row by table name, as committed by now."""
    db.session.rollback()
    tables = [table for table in db.metadata.sorted_tables if table.name not in leaving_out]
    found = {
        table.name: sorted((tuple(row) for row in db.session.execute(sa.select(table))), key=repr)
        for table in tables
    }
    db.session.rollback()
    return found


@contextmanager
def nothing_changes(*, leaving_out: Collection[str] = NOTES_OF_A_VISIT) -> Iterator[None]:
    """Whatever happens inside, every row of every other table is as it was."""
    before = contents(leaving_out=leaving_out)
    yield
    after = contents(leaving_out=leaving_out)
    changed = {name: (before[name], after[name]) for name in before if before[name] != after[name]}
    assert changed == {}
