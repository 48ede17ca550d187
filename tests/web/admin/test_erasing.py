"""Staff erasing a customer."""

import sqlalchemy as sa
from flask import Flask

from smartshop.identity.models import Person
from smartshop.kernel.audit import AuditRecord
from smartshop.kernel.extensions import db
from tests import factories
from tests.browser_client import ShopClient
from tests.row_counts import NOTES_OF_A_VISIT, nothing_changes


def test_an_admin_erases_a_customer_with_a_reason(app: Flask, admin: ShopClient) -> None:
    person_id = factories.make_person(email="gone@example.com", name="Gone Soon")
    admin.get(f"/admin/customers/{person_id}")
    action = f"/admin/customers/{person_id}/erase"
    admin.get(action)
    page = admin.submit(action, {"reason": "By letter of Gone Soon"})
    assert "The customer is erased" in page.text
    assert db.session.get(Person, person_id) is None
    last = db.session.scalars(sa.select(AuditRecord).order_by(AuditRecord.id.desc())).first()
    assert last is not None
    assert (last.action, last.actor_label, last.reason) == (
        "person.erased", "admin@example.org", "By letter of [erased]",
    )  # fmt: skip
    assert admin.get(action).status_code == 404


def test_without_a_reason_nobody_is_erased(app: Flask, admin: ShopClient) -> None:
    person_id = factories.make_person()
    action = f"/admin/customers/{person_id}/erase"
    admin.get(action)
    with nothing_changes(leaving_out=NOTES_OF_A_VISIT):
        page = admin.submit(action, {"reason": "  "})
    assert page.status_code == 422
    assert "Say who asked for it" in page.text
