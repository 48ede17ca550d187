"""What is refused leaves a line in the log: who asked for what, and nothing that they typed."""

import pytest
from flask import Flask
from structlog.testing import capture_logs

from tests.browser_client import TOKEN, ShopClient
from tests.factories import PASSWORD, make_person

SECRET = "zqmark"


def _refused(logged: object) -> list[dict[str, object]]:
    assert isinstance(logged, list)
    return [line for line in logged if line["event"] == "refused"]


def test_a_page_that_is_not_for_somebody_is_logged_with_them(app: Flask) -> None:
    person_id = make_person(email="ada@example.com")
    browser = ShopClient(app)
    browser.sign_in("ada@example.com", PASSWORD)
    with capture_logs() as logged:
        assert browser.get(f"/admin/audit?q={SECRET}").status_code == 403
    [line] = _refused(logged)
    assert (line["reason"], line["endpoint"], line["method"]) == ("forbidden", "admin.audit", "GET")
    assert (line["person"], line["address"]) == (person_id, "127.0.0.1")
    assert SECRET not in str(logged)


@pytest.mark.parametrize(
    ("headers", "token", "path", "reason"),
    [
        ({}, "made up", "/forgot", "stale_form"),
        ({"Origin": "https://evil.example"}, "", "/forgot", "foreign_form"),
    ],
)
def test_a_forged_form_is_logged(
    app: Flask, headers: dict[str, str], token: str, path: str, reason: str
) -> None:
    browser = ShopClient(app, **headers)
    browser.get("/sign-in")
    with capture_logs() as logged:
        browser.post(path, {"email": f"{SECRET}@example.com", **({TOKEN: token} if token else {})})
    [line] = _refused(logged)
    assert (line["reason"], line["endpoint"], line["person"]) == (reason, "account.ask_for_code", None)
    assert SECRET not in str(logged)


def test_input_that_no_form_sends_is_logged(app: Flask) -> None:
    with capture_logs() as logged:
        assert ShopClient(app).get(f"/search?q={SECRET}%00").status_code == 400
    assert [line["reason"] for line in _refused(logged)] == ["bad_query"]
    assert SECRET not in str(logged)
