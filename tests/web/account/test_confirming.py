"""Proving once more who one is, before something dangerous."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from smartshop.identity.operations.confirming import MOST
from smartshop.identity.queries import team
from smartshop.identity.rules.lifetimes import CONFIRMED_FOR
from smartshop.identity.rules.roles import Role
from smartshop.kernel.audit import AuditRecord
from smartshop.kernel.extensions import db
from tests import factories
from tests.authenticator import set_up
from tests.browser_client import ShopClient
from tests.row_counts import NOTES_OF_A_VISIT, nothing_changes

EMAIL = "root@example.org"
NEW_ROLE = "/admin/roles/new"
ANSWERS: dict[str, str | list[str]] = {
    "label": "Night shift",
    "permissions": ["orders:view", "orders:manage"],
}
TRIED = NOTES_OF_A_VISIT | {"allowances", "audit_records"}


@pytest.fixture
def clock(app: Flask) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(datetime(2026, 11, 20, 9, tzinfo=UTC), tick=False) as moved:
        yield moved


@pytest.fixture
def root(app: Flask, clock: time_machine.Traveller) -> ShopClient:
    """An admin who signed in ten minutes ago."""
    factories.make_person(email=EMAIL, role=Role.ADMIN)
    client = ShopClient(app)
    client.sign_in(EMAIL, factories.PASSWORD)
    clock.shift(CONFIRMED_FOR)
    return client


def made() -> list[set[str]]:
    db.session.rollback()
    return [set(role.permissions) for role in team.roles() if not role.is_builtin]


def actions() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(AuditRecord.action).order_by(AuditRecord.id)))


def test_who_has_just_signed_in_is_not_asked(root: ShopClient, clock: time_machine.Traveller) -> None:
    clock.shift(timedelta(seconds=-1))
    assert "The role is made" in root.post(NEW_ROLE, ANSWERS).text


def test_a_form_waits_for_the_password_and_loses_nothing(
    root: ShopClient, clock: time_machine.Traveller
) -> None:
    with nothing_changes():
        assert root.post(NEW_ROLE, ANSWERS).status_code == 403
    with nothing_changes(leaving_out=TRIED):
        wrong = root.post(NEW_ROLE, {**ANSWERS, "confirm_password": "not this one"})
    assert (wrong.status_code, "That is not your password" in wrong.text) == (422, True)
    for permission in ANSWERS["permissions"]:
        assert f'name="permissions" value="{permission}"' in wrong.text
    assert factories.PASSWORD not in wrong.text
    done = root.post(NEW_ROLE, {**ANSWERS, "confirm_password": factories.PASSWORD})
    assert "The role is made" in done.text
    assert made() == [{"orders:view", "orders:manage"}]
    assert actions()[-3:] == ["sign_in.not_confirmed", "sign_in.confirmed", "role.made"]
    clock.shift(CONFIRMED_FOR - timedelta(seconds=1))
    assert "The role is made" in root.post(NEW_ROLE, {"label": "Another"}).text
    clock.shift(timedelta(seconds=1))
    assert root.post(NEW_ROLE, {"label": "A third"}).status_code == 403


def test_a_download_waits_for_the_password(root: ShopClient) -> None:
    with nothing_changes():
        asked = root.get("/admin/audit.csv?q=role")
    assert "Confirm that it is you" in asked.text
    page = "/confirm"
    assert root.submit(page, {"confirm_password": "x"}).status_code == 422
    assert root.submit(page, {"confirm_password": factories.PASSWORD}).mimetype == "text/csv"


def test_with_two_factors_the_password_alone_confirms_nothing(
    app: Flask, clock: time_machine.Traveller
) -> None:
    phone, _codes = set_up(factories.make_person(email=EMAIL, role=Role.ADMIN))
    client = ShopClient(app)
    client.sign_in(EMAIL, factories.PASSWORD)
    client.submit("/sign-in/code", {"code": phone.code()})
    clock.shift(CONFIRMED_FOR)
    with nothing_changes(leaving_out=TRIED):
        answer = client.post(NEW_ROLE, {**ANSWERS, "confirm_password": factories.PASSWORD})
    assert (answer.status_code, "That code is not right" in answer.text) == (422, True)
    proof = {"confirm_password": factories.PASSWORD, "confirm_code": phone.code()}
    assert "The role is made" in client.post(NEW_ROLE, {**ANSWERS, **proof}).text


def test_a_form_of_another_site_is_not_handed_on(root: ShopClient) -> None:
    with nothing_changes():
        answer = root.post(NEW_ROLE, {**ANSWERS, "csrf_token": "forged"})
    assert (answer.status_code, "Night shift" in answer.text) == (400, False)


def test_nobody_is_sent_to_another_site(root: ShopClient) -> None:
    root.get("/confirm?next=https://evil.example/")
    sent = root.submit("/confirm", {"confirm_password": factories.PASSWORD}, follow=False)
    assert sent.headers["Location"] == "/account"


def test_guessing_ends(root: ShopClient) -> None:
    for _ in range(MOST):
        assert root.post(NEW_ROLE, {**ANSWERS, "confirm_password": "x"}).status_code == 422
    answer = root.post(NEW_ROLE, {**ANSWERS, "confirm_password": factories.PASSWORD})
    assert (answer.status_code, made()) == (429, [])


def test_reports_ask_only_who_sees_personal_data(app: Flask, clock: time_machine.Traveller) -> None:
    clients = {}
    for role in (Role.ANALYST, Role.MARKETER):
        factories.make_person(email=f"{role}@example.org", role=role)
        clients[role] = ShopClient(app)
        clients[role].sign_in(f"{role}@example.org", factories.PASSWORD)
    clock.shift(CONFIRMED_FOR)
    report = "/admin/reports/customers.csv"
    assert clients[Role.ANALYST].get(report, follow=False).status_code == 200
    assert "/confirm?next=" in clients[Role.MARKETER].get(report, follow=False).headers["Location"]


def test_the_proof_belongs_to_one_sign_in(app: Flask, root: ShopClient) -> None:
    other = ShopClient(app)
    other.sign_in(EMAIL, factories.PASSWORD)
    assert root.post(NEW_ROLE, ANSWERS).status_code == 403
