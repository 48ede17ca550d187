"""Forged names and origins, and what a production shop tells browsers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from smartshop.factory import create_app
from smartshop.kernel.extensions import limiter
from tests import databases
from tests.browser_client import ShopClient
from tests.factories import PASSWORD, make_person
from tests.inbox import newest_letter_to
from tests.row_counts import nothing_changes

OWN, HTTPS = "https://shop.example.com", {"X-Forwarded-Proto": "https"}


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Flask]:
    """A shop with the settings of production, behind one proxy."""
    live = {"env": "production", "base_url": OWN, "hosts": "www.shop.example.com", "trusted_proxies": 1}
    shop = create_app(databases.test_settings(tmp_path / "instance").model_copy(update=live))
    databases.migrate(shop)
    with shop.app_context():
        yield shop
    limiter.enabled = False


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "shop.example.com.evil.example",
        "evil.example:443",
        "shop.example.com@evil.example",
    ],
)
@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host"])
def test_a_shop_does_not_answer_to_a_name_that_is_not_its_own(live: Flask, header: str, host: str) -> None:
    answer = live.test_client().get("/sign-in", headers={**HTTPS, "Host": "shop.example.com", header: host})
    assert (answer.status_code, "evil" in answer.text) == (400, False)


@pytest.mark.parametrize("host", ["shop.example.com", "www.shop.example.com", "127.0.0.1:5000"])
def test_a_shop_answers_to_its_own_names(live: Flask, host: str) -> None:
    assert live.test_client().get("/healthz", headers={**HTTPS, "Host": host}).status_code == 200


def test_a_letter_leads_to_the_shop_whatever_the_request_said(app: Flask) -> None:
    make_person(email="ada@example.com")
    visitor = ShopClient(app, Host="evil.example", **{"X-Forwarded-Host": "evil.example"})
    visitor.post("/forgot", {"email": "ada@example.com"})
    letter = newest_letter_to("ada@example.com")
    assert "evil" not in letter.text + letter.html


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://localhost.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_a_form_of_another_site_changes_nothing_even_with_a_token(
    app: Flask, headers: dict[str, str]
) -> None:
    make_person(email="ada@example.com")
    visitor = ShopClient(app, **headers)
    with nothing_changes():
        answer = visitor.post("/forgot", {"email": "ada@example.com"})
    assert (answer.status_code, "another site" in answer.text) == (400, True)


def test_a_form_of_the_shop_says_so_and_is_taken(app: Flask) -> None:
    visitor = ShopClient(app, Origin="http://localhost:8000", **{"Sec-Fetch-Site": "same-origin"})
    assert visitor.post("/forgot", {"email": "ada@example.com"}, follow=False).status_code == 303


def test_cookies_of_production_are_bound_to_the_host(live: Flask) -> None:
    make_person(email="ada@example.com")
    visitor = ShopClient(live, Host="shop.example.com", **HTTPS)
    visitor.get("/sign-in")
    form = {
        **visitor.form("/sign-in").fields,
        "email": "ada@example.com",
        "password": PASSWORD,
        "remember": "yes",
    }
    client = live.test_client()
    page = client.get("/sign-in", base_url=OWN)
    token = page.text.partition('name="csrf_token" value="')[2].partition('"')[0]
    answer = client.post(
        "/sign-in", data={**form, "csrf_token": token}, base_url=OWN, headers={"Referer": OWN}
    )
    assert answer.status_code == 303
    cookies = answer.headers.getlist("Set-Cookie")
    assert {line.partition("=")[0] for line in cookies} == {
        "__Host-smartshop",
        "__Host-remember_token",
        "__Host-smartshop_device",
    }
    for line in cookies:
        kinds = {part.strip() for part in line.split(";")[1:]}
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= kinds
        assert not any(kind.startswith("Domain") for kind in kinds)


def test_every_page_of_production_carries_the_headers(live: Flask) -> None:
    for path in ("/", "/sign-in", "/nowhere", "/static/css/tokens.css"):
        with live.test_client().get(path, base_url=OWN) as answer:
            headers = answer.headers
        assert headers["Strict-Transport-Security"] == "max-age=31556926; includeSubDomains"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "camera=()" in headers["Permissions-Policy"]
        assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
        for directive in (
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "form-action 'self'",
        ):
            assert directive in headers["Content-Security-Policy"]


def test_personal_pages_are_kept_by_no_browser(app: Flask) -> None:
    make_person(email="ada@example.com")
    visitor = ShopClient(app)
    assert "no-store" not in visitor.get("/").headers.get("Cache-Control", "")
    assert visitor.get("/sign-in").headers["Cache-Control"] == "no-store"
    visitor.sign_in("ada@example.com", PASSWORD)
    for path in ("/account", "/account/security", "/", "/cart"):
        assert visitor.get(path).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "PUT", "PATCH", "DELETE", "PROPFIND"])
def test_methods_that_no_page_has_are_refused(app: Flask, method: str) -> None:
    with nothing_changes():
        assert app.test_client().open("/sign-in", method=method).status_code in {400, 405}


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_a_header_does_not_turn_reading_into_writing(app: Flask, name: str) -> None:
    make_person(email="ada@example.com")
    visitor = ShopClient(app, **{name: "POST"})
    with nothing_changes():
        visitor.get("/forgot?email=ada@example.com&_method=POST")
        assert visitor.get("/sign-out").status_code == 405
        assert app.test_client().head("/cart/add", headers={name: "POST"}).status_code == 405
