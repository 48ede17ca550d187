import re

import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.identity.models import Person
from smartshop.kernel.extensions import db
from tests.browser_client import ShopClient
from tests.factories import PASSWORD, make_person
from tests.inbox import code_sent_to, kinds_sent_to
from tests.row_counts import contents, nothing_changes

ANSWERS = {"name": "Ada Buyer", "email": "ada@example.com", "password": PASSWORD}


def test_a_visitor_opens_an_account_and_is_signed_in(visitor: ShopClient) -> None:
    visitor.get("/sign-up")
    asked = visitor.submit("/sign-up", {**ANSWERS, "email": " Ada@Example.COM "})
    assert (asked.status_code, "ada@example.com" in asked.text) == (200, True)
    assert db.session.scalars(sa.select(Person)).all() == []
    answer = visitor.submit("/sign-up/code", {"code": code_sent_to("ada@example.com")})
    db.session.rollback()
    person = db.session.scalars(sa.select(Person)).one()
    assert (answer.status_code, answer.request.path) == (200, "/account")
    assert "Welcome, Ada Buyer" in answer.text
    assert person.email == "ada@example.com"


def test_a_password_is_kept_only_as_a_hash(visitor: ShopClient) -> None:
    visitor.get("/sign-up")
    visitor.submit("/sign-up", ANSWERS)
    assert PASSWORD not in repr(contents(leaving_out=()))


REFUSED = {
    "no name": {"name": ""},
    "blank name": {"name": "  "},
    "long name": {"name": "x" * 121},
    "no e-mail": {"email": ""},
    "e-mail of nobody": {"email": "ada"},
    "e-mail with a space": {"email": "a da@example.com"},
    "long e-mail": {"email": "x" * 300 + "@example.com"},
    "no password": {"password": ""},
    "short password": {"password": "short"},
    "long password": {"password": "x1y2" * 51},
    "the address as password": {"password": "ada@example.com"},
    "one letter again and again": {"password": "aaaaaaaaaaaa"},
}


@pytest.mark.parametrize("answers", REFUSED.values(), ids=REFUSED.keys())
def test_a_wrong_answer_is_marked_and_opens_no_account(visitor: ShopClient, answers: dict[str, str]) -> None:
    visitor.get("/sign-up")
    with nothing_changes(leaving_out={"events"}):
        answer = visitor.post("/sign-up", {**ANSWERS, **answers})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text


def test_the_answer_does_not_tell_whether_an_address_has_an_account(app: Flask) -> None:
    make_person(email="ada@example.com")
    known, unknown = ShopClient(app), ShopClient(app)
    said = []
    for visitor, email in ((known, "Ada@example.com"), (unknown, "eve@example.com")):
        visitor.get("/sign-up")
        text = visitor.submit("/sign-up", {**ANSWERS, "email": email}).text
        refused = visitor.submit("/sign-up/code", {"code": "00000000"})
        assert refused.status_code == 422
        pages = text + refused.text
        for token in set(re.findall(r'name="csrf_token" value="([^"]+)"', pages)):
            pages = pages.replace(token, "T")
        said.append(re.sub(r"nonce=\S+", "", pages).replace(email.lower(), "E"))
    assert said[0] == said[1]
    assert kinds_sent_to("ada@example.com") == ["account_exists"]
    assert kinds_sent_to("eve@example.com") == ["sign_up_code"]


def test_the_code_page_needs_a_request(visitor: ShopClient) -> None:
    assert visitor.get("/sign-up/code", follow=False).location == "/sign-up"
    with nothing_changes(leaving_out={"events", "audit_records"}):
        assert visitor.post("/sign-up/code", {"code": "12345678"}).status_code == 422
        assert visitor.post("/sign-up/send-again").request.path == "/sign-up"


def test_an_empty_form_marks_everything(visitor: ShopClient) -> None:
    with nothing_changes(leaving_out={"events"}):
        answer = visitor.post("/sign-up")
    assert (answer.status_code, answer.text.count('aria-invalid="true"')) == (422, 3)


def test_what_was_typed_is_still_there_but_not_the_password(visitor: ShopClient) -> None:
    visitor.get("/sign-up")
    answer = visitor.submit("/sign-up", {**ANSWERS, "email": "ada"})
    fields = visitor.form("/sign-up").fields
    assert (fields["name"], fields["email"]) == ("Ada Buyer", "ada")
    assert PASSWORD not in answer.text


def test_a_name_is_shown_and_not_run(visitor: ShopClient) -> None:
    visitor.get("/sign-up")
    visitor.submit("/sign-up", {**ANSWERS, "name": "<script>alert(1)</script>"})
    answer = visitor.submit("/sign-up/code", {"code": code_sent_to("ada@example.com")})
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert" in answer.text


def test_who_is_signed_in_needs_no_account(visitor: ShopClient) -> None:
    make_person(email="ada@example.com")
    visitor.sign_in("ada@example.com", PASSWORD)
    for path in ("/sign-up", "/sign-in"):
        assert visitor.get(path, follow=False).location == "/account"
