from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.factory import create_app
from smartshop.identity.models import Person, SignIn
from smartshop.identity.rules.roles import Role
from smartshop.kernel.extensions import db, limiter
from smartshop.kernel.uow import unit_of_work
from tests import databases
from tests.browser_client import ShopClient
from tests.factories import PASSWORD, make_person
from tests.inbox import code_sent_to
from tests.row_counts import nothing_changes

ELSEWHERE = ["//evil.example", "https://evil.example", "/%5Cevil.example", "/%09/evil.example"]


def test_a_person_signs_in_and_out(visitor: ShopClient) -> None:
    make_person(email="ada@example.com")
    answer = visitor.sign_in("Ada@Example.com", PASSWORD)
    assert (answer.status_code, answer.request.path) == (200, "/account")
    visitor.submit("/sign-out")
    assert visitor.get("/account", follow=False).status_code == 302
    assert db.session.scalars(sa.select(SignIn.ended_at)).one() is not None


REFUSED = {
    "wrong password": ("ada@example.com", "wrong horse battery"),
    "password of another case": ("ada@example.com", PASSWORD.upper()),
    "unknown address": ("eve@example.com", PASSWORD),
    "no password": ("ada@example.com", ""),
    "no address": ("", PASSWORD),
    "nothing": ("", ""),
    "no address at all": ("' OR 1=1 --", PASSWORD),
    "endless": ("x" * 10_000, "y" * 10_000),
}


@pytest.mark.parametrize(("email", "password"), REFUSED.values(), ids=REFUSED.keys())
def test_a_wrong_answer_opens_nothing_and_gives_nothing_away(
    visitor: ShopClient, email: str, password: str
) -> None:
    make_person(email="ada@example.com")
    with nothing_changes(leaving_out={"events", "audit_records", "delayed_tries", "allowances"}):
        answer = visitor.sign_in(email, password)
    assert answer.status_code == 422
    assert "do not belong together" in answer.text
    assert password == "" or password not in answer.text
    assert visitor.get("/account", follow=False).status_code == 302


def test_a_closed_account_opens_nothing(visitor: ShopClient) -> None:
    person_id = make_person(email="ada@example.com")
    with unit_of_work():
        db.session.get_one(Person, person_id).is_active = False
    assert visitor.sign_in("ada@example.com", PASSWORD).status_code == 422


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_nobody_is_sent_to_another_site_by_signing_in(visitor: ShopClient, elsewhere: str) -> None:
    make_person(email="ada@example.com")
    visitor.get(f"/sign-in?next={elsewhere}")
    assert "evil" not in visitor.form("/sign-in").fields.get("next", "")
    answers = {"email": "ada@example.com", "password": PASSWORD}
    assert visitor.post(f"/sign-in?next={elsewhere}", answers, follow=False).location == "/account"


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_nobody_is_sent_to_another_site_by_signing_up(visitor: ShopClient, elsewhere: str) -> None:
    answers = {"name": "Ada", "email": "new@example.com", "password": PASSWORD}
    answer = visitor.post(f"/sign-up?next={elsewhere}", answers, follow=False)
    assert answer.location == "/sign-up/code"
    finished = {"code": code_sent_to("new@example.com")}
    assert visitor.post(f"/sign-up/code?next={elsewhere}", finished, follow=False).location == "/account"


def test_a_wrong_answer_does_not_lose_the_way_back(visitor: ShopClient) -> None:
    make_person(email="ada@example.com")
    visitor.get("/sign-in?next=/checkout")
    visitor.submit("/sign-in", {"email": "eve", "password": "wrong"})
    answer = visitor.submit("/sign-in", {"email": "ada@example.com", "password": PASSWORD}, follow=False)
    assert answer.location == "/checkout"


def test_signing_up_does_not_lose_the_way_back(visitor: ShopClient) -> None:
    visitor.get("/sign-up?next=/checkout")
    visitor.submit("/sign-up", {"email": "eve", "password": "wrong"})
    visitor.submit("/sign-up", {"name": "Eve", "email": "eve@example.com", "password": PASSWORD})
    visitor.submit("/sign-up/code", {"code": "00000000"})
    visitor.submit("/sign-up/send-again")
    answer = visitor.submit("/sign-up/code", {"code": code_sent_to("eve@example.com")}, follow=False)
    assert answer.location == "/checkout"


def test_staying_signed_in_is_a_choice(app: Flask) -> None:
    make_person(email="ada@example.com")
    for choice, lasts in (({}, False), ({"remember": "yes"}, True)):
        browser = ShopClient(app)
        browser.get("/sign-in")
        answer = browser.submit(
            "/sign-in", {"email": "ada@example.com", "password": PASSWORD, **choice}, follow=False
        )
        cookies = " ".join(answer.headers.getlist("Set-Cookie"))
        assert ("remember_token=" in cookies) is lasts


def test_signing_out_forgets_the_browser(visitor: ShopClient) -> None:
    make_person(email="ada@example.com")
    visitor.get("/sign-in")
    visitor.submit("/sign-in", {"email": "ada@example.com", "password": PASSWORD, "remember": "yes"})
    visitor.submit("/sign-out")
    assert visitor.get("/account", follow=False).status_code == 302


def test_a_link_cannot_sign_anybody_out(visitor: ShopClient) -> None:
    make_person(email="ada@example.com")
    visitor.sign_in("ada@example.com", PASSWORD)
    assert visitor.get("/sign-out").status_code == 405
    assert visitor.get("/account", follow=False).status_code == 200


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[ShopClient]:
    """A browser in front of a shop that counts attempts, and is asked not to track them."""
    settings = databases.test_settings(tmp_path / "instance").model_copy(update={"env": "development"})
    shop = create_app(settings)
    databases.migrate(shop)
    yield ShopClient(shop, DNT="1")
    limiter.enabled = False
    with shop.app_context():
        db.engine.dispose()


@pytest.mark.parametrize("path", ["/sign-in", "/sign-up"])
def test_guessing_is_slowed_down(limited: ShopClient, path: str) -> None:
    statuses = [
        limited.post(path, {"email": f"person{n}@example.com", "password": "wrong"}).status_code
        for n in range(21)
    ]
    assert statuses == [422] * 20 + [429]
    assert limited.page is not None
    assert "too fast" in limited.page.text
    assert int(limited.page.headers["Retry-After"]) > 0
    assert limited.get(path).status_code == 200


@pytest.mark.parametrize(
    ("role", "desk"),
    [
        (Role.CUSTOMER, "/account"),
        (Role.SUPPORT, "/admin/orders"),
        (Role.CATALOG_MANAGER, "/admin/products"),
        (Role.ANALYST, "/admin/"),
        (Role.ADMIN, "/admin/"),
    ],
)
def test_a_sign_in_leads_to_a_page_that_the_person_may_open(
    visitor: ShopClient, role: Role, desk: str
) -> None:
    make_person(email="someone@example.com", role=role)
    page = visitor.sign_in("someone@example.com", PASSWORD)
    assert page.status_code == 200
    assert page.request.path == desk


def test_signing_out_tells_the_browser_to_forget_its_pages(app: Flask) -> None:
    make_person(email="leaving@example.com")
    browser = ShopClient(app)
    browser.sign_in("leaving@example.com", PASSWORD)
    browser.get("/account")
    answer = browser.submit("/sign-out", follow=False)
    assert (answer.status_code, answer.headers["Clear-Site-Data"]) == (303, '"cache"')
    assert "no-store" in browser.get("/sign-in").headers["Cache-Control"]
