"""Forged names and origins, and what a production shop tells browsers."""

import socket
from collections.abc import Iterator

import pytest
from werkzeug.test import Client

from tests.attacks.crowd import Target, attacked
from tests.attacks.stocked import CUSTOMER, Stock
from tests.browser_client import TOKEN, forms_of
from tests.databases import SqliteDatabase
from tests.factories import PASSWORD, make_person
from tests.inbox import newest_letter_to
from tests.over_http import OverHttp
from tests.row_counts import nothing_changes

OWN, HTTPS = "https://shop.example.com", {"X-Forwarded-Proto": "https"}
PRODUCTION = {
    "SMARTSHOP_ENV": "production",
    "SMARTSHOP_PASSWORD_COST": "32768",
    "SMARTSHOP_BASE_URL": OWN,
    "SMARTSHOP_HOSTS": "www.shop.example.com",
}


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A shop with the settings of production, behind one proxy."""
    folder = tmp_path_factory.mktemp("production")
    app = SqliteDatabase(folder).app
    with app.app_context():
        make_person(email=CUSTOMER)
    with attacked(app, folder, environment=PRODUCTION) as target:
        yield target


@pytest.fixture
def live(production: Target) -> Client:
    return Client(OverHttp(production.port))


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
def test_a_shop_does_not_answer_to_a_name_that_is_not_its_own(live: Client, header: str, host: str) -> None:
    answer = live.get("/sign-in", headers={**HTTPS, "Host": "shop.example.com", header: host})
    assert (answer.status_code, "evil" in answer.text) == (400, False)


@pytest.mark.parametrize("host", ["shop.example.com", "www.shop.example.com", "127.0.0.1:5000"])
def test_a_shop_answers_to_its_own_names(live: Client, host: str) -> None:
    assert live.get("/healthz", headers={**HTTPS, "Host": host}).status_code == 200


@pytest.mark.parametrize(
    "forged",
    [
        {"Host": "evil.example"},
        {"X-Forwarded-Host": "evil.example"},
        {"Host": "localhost:evil.example"},
        {"X-Forwarded-Host": "localhost, evil.example", "Forwarded": "host=evil.example"},
        {"X-Host": "evil.example", "X-Forwarded-Server": "evil.example", "X-Original-Host": "evil.example"},
    ],
)
def test_a_letter_leads_to_the_shop_whatever_the_request_said(stock: Stock, forged: dict[str, str]) -> None:
    """Here in development, where a shop answers to every name: in production it answers to its own alone."""
    visitor = stock.visitor(**forged)
    visitor.get("/sign-in")
    visitor.post("/forgot", {"email": CUSTOMER}, follow=False)
    new = {"email": "new@example.com", "name": "New", "password": PASSWORD}
    visitor.post("/sign-up", new, follow=False)
    for recipient in (CUSTOMER, "new@example.com"):
        letter = newest_letter_to(recipient)
        assert letter.text
        assert "evil" not in letter.text + letter.html + letter.subject


RAW = (
    "GET http://evil.example/sign-in HTTP/1.1\r\nHost: shop.example.com\r\n",
    "GET /sign-in HTTP/1.1\r\nHost: shop.example.com\r\nHost: evil.example\r\n",
    "GET /sign-in HTTP/1.1\r\nHost: evil.example\r\nHost: shop.example.com\r\n",
    "GET /sign-in HTTP/1.1\r\nHost: shop.example.com\r\n Host: evil.example\r\n",
    "GET //evil.example/sign-in HTTP/1.1\r\nHost: shop.example.com\r\n",
)


@pytest.mark.parametrize("request_", RAW)
def test_no_second_name_in_a_request_is_repeated(production: Target, request_: str) -> None:
    with socket.create_connection(("127.0.0.1", production.port), timeout=20) as connection:
        connection.sendall(f"{request_}X-Forwarded-Proto: https\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b"")).decode(errors="replace")
    head, _, body = answer.partition("\r\n\r\n")
    assert answer.startswith("HTTP/1.1 ")
    assert not any(
        "//evil.example" in line for line in head.splitlines() if line.lower().startswith("location")
    )
    assert 'action="http' not in body
    assert "https://evil.example" not in body


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
    stock: Stock, headers: dict[str, str]
) -> None:
    visitor = stock.visitor(**headers)
    with nothing_changes():
        answer = visitor.post("/forgot", {"email": CUSTOMER})
    assert (answer.status_code, "another site" in answer.text) == (400, True)


def test_a_form_of_the_shop_says_so_and_is_taken(stock: Stock) -> None:
    visitor = stock.visitor(Origin="http://localhost:8000", **{"Sec-Fetch-Site": "same-origin"})
    assert visitor.post("/forgot", {"email": CUSTOMER}, follow=False).status_code == 303


def test_cookies_of_production_are_bound_to_the_host(live: Client) -> None:
    page = live.get("/sign-in", base_url=OWN, headers=HTTPS)
    [form] = [form for form in forms_of(page.text) if form.action == "/sign-in"]
    typed = {"email": CUSTOMER, "password": PASSWORD, "remember": "yes", TOKEN: form.fields[TOKEN]}
    answer = live.post(
        "/sign-in",
        data={**form.fields, **typed},
        base_url=OWN,
        headers={**HTTPS, "Referer": f"{OWN}/sign-in"},
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


def test_every_page_of_production_carries_the_headers(live: Client) -> None:
    for path in ("/", "/sign-in", "/nowhere", "/static/css/tokens.css"):
        headers = live.get(path, base_url=OWN, headers=HTTPS).headers
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


def test_personal_pages_are_kept_by_no_browser(stock: Stock) -> None:
    visitor = stock.visitor()
    assert "no-store" not in visitor.get("/").headers.get("Cache-Control", "")
    assert visitor.get("/sign-in").headers["Cache-Control"] == "no-store"
    visitor.sign_in(CUSTOMER, PASSWORD)
    for path in ("/account", "/account/security", "/", "/cart"):
        assert visitor.get(path).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "PUT", "PATCH", "DELETE", "PROPFIND"])
def test_methods_that_no_page_has_are_refused(stock: Stock, method: str) -> None:
    with nothing_changes():
        assert Client(stock.way).open("/sign-in", method=method).status_code in {400, 405}


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_a_header_does_not_turn_reading_into_writing(stock: Stock, name: str) -> None:
    visitor = stock.visitor(**{name: "POST"})
    with nothing_changes():
        visitor.get(f"/forgot?email={CUSTOMER}&_method=POST")
        assert visitor.get("/sign-out").status_code == 405
        assert Client(stock.way).head("/cart/add", headers={name: "POST"}).status_code == 405
