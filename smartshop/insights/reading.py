"""Tables out of the database as Arrow, several statements from one snapshot.

PostgreSQL answers them in one transaction that sees one state. SQLite's file is copied first and the copy is read,
because ADBC carries its own SQLite, whose closing would drop this process's locks on the live file.
"""

import sqlite3
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from smartshop.kernel.extensions import db

Statement = sa.Select[*tuple[Any, ...]]
BATCH_ROWS = 65_536
ONE_STATE = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"


def read(wanted: Sequence[tuple[Statement, Mapping[str, pa.DataType]]]) -> list[pa.Table]:
    """What each statement finds, with the columns and types named beside it.

    A statement's values are written into its text: they must be ours, never what somebody typed. A column must not be
    empty throughout its first rows, or SQLite's reader takes it for whole numbers.
    """
    texts = [
        str(statement.compile(db.engine, compile_kwargs={"literal_binds": True})) for statement, _ in wanted
    ]
    found = (_read_sqlite if db.engine.dialect.name == "sqlite" else _read_postgresql)(texts)
    return [
        pa.table({name: _column(table[name], kind) for name, kind in columns.items()})
        for table, (_, columns) in zip(found, wanted, strict=True)
    ]


def _read_sqlite(texts: Sequence[str]) -> list[pa.Table]:
    from adbc_driver_sqlite import dbapi

    with tempfile.TemporaryDirectory(prefix="smartshop-snapshot-") as folder:
        copy = Path(folder) / "shop.db"
        _back_up(copy)
        with dbapi.connect(str(copy)) as connection, connection.cursor() as cursor:
            cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": str(BATCH_ROWS)})
            return [_fetched(cursor, text) for text in texts]


def _back_up(copy: Path) -> None:
    source = db.engine.raw_connection()
    try:
        with closing(sqlite3.connect(copy)) as target:
            live: Any = source.driver_connection
            target.execute("PRAGMA synchronous = OFF")
            live.backup(target)
    finally:
        source.close()


def _read_postgresql(texts: Sequence[str]) -> list[pa.Table]:
    from adbc_driver_postgresql import dbapi

    address = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with dbapi.connect(address) as connection, connection.cursor() as cursor:
        cursor.execute(ONE_STATE)
        return [_fetched(cursor, text) for text in texts]


def _fetched(cursor: Any, text: str) -> pa.Table:
    cursor.execute(text)
    table: pa.Table = cursor.fetch_arrow_table()
    return table


def _column(values: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    if pa.types.is_timestamp(values.type) and values.type.tz is not None:
        values = values.cast(pa.timestamp("us", tz="UTC"))
    if pa.types.is_dictionary(kind):
        return values.cast(kind.value_type).dictionary_encode()
    return values.cast(kind)
