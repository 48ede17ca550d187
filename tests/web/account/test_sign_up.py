import pytest
import sqlalchemy as sa

from smartshop.identity.models import Person
from smartshop.kernel.extensions import db
from tests.browser_client import ShopClient
from tests.factories import PASSWORD, make_person
from tests.row_counts import contents, nothing_changes

ANSWERS = {"name": "Ada Buyer", "email": "ada@example.com", "password": PASSWORD}


def test_a_visitor_opens_an_account_and_is_signed_in(visitor: ShopClient) -> None:
    visitor.get("/sign-up")
    answer = visitor.submit("/sign-up", {**ANSWERS, "email": " Ada@Example.COM "})
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


@pytest.mark.parametrize("email", ["ada@example.com", "ADA@example.com"])
def test_an_address_has_one_account(visitor: ShopClient, email: str) -> None:
    make_person(email="ada@example.com")
    visitor.get("/sign-up")
    with nothing_changes(leaving_out={"events"}):
        answer = visitor.submit("/sign-up", {**ANSWERS, "email": email})
    assert (answer.status_code, "account with this address" in answer.text) == (422, True)


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
    answer = visitor.submit("/sign-up", {**ANSWERS, "name": "<script>alert(1)</script>"})
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert" in answer.text


def test_who_is_signed_in_needs_no_account(visitor: ShopClient) -> None:
    make_person(email="ada@example.com")
    visitor.sign_in("ada@example.com", PASSWORD)
    for path in ("/sign-up", "/sign-in"):
        assert visitor.get(path, follow=False).location == "/account"
