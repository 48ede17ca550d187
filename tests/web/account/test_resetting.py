"""The pages of a forgotten password."""

import pytest
from flask import Flask

from tests.browser_client import ShopClient
from tests.factories import PASSWORD, make_person
from tests.inbox import code_sent_to, kinds_sent_to
from tests.row_counts import nothing_changes

ADA = "ada@example.com"
NEW = "another horse, another battery"


def ask(visitor: ShopClient, email: str) -> str:
    visitor.get("/forgot")
    answer = visitor.submit("/forgot", {"email": email})
    assert (answer.status_code, answer.request.path) == (200, "/reset")
    return answer.text


def test_a_forgotten_password_is_replaced(visitor: ShopClient) -> None:
    make_person(email=ADA)
    assert "/forgot" in visitor.get("/sign-in").text
    ask(visitor, ADA)
    assert visitor.form("/reset").fields["email"] == ADA
    answer = visitor.submit("/reset", {"code": code_sent_to(ADA), "password": NEW})
    assert answer.request.path == "/sign-in"
    assert visitor.sign_in(ADA, PASSWORD).status_code == 422
    assert visitor.sign_in(ADA, NEW).request.path == "/account"


def test_the_answer_does_not_tell_whether_there_is_an_account(app: Flask) -> None:
    make_person(email=ADA)
    known, unknown = (ShopClient(app) for _ in range(2))
    said = [
        ask(visitor, email).replace(email, "E").replace(visitor.token, "T")
        for visitor, email in ((known, ADA), (unknown, "eve@example.com"))
    ]
    one, other = (text.split("<main")[1].split("</main")[0] for text in said)
    assert one == other
    for visitor, email in ((known, ADA), (unknown, "eve@example.com")):
        answer = visitor.submit("/reset", {"email": email, "code": "00000000", "password": NEW})
        assert answer.status_code == 422
        assert "That code is not right" in answer.text


@pytest.mark.parametrize("email", ["", "nobody", "x" * 9000])
def test_what_is_no_address_is_said_so(visitor: ShopClient, email: str) -> None:
    with nothing_changes():
        answer = visitor.post("/forgot", {"email": email})
    assert answer.status_code == 422
    assert "name@example.com" in answer.text


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"email": ADA},
        {"email": ADA, "code": "1" * 9000, "password": NEW},
        {"email": ADA, "code": "пять", "password": NEW},
        {"email": ADA, "code": "00000000", "password": "short"},
        {"email": "nobody", "code": "00000000", "password": NEW},
    ],
)
def test_a_wrong_answer_is_marked_and_changes_nothing(visitor: ShopClient, answers: dict[str, str]) -> None:
    make_person(email=ADA)
    with nothing_changes(leaving_out={"events", "audit_records"}):
        answer = visitor.post("/reset", answers)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert kinds_sent_to(ADA) == []
