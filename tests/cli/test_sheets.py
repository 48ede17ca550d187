"""Sheets on the command line."""

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from smartshop.catalog.models import Variant
from smartshop.kernel.extensions import db
from tests.factories import make_category, make_product
from tests.row_counts import nothing_changes

NEW = "sku,name,category,price\nN-1,New,Kitchen,12\nN-2,Bad,Nowhere,1\n"


def run(app: Flask, *arguments: str) -> Result:
    db.session.rollback()
    return app.test_cli_runner().invoke(args=["shop", *arguments])


def test_a_dry_run_tells_and_writes_nothing_and_the_import_writes_it(app: Flask, tmp_path: Path) -> None:
    make_category(name="Kitchen")
    file, rejects = tmp_path / "new.csv", tmp_path / "bad.csv"
    file.write_text(NEW)
    with nothing_changes():
        told = run(app, "products", "import", str(file), "--dry-run")
    assert "Row 3, category: There is no category 'Nowhere'" in told.stdout
    done = run(app, "products", "import", str(file), "--json", "--rejects", str(rejects))
    report = json.loads(done.stdout)
    assert (report["added"], report["rejected"], report["problems"][0]["row"]) == (1, 1, 3)
    again = rejects.read_text()
    assert '3,"category: There is no category' in again
    assert again.endswith("N-2,Bad,Nowhere,1\n")
    assert db.session.scalars(sa.select(Variant.sku)).all() == ["N-1"]


@pytest.mark.parametrize("kind", ["products", "stock"])
def test_an_export_comes_back_and_changes_nothing(app: Flask, tmp_path: Path, kind: str) -> None:
    make_product(name="=Mug")
    file = tmp_path / "all.csv"
    assert run(app, kind, "export", "--out", str(file)).exit_code == 0
    assert run(app, kind, "export").stdout == file.read_text().replace("\r\n", "\n")
    report = json.loads(run(app, kind, "import", str(file), "--json").stdout)
    assert (report["changed"], report["unchanged"], report["rejected"]) == (0, 1, 0)


def test_a_delivery_is_booked_once(app: Flask, tmp_path: Path) -> None:
    make_product()
    sku = db.session.scalars(sa.select(Variant.sku)).one()
    file = tmp_path / "delivery.csv"
    file.write_text(f"sku,change\n{sku},5\n")
    assert run(app, "stock", "import", str(file)).exit_code == 0
    with nothing_changes():
        again = run(app, "stock", "import", str(file))
    assert (again.exit_code, "This very file was booked before" in again.stderr) == (1, True)


@pytest.mark.parametrize(("content", "told"), [(None, "cannot be read"), ("a,b\n1,2\n", "Unknown columns")])
def test_what_cannot_be_read_is_refused(app: Flask, tmp_path: Path, content: str | None, told: str) -> None:
    file = tmp_path / "x.csv"
    if content:
        file.write_text(content)
    with nothing_changes():
        result = run(app, "products", "import", str(file))
    assert (result.exit_code != 0, told in result.stderr, isinstance(result.exception, SystemExit)) == (
        True,
        True,
        True,
    )
