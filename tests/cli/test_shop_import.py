import csv
import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from smartshop.kernel.db import Base
from smartshop.kernel.extensions import db
from smartshop.orders.models import Order

HEADER = ["Invoice", "StockCode", "Description", "Quantity", "InvoiceDate", "Price", "Customer ID", "Country"]
ROWS = [
    ["1", "A1", "RED MUG", "2", "13/5/2011 8:26", "2.50", "7", "France"],
    ["2", "A1", "RED MUG", "1", "3/6/2011 8:26", "2.50", "8", "France"],
    ["3", "A1", "RED MUG", "one", "3/6/2011 8:26", "2.50", "8", "France"],
]


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    path = tmp_path / "lines.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, *ROWS])
    return path


def run(app: Flask, *arguments: object) -> Result:
    return app.test_cli_runner().invoke(args=["shop", "import", *map(str, arguments)])


def counts() -> dict[str, int]:
    tables = Base.metadata.sorted_tables
    found = {t.name: db.session.scalar(sa.select(sa.func.count()).select_from(t)) or 0 for t in tables}
    db.session.rollback()
    return found


def test_json_is_all_that_stdout_holds(app: Flask, lines: Path) -> None:
    result = run(app, lines, "--json")
    assert result.exit_code == 0, result.stderr
    printed = json.loads(result.stdout)
    seconds = printed.pop("seconds")
    assert isinstance(seconds, float)
    assert printed == {
        "lines": {"read": 3, "kept": 2, "rejected": {"bad_number": 1}},
        "products": 1,
        "customers": 2,
        "orders": 2,
        "revenue_minor": 750,
        "currency": "GBP",
    }


def test_the_table_counts_every_reason_and_says_how_the_file_was_read(app: Flask, lines: Path) -> None:
    result = run(app, lines)
    assert result.exit_code == 0, result.stderr
    for text in ("bad_number", "day first", "customer = Customer ID", "1 product, 2 customers and 2 orders"):
        assert text in result.stdout


def test_rejects_are_kept_in_the_instance_unless_a_file_is_named(
    app: Flask, lines: Path, tmp_path: Path
) -> None:
    kept = Path(app.instance_path) / "imports" / "lines.csv-rejects.csv"
    run(app, lines, "--dry-run")
    assert not kept.exists()
    run(app, lines, "--dry-run", "--rejects", tmp_path / "named.csv")
    assert (
        (tmp_path / "named.csv").read_text(encoding="utf-8").splitlines()[1].startswith("4,bad_number,3,A1")
    )
    run(app, lines)
    assert kept.exists()


def test_a_dry_run_says_would_and_changes_nothing(app: Flask, lines: Path) -> None:
    before = counts()
    result = run(app, lines, "--dry-run")
    assert "Would add 1 product, " in result.stdout
    assert counts() == before


def test_columns_of_any_name_can_be_mapped(app: Flask, lines: Path) -> None:
    lines.write_text(lines.read_text(encoding="utf-8").replace("Customer ID", "Who"), encoding="utf-8")
    refused = run(app, lines)
    assert refused.exit_code == 1
    assert "--map customer=COLUMN" in refused.stderr
    assert run(app, lines, "--map", "customer=Who").exit_code == 0
    assert len(db.session.scalars(sa.select(Order.person_id)).all()) == 2


@pytest.mark.parametrize(
    ("arguments", "exit_code", "message"),
    [
        (["missing.csv"], 1, "cannot be read"),
        (["."], 1, "is a folder"),
        (["/dev/zero"], 1, "not an ordinary file"),
        ([], 2, "Missing argument"),
        (["lines.csv", "--map", "customer"], 2, "FIELD=COLUMN"),
        (["lines.csv", "--map", "colour=Price"], 1, "knows no field"),
        (["lines.csv", "--currency", "QQQ"], 1, "ISO 4217"),
        (["lines.csv", "--rejects", "lines.csv"], 1, "Name another file"),
        (["a" * 300], 1, "cannot be read"),
    ],
)
def test_bad_input_gets_one_clear_message_and_changes_nothing(
    app: Flask,
    lines: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    exit_code: int,
    message: str,
) -> None:
    monkeypatch.chdir(lines.parent)
    before, content = counts(), lines.read_bytes()
    result = run(app, *arguments, "--json")
    assert (result.exit_code, result.stdout) == (exit_code, "")
    assert message in result.stderr
    assert "Traceback" not in result.stderr
    assert counts() == before
    assert lines.read_bytes() == content


def test_a_file_without_one_good_line_fails_and_names_the_reasons(app: Flask, lines: Path) -> None:
    lines.write_text(lines.read_text(encoding="utf-8").replace("2.50", "free"), encoding="utf-8")
    before = counts()
    result = run(app, lines)
    assert result.exit_code == 1
    assert "None of the 3 lines" in result.stderr
    assert counts() == before
