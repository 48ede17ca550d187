"""The pages of two-factor sign-in, and of where one is signed in."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask

from smartshop.factory import create_app
from smartshop.identity.rules.roles import Role
from smartshop.kernel.extensions import db
from tests import databases
from tests.authenticator import Phone, set_up
from tests.browser_client import ShopClient
from tests.factories import PASSWORD, make_person
from tests.inbox import kinds_sent_to
from tests.row_counts import NOTES_OF_A_VISIT, nothing_changes

ADA = "ada@example.com"
SETTING_UP = "/account/security/two-factor"
TRIED = NOTES_OF_A_VISIT | {"allowances", "audit_records", "pending_sign_ins"}


def turn_on(visitor: ShopClient) -> Phone:
    """From the security page to the recovery codes."""
    visitor.get("/account/security")
    page = visitor.submit(f"{SETTING_UP}/begin").text
    key = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
    assert key is not None
    assert '<svg viewBox="0 0' in page
    phone = Phone(key[1].replace(" ", ""))
    page = visitor.submit(SETTING_UP, {"code": phone.code(), "present_password": PASSWORD}).text
    assert len(re.findall(r"<code>[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}</code>", page)) == 10
    return phone


def test_a_person_turns_it_on_signs_in_with_it_and_turns_it_off(app: Flask, visitor: ShopClient) -> None:
    make_person(email=ADA)
    visitor.sign_in(ADA, PASSWORD)
    phone = turn_on(visitor)
    assert visitor.get("/account").status_code == 200
    other = ShopClient(app)
    other.get("/sign-in?next=/cart")
    page = other.submit("/sign-in", {"email": ADA, "password": PASSWORD})
    assert (page.status_code, page.request.path) == (200, "/sign-in/code")
    assert other.get("/account", follow=False).status_code == 302
    other.get("/sign-in/code?next=/cart")
    with nothing_changes(leaving_out=TRIED):
        assert other.submit("/sign-in/code", {"code": "no code"}).status_code == 422
    assert other.submit("/sign-in/code", {"code": phone.code(1)}).request.path == "/cart"
    other.get(SETTING_UP)
    with nothing_changes(leaving_out=TRIED):
        answer = other.submit(f"{SETTING_UP}/off", {"code": phone.code(1), "present_password": PASSWORD})
    assert answer.status_code == 422
    with time_machine.travel(timedelta(minutes=2)):
        answers = {"code": phone.code(), "present_password": PASSWORD}
        assert other.post(f"{SETTING_UP}/off", answers).request.path == "/account/security"
    assert ShopClient(app).sign_in(ADA, PASSWORD).request.path == "/account"


def test_a_wrong_first_code_is_marked_and_turns_nothing_on(visitor: ShopClient) -> None:
    make_person(email=ADA)
    visitor.sign_in(ADA, PASSWORD)
    visitor.get(SETTING_UP)
    visitor.submit(f"{SETTING_UP}/begin")
    for answers in ({}, {"code": "пароль"}, {"code": "0" * 5000, "present_password": PASSWORD}):
        with nothing_changes(leaving_out=TRIED):
            answer = visitor.post(SETTING_UP, answers)
        assert (answer.status_code, 'aria-invalid="true"' in answer.text) == (422, True)


def test_nothing_to_confirm_is_said_so(visitor: ShopClient) -> None:
    make_person(email=ADA)
    visitor.sign_in(ADA, PASSWORD)
    answer = visitor.post(SETTING_UP, {"code": "123456", "present_password": PASSWORD})
    assert (answer.status_code, "Begin again" in answer.text) == (409, True)


def test_the_second_step_needs_the_first(visitor: ShopClient) -> None:
    assert visitor.get("/sign-in/code", follow=False).location == "/sign-in"
    answer = visitor.post("/sign-in/code", {"code": "123456"})
    assert (answer.status_code, "sign in again" in answer.text) == (422, True)


def test_new_recovery_codes_are_shown(visitor: ShopClient) -> None:
    make_person(email=ADA)
    visitor.sign_in(ADA, PASSWORD)
    phone = turn_on(visitor)
    visitor.get(SETTING_UP)
    page = visitor.submit(
        "/account/security/recovery-codes", {"code": phone.code(1), "present_password": PASSWORD}
    )
    assert (page.status_code, page.text.count("<li><code>")) == (200, 10)


def test_the_security_page_shows_every_device_and_ends_them(app: Flask, visitor: ShopClient) -> None:
    make_person(email=ADA)
    others = [
        ShopClient(app, **{"User-Agent": f"Mozilla/5.0 ({system}) Firefox/146.0"})
        for system in ("Windows", "Android")
    ]
    for other in others:
        other.sign_in(ADA, PASSWORD)
    visitor.sign_in(ADA, PASSWORD)
    page = visitor.get("/account/security").text
    assert all(name in page for name in ("Firefox on Windows", "Firefox on Android", "This one"))
    [first, *_] = re.findall(r"/account/security/sign-ins/\d+/end", page)
    visitor.submit(first)
    assert [other.get("/account", follow=False).status_code for other in others] == [200, 302]
    visitor.get("/account/security")
    visitor.submit("/account/security/sign-ins/end-others")
    assert others[0].get("/account", follow=False).status_code == 302
    assert visitor.get("/account", follow=False).status_code == 200


def test_a_new_device_is_told_to_the_owner(app: Flask, visitor: ShopClient) -> None:
    make_person(email=ADA)
    visitor.sign_in(ADA, PASSWORD)
    visitor.submit("/sign-out")
    visitor.sign_in(ADA, PASSWORD)
    assert kinds_sent_to(ADA) == []
    ShopClient(app).sign_in(ADA, PASSWORD)
    assert kinds_sent_to(ADA) == ["new_device"]


@pytest.fixture
def strict_shop(tmp_path: Path) -> Iterator[Flask]:
    """A shop whose staff must sign in with two factors."""
    settings = databases.test_settings(tmp_path / "instance").model_copy(update={"staff_two_factor": True})
    shop = create_app(settings)
    databases.migrate(shop)
    with shop.app_context():
        yield shop
        db.session.remove()
        db.engine.dispose()


def test_staff_set_up_their_second_factor_before_anything_opens(strict_shop: Flask) -> None:
    make_person(email=ADA, role=Role.ADMIN)
    visitor = ShopClient(strict_shop)
    assert visitor.sign_in(ADA, PASSWORD).request.path == "/account/security"
    for path in ("/admin/", "/admin/orders", "/admin/reports/customers.csv"):
        assert visitor.get(path, follow=False).location == "/account/security"
    assert visitor.post("/admin/jobs").status_code in {403, 405}
    assert visitor.post("/admin/products/new", {"name": "Mug"}).status_code == 403
    turn_on(visitor)
    assert visitor.get("/admin/").status_code == 200


def test_customers_need_none_there(strict_shop: Flask) -> None:
    make_person(email=ADA)
    assert ShopClient(strict_shop).sign_in(ADA, PASSWORD).request.path == "/account"


def test_staff_who_have_it_go_straight_in(strict_shop: Flask) -> None:
    phone, _ = set_up(make_person(email=ADA, role=Role.ADMIN))
    visitor = ShopClient(strict_shop)
    visitor.sign_in(ADA, PASSWORD)
    assert visitor.submit("/sign-in/code", {"code": phone.code()}).request.path == "/admin/"
