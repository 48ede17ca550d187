"""SQLite and PostgreSQL give the same frames and the same features, to the last bit."""

import csv
import lzma
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from flask import Flask

from ml import features
from smartshop.insights import frames
from smartshop.insights.frames import History
from tests.databases import PostgresDatabase, SqliteDatabase
from tests.insights import histories
from tests.requirements import data_file

pytestmark = pytest.mark.postgres
Both = tuple[History, History]
ROWS = 30_000


def read_both(
    databases: tuple[SqliteDatabase, PostgresDatabase], fill: Callable[[Flask], object], as_of: datetime
) -> Both:
    found = []
    for database in databases:
        database.renew()
        with database.app.app_context():
            fill(database.app)
            found.append(frames.history(as_of, currency="GBP"))
    return found[0], found[1]


@pytest.fixture
def databases(
    sqlite_database: SqliteDatabase, postgres_database: PostgresDatabase
) -> tuple[SqliteDatabase, PostgresDatabase]:
    return sqlite_database, postgres_database


@pytest.fixture
def retail_slice(tmp_path: Path) -> Path:
    """The first rows of Online Retail, a month with their credit notes."""
    path = tmp_path / "slice.csv"
    with lzma.open(data_file("online_retail.csv.xz"), "rt", encoding="utf-8", newline="") as source:
        with path.open("w", encoding="utf-8", newline="") as target:
            rows = csv.reader(source)
            csv.writer(target).writerows(row for _, row in zip(range(ROWS + 1), rows, strict=False))
    return path


def test_a_shop_full_of_everything_gives_the_same_features(
    databases: tuple[SqliteDatabase, PostgresDatabase],
) -> None:
    ours, theirs = read_both(databases, lambda _: histories.write_full_history(), histories.END)
    for name in ("cancelled", "events"):
        left, right = getattr(ours.traces, name), getattr(theirs.traces, name)
        assert len(left) > 50
        pd.testing.assert_frame_equal(_sorted(left), _sorted(right), check_exact=True)
    moments = [histories.END - timedelta(days=days) for days in (0, 45, 90, 180, 270)]
    found = same_features((ours, theirs), moments)
    assert (found[list(features.NAMES)].nunique() > 2).all()


@pytest.mark.data
@pytest.mark.slow
def test_a_real_history_gives_the_same_features(
    databases: tuple[SqliteDatabase, PostgresDatabase], retail_slice: Path
) -> None:
    def bring_in(app: Flask) -> None:
        result = app.test_cli_runner().invoke(args=["shop", "import", str(retail_slice)])
        assert result.exit_code == 0, result.stderr

    read = read_both(databases, bring_in, datetime(2011, 1, 1, tzinfo=UTC))
    moments = [datetime(2010, 12, day, tzinfo=UTC) for day in (8, 16, 24)]
    found = same_features(read, moments)
    assert len(read[0].lines) > 15_000
    assert (found["returned_share"] > 0).any()
    assert (found["cancelled_share"] > 0).any()


def same_features(read: Both, moments: list[datetime]) -> pd.DataFrame:
    """The features of both at once and at each moment alone, after it is asserted that all are equal."""
    ours, theirs = read
    pd.testing.assert_frame_equal(ours.lines, theirs.lines, check_exact=True)
    found = features.behaviour(ours.lines, moments, ours.traces)
    again = features.behaviour(theirs.lines, moments, theirs.traces)
    assert (found.to_numpy() == again.to_numpy()).all()
    alone = [features.behaviour(theirs.lines, [moment], theirs.traces) for moment in sorted(moments)]
    assert (pd.concat(alone).to_numpy() == found.to_numpy()).all()
    return found


def _sorted(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sort_values(list(frame.columns), ignore_index=True)
