"""``flask report``."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.insights.queries.reports import catalogue
from smartshop.kernel.audit import AuditRecord
from smartshop.kernel.extensions import db
from tests.insights import scored_shop
from tests.row_counts import nothing_changes


def audited() -> list[tuple[str, str]]:
    rows = db.session.execute(
        sa.select(AuditRecord.action, AuditRecord.subject, AuditRecord.actor_label)
    ).all()
    return [(row[1], row[2]) for row in rows if row[0] == "report.exported"]


@pytest.mark.parametrize("name", catalogue.NAMES)
def test_every_report_reaches_a_file_and_standard_output_alike(app: Flask, tmp_path: Path, name: str) -> None:
    scored_shop.fill(customers=4, orders=12)
    out = tmp_path / "report.csv"
    runner = app.test_cli_runner()
    shown = runner.invoke(args=["report", name])
    written = runner.invoke(args=["report", name, "--out", str(out)])
    assert (shown.exit_code, written.exit_code) == (0, 0), shown.output + written.output
    assert "Wrote" in written.stderr
    assert written.stdout == ""
    assert list(tmp_path.iterdir()) == [out]
    assert audited() == [(f"report:{name}", "command line")] * 2
    if name != "activity":
        assert out.read_bytes() == shown.stdout_bytes


def test_an_existing_file_is_replaced_whole(app: Flask, tmp_path: Path) -> None:
    out = tmp_path / "report.csv"
    out.write_text("what was there before, and much longer than what comes now " * 100)
    assert app.test_cli_runner().invoke(args=["report", "customers", "--out", str(out)]).exit_code == 0
    assert out.read_text().startswith("customer_id,email,name,")
    assert "before" not in out.read_text()


def test_personal_columns_can_be_left_out(app: Flask) -> None:
    shown = app.test_cli_runner().invoke(args=["report", "customers", "--without-personal"]).stdout
    assert shown.startswith("customer_id,country,")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["secrets"], "There is no report 'secrets'. The reports: customers, segments,"),
        (["customers", "--out", "no/such/folder/x.csv"], "Make it first."),
        (["customers", "--out", "."], "is a folder"),
        (["revenue", "--from", "yesterday"], "is not a day such as 2026-11-20"),
        (["revenue", "--from", "2026-02-01", "--to", "2026-01-01"], "swap --from and --to"),
        (["segments", "--segment", "Lost"], "No such option"),
        (["customers", "--segment", "Nobody"], "is not one of"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    app: Flask, arguments: list[str], said: str
) -> None:
    with nothing_changes():
        result = app.test_cli_runner().invoke(args=["report", *arguments])
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""
    assert isinstance(result.exception, SystemExit)
