"""Reports as downloads."""

import csv
import io

import pytest
import sqlalchemy as sa

from smartshop.identity.rules.roles import Role
from smartshop.insights.queries.reports import catalogue
from smartshop.kernel.audit import AuditRecord
from smartshop.kernel.extensions import db
from smartshop.web.admin import wording
from tests.browser_client import ShopClient
from tests.row_counts import nothing_changes
from tests.web.admin.conftest import Enter


def exports() -> list[AuditRecord]:
    db.session.expire_all()
    return list(db.session.scalars(sa.select(AuditRecord).where(AuditRecord.action == "report.exported")))


@pytest.mark.parametrize("name", catalogue.NAMES)
def test_every_report_downloads_and_leaves_a_record(admin: ShopClient, people: list[int], name: str) -> None:
    answer = admin.get(f"/admin/reports/{name}.csv")
    assert answer.status_code == 200
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}-2026-06-01.csv"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert len(list(csv.reader(io.StringIO(answer.data.decode("utf-8"), newline="")))) > 1
    record = exports()[-1]
    assert (record.subject, record.actor_label) == (f"report:{name}", "admin@example.org")
    assert record.after == {"personal_columns": True}


def test_an_analyst_gets_no_personal_columns(enter: Enter, people: list[int]) -> None:
    answer = enter(Role.ANALYST).get("/admin/reports/customers.csv?risk=high")
    assert answer.text.startswith("customer_id,country,first_order_at")
    assert "@" not in answer.text
    assert exports()[-1].after == {"personal_columns": False, "risk": "high"}


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.SUPPORT, Role.CATALOG_MANAGER])
def test_who_may_not_export_gets_nothing(enter: Enter, people: list[int], role: Role) -> None:
    client = enter(role)
    with nothing_changes():
        for name in catalogue.NAMES:
            assert client.get(f"/admin/reports/{name}.csv").status_code == 403


def test_a_filter_that_a_report_does_not_know_is_refused_and_not_recorded(admin: ShopClient) -> None:
    with nothing_changes():
        answer = admin.get("/admin/reports/segments.csv?risk=high")
    assert answer.status_code == 422
    assert exports() == []


def test_the_page_of_reports_offers_what_the_person_would_get(enter: Enter) -> None:
    seeing, blind = (enter(role).get("/admin/reports").text for role in (Role.ADMIN, Role.ANALYST))
    assert "<code>email</code>" in seeing
    assert "<code>email</code>" not in blind
    assert set(wording.report_names()) == set(catalogue.NAMES)
    for name, called in wording.report_names().items():
        assert f"/admin/reports/{name}.csv" in blind
        assert f">{called}</h2>" in blind


def test_the_segment_links_download_that_segment(admin: ShopClient, people: list[int]) -> None:
    page = admin.get("/admin/segments").text
    assert "/admin/reports/customers.csv?segment=" in page
    answer = admin.get("/admin/reports/customers.csv?segment=Champions")
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert {row["segment"] for row in rows} <= {"Champions"}
