"""A copy of everything that is held of a person, and of nobody else."""

import csv
import io
import json
import zipfile
from typing import Any

import sqlalchemy as sa
from flask import Flask

from smartshop.kernel.audit import SYSTEM, AuditRecord
from smartshop.kernel.extensions import db
from smartshop.privacy.operations.copying import write_copy
from smartshop.privacy.rules.holdings import HOLDINGS
from tests import factories
from tests.privacy import somebody

EXPORTED = {held.exported_as for held in HOLDINGS.values() if held.exported_as}


def _copy(person_id: int) -> tuple[dict[str, Any], dict[str, list[dict[str, str]]]]:
    file = io.BytesIO()
    write_copy(person_id=person_id, file=file, actor=SYSTEM)
    with zipfile.ZipFile(file) as archive:
        sheets = {
            name[4:-4]: list(csv.DictReader(io.StringIO(archive.read(name).decode())))
            for name in archive.namelist()
            if name.startswith("csv/")
        }
        return json.loads(archive.read("data.json")), sheets


def test_the_copy_holds_every_part_and_what_the_shop_knows(any_app: Flask) -> None:
    _, browser, number = somebody.live(any_app)
    stranger = factories.make_person(email="stranger@example.com", name="Some Stranger")
    factories.make_order(person_id=stranger, email="stranger@example.com", state="fulfilled")
    browser.get("/account/privacy")
    answer = browser.submit("/account/privacy/copy")
    assert answer.headers["Content-Disposition"] == "attachment; filename=my-data.zip"
    assert answer.headers["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        data = json.loads(archive.read("data.json"))
    assert set(data) - {"made_at"} == EXPORTED
    assert data["profile"][0]["email"] == somebody.EMAIL
    assert data["orders"][0]["number"] == number
    assert data["orders"][0]["address"]["line1"] == somebody.ADDRESS.line1
    assert {row["kind"] for row in data["invoices"]} == {"invoice", "credit_note"}
    filled = {name for name in EXPORTED if data[name]}
    assert filled >= {
        "profile", "addresses", "orders", "order_lines", "invoices", "payments", "refunds", "returns", "reviews",
        "wishlist", "stock_notices", "events", "sign_ins", "emails", "audit", "shipments",
    }  # fmt: skip
    text = json.dumps(data)
    assert "stranger" not in text.lower()
    for secret in ("password_hash", "fingerprint", "scrypt", "idempotency_key"):
        assert secret not in text


def test_sheets_say_the_same_and_run_nothing(app: Flask) -> None:
    person_id = factories.make_person(name="=cmd()")
    data, sheets = _copy(person_id)
    assert set(sheets) == EXPORTED
    assert sheets["profile"][0]["name"] == "'=cmd()"
    assert data["profile"][0]["name"] == "=cmd()"
    assert len(sheets["audit"]) == len(data["audit"]) == 1


def test_that_a_copy_was_made_is_in_the_log(app: Flask) -> None:
    person_id = factories.make_person()
    _copy(person_id)
    last = db.session.scalars(sa.select(AuditRecord).order_by(AuditRecord.id.desc())).first()
    assert last is not None
    assert (last.action, last.subject) == ("person.copied", f"person:{person_id}")
