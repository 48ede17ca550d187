"""Reports of what the content policy refused: a line in the log that names no person and no address."""

import json

import pytest
from flask import Flask
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from tests.row_counts import nothing_changes

SECRET = "zqmark"
REPORT = {
    "document-uri": f"http://localhost/invitation/{SECRET}/0?next={SECRET}",
    "referrer": f"http://localhost/account?{SECRET}",
    "effective-directive": "script-src-attr",
    "blocked-uri": f"https://evil.example/{SECRET}?{SECRET}",
    "script-sample": f"alert('{SECRET}')",
}


def send(client: FlaskClient, body: object) -> int:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post("/csp-reports", data=sent, content_type="application/csp-report").status_code


def test_a_report_is_logged_without_anything_personal(client: FlaskClient) -> None:
    with nothing_changes(), capture_logs() as logged:
        assert send(client, {"csp-report": REPORT}) == 204
    facts = {"directive": "script-src-attr", "page": "account.invitation", "blocked": "evil.example"}
    assert logged == [{"event": "content_policy_refused", "log_level": "warning", **facts}]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"[" * 9000,
        [],
        {"csp-report": 7},
        {
            "csp-report": {
                "document-uri": "http://[",
                "blocked-uri": "//[",
                "effective-directive": "\nforged: line",
            }
        },
        {"csp-report": {"document-uri": None, "blocked-uri": f"{SECRET}@example.com"}},
    ],
)
def test_what_is_no_report_is_harmless(client: FlaskClient, body: object) -> None:
    with capture_logs() as logged:
        assert send(client, body) == 204
    [line] = logged
    assert (line["page"], line["blocked"], line["directive"]) == ("unknown", "unknown", "unknown")


def test_a_report_is_small(client: FlaskClient) -> None:
    assert send(client, {"csp-report": {**REPORT, "script-sample": "x" * 20_000}}) == 413


def test_every_page_tells_browsers_where_to_report(app: Flask, client: FlaskClient) -> None:
    policy = client.get("/sign-in").headers["Content-Security-Policy"]
    assert "report-uri /csp-reports" in policy
    assert app.url_map.bind("localhost").match("/csp-reports", method="POST")[0] == "machine.report_policy"
