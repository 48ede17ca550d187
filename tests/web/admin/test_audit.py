"""The page of the audit log, and its file."""

import csv
from io import StringIO

import pytest
import sqlalchemy as sa

from smartshop.identity.rules.roles import Role
from smartshop.insights.queries import audit as queries
from smartshop.insights.queries.audit import AuditSought
from smartshop.kernel import audit
from smartshop.kernel.audit import Actor, AuditRecord
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from tests.browser_client import ShopClient
from tests.row_counts import nothing_changes
from tests.web.admin.conftest import Enter

SUE = Actor(7, "sue@example.com", "203.0.113.9", "Firefox on Windows")


@pytest.fixture
def renamed(app: object) -> None:
    with unit_of_work():
        audit.record(
            actor=SUE,
            action="product.renamed",
            subject="product:4",
            before={"name": "=HYPERLINK(1)"},
            after={"name": "Krüge & <b>Cups</b>"},
            reason="=a typo",
        )


def actions(sought: AuditSought) -> list[str]:
    db.session.rollback()
    return [row.action for row in queries.page_of_records(sought).items]


def test_the_page_says_who_did_what_from_where_and_what_changed(renamed: None, admin: ShopClient) -> None:
    page = admin.get("/admin/audit?subject=product:").text
    for said in ("sue@example.com", "203.0.113.9, Firefox on Windows", "product.renamed", "product:4"):
        assert said in page
    assert "<del>=HYPERLINK(1)</del>" in page
    assert "<ins>Krüge &amp; &lt;b&gt;Cups&lt;/b&gt;</ins>" in page
    assert "=a typo" in page


def test_actions_are_in_words_and_are_sought_by_their_name_or_their_words(
    app: object, admin: ShopClient
) -> None:
    with unit_of_work():
        for action in ("order.cancelled", "zone.removed"):
            audit.record(actor=SUE, action=action, subject="order:ABCD")
    page = admin.get("/admin/audit").text
    assert "Order cancelled<span" in page
    assert "order.cancelled · order:ABCD" in page
    assert '<option value="order.cancelled">Order cancelled</option>' in page
    for found in (
        admin.get("/admin/audit?action=order.cancelled"),
        admin.get("/admin/audit?q=order CANCELLED"),
    ):
        assert "Order cancelled<span" in found.text
        assert "Delivery zone removed<span" not in found.text
    assert (
        '<option value="order.cancelled" selected>' in admin.get("/admin/audit?action=order.cancelled").text
    )


@pytest.mark.parametrize(
    ("sought", "is_found"),
    [
        (AuditSought(actor="SUE@"), True),
        (AuditSought(actor="bob"), False),
        (AuditSought(action="product.renamed"), True),
        (AuditSought(subject="product:4"), True),
        (AuditSought(subject="product:5"), False),
        (AuditSought(words="typo"), True),
        (AuditSought(words="Krüge"), True),
        (AuditSought(words="100%"), False),
    ],
)
def test_records_are_found_by_who_what_and_words(
    renamed: None, sought: AuditSought, *, is_found: bool
) -> None:
    assert actions(sought) == (["product.renamed"] if is_found else [])


def test_the_file_holds_what_was_sought_and_runs_nothing(renamed: None, admin: ShopClient) -> None:
    answer = admin.get("/admin/audit.csv?subject=product:")
    [row] = csv.DictReader(StringIO(answer.text.lstrip("\ufeff")))
    assert answer.headers["Cache-Control"] == "no-store"
    assert (row["actor"], row["address"], row["browser"]) == (SUE.label, SUE.address, SUE.browser)
    assert (row["before"], row["reason"]) == ('{"name": "=HYPERLINK(1)"}', "'=a typo")
    last = db.session.scalars(sa.select(AuditRecord).order_by(AuditRecord.id.desc())).first()
    assert last is not None
    assert (last.action, last.subject, last.after["subject"]) == (
        "report.exported",
        "report:audit",
        "product:",
    )


def test_what_staff_do_is_kept_with_their_browser(enter: Enter) -> None:
    client = enter(Role.ADMIN)
    client._headers = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"}
    client.get("/admin/audit.csv")
    last = db.session.scalars(sa.select(AuditRecord).order_by(AuditRecord.id.desc())).first()
    assert last is not None
    assert (last.actor_label, last.address, last.browser) == (
        "admin@example.org",
        "127.0.0.1",
        "Firefox on Windows",
    )


def test_only_who_may_reads_the_log(enter: Enter, admin: ShopClient) -> None:
    support = enter(Role.SUPPORT)
    with nothing_changes():
        assert support.get("/admin/audit").status_code == 403
        assert support.get("/admin/audit.csv").status_code == 403
        assert admin.get("/admin/audit?action=nonsense").status_code == 400
        assert "No record is like that" in admin.get("/admin/audit?q=nowhere-to-be-found").text
