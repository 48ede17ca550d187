"""The pages that change one's own name, address and password."""

import re

import pytest
from flask import Flask

from tests.browser_client import ShopClient
from tests.factories import PASSWORD, make_person
from tests.inbox import code_sent_to, newest_letter_to
from tests.row_counts import NOTES_OF_A_VISIT, nothing_changes

ADA, NEW = "ada@example.com", "ada@new.example"
OTHER = "another horse, another battery"
DETAILS = "/account/details"
TRIED = NOTES_OF_A_VISIT | {"audit_records"}


@pytest.fixture
def ada(visitor: ShopClient) -> ShopClient:
    """A browser in which Ada is signed in."""
    make_person(email=ADA)
    visitor.sign_in(ADA, PASSWORD)
    visitor.get(DETAILS)
    return visitor


def test_a_name_is_changed(ada: ShopClient) -> None:
    assert "Countess Ada" in ada.submit(DETAILS, {"name": " Countess Ada "}).text


def test_a_password_is_changed_and_this_browser_stays_signed_in(app: Flask, ada: ShopClient) -> None:
    other = ShopClient(app)
    other.sign_in(ADA, PASSWORD)
    ada.submit(f"{DETAILS}/password", {"password": OTHER, "present_password": PASSWORD})
    assert ada.get("/account", follow=False).status_code == 200
    assert other.get("/account", follow=False).status_code == 302
    assert ShopClient(app).sign_in(ADA, OTHER).status_code == 200


def test_a_browser_that_stays_signed_in_does_so_after_a_new_password(visitor: ShopClient) -> None:
    make_person(email=ADA)
    visitor.get("/sign-in")
    visitor.submit("/sign-in", {"email": ADA, "password": PASSWORD, "remember": "yes"})
    visitor.get(DETAILS)
    visitor.submit(f"{DETAILS}/password", {"password": OTHER, "present_password": PASSWORD})
    visitor.cookies = {name: value for name, value in visitor.cookies.items() if name != "smartshop"}
    assert visitor.get("/account", follow=False).status_code == 200


def test_an_address_is_changed_with_the_code_and_back_with_the_link(ada: ShopClient) -> None:
    asked = ada.submit(f"{DETAILS}/email", {"email": NEW, "present_password": PASSWORD})
    assert (asked.request.path, NEW in asked.text) == (f"{DETAILS}/email/code", True)
    assert ada.submit(f"{DETAILS}/email/code", {"code": "00000000"}).status_code == 422
    assert NEW in ada.submit(f"{DETAILS}/email/code", {"code": code_sent_to(NEW)}).text
    link = re.search(r"https://shop.example(\S+)", newest_letter_to(ADA).text)
    assert link is not None
    with nothing_changes():
        ada.get(link[1])
    assert ada.submit(link[1]).request.path == "/forgot"
    assert ada.get("/account", follow=False).status_code == 302
    assert ada.get(link[1]).status_code == 404


@pytest.mark.parametrize(
    ("path", "answers"),
    [
        (DETAILS, {"name": " "}),
        (DETAILS, {"name": "x" * 121}),
        (f"{DETAILS}/password", {}),
        (f"{DETAILS}/password", {"password": OTHER, "present_password": "wrong"}),
        (f"{DETAILS}/password", {"password": "short", "present_password": PASSWORD}),
        (f"{DETAILS}/email", {}),
        (f"{DETAILS}/email", {"email": NEW, "present_password": "wrong"}),
        (f"{DETAILS}/email", {"email": ADA, "present_password": PASSWORD}),
        (f"{DETAILS}/email/code", {"code": "x" * 9000}),
    ],
)
def test_a_wrong_answer_is_marked_and_changes_nothing(
    ada: ShopClient, path: str, answers: dict[str, str]
) -> None:
    with nothing_changes(leaving_out=TRIED):
        answer = ada.post(path, answers)
    assert (answer.status_code, 'aria-invalid="true"' in answer.text) == (422, True)
