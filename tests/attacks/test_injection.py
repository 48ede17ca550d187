"""SQL in every query string and form field, paths out of every folder, and redirects to other sites."""

import csv
import io
import re
from urllib.parse import quote, urljoin, urlsplit

import pytest
from werkzeug.test import TestResponse

from smartshop.kernel.config import ROOT as PROJECT
from smartshop.web import parsing
from tests.attacks.stocked import ADMIN, CUSTOMER, Stock, fill, forms, pages
from tests.browser_client import ShopClient, forms_of
from tests.factories import PASSWORD, make_person, make_product
from tests.row_counts import contents, row_counts

SQL = (
    "' OR '1'='1",
    "1; DROP TABLE people; --",
    "x') UNION SELECT email, name FROM people --",
    "\\'; SELECT pg_sleep(9); --",
    '" OR ""="',
    "%' OR 1=1 --",
)
NOTED = frozenset({"events", "search_misses", "audit_records"})
"""What is written about reading."""
LEAKS = ("sqlite3.", "psycopg", "syntax error", "sqlalchemy", "traceback", "password_hash", "scrypt:")
QUERY_NAMES = (
    "q", "page", "sort", "next", "state", "from", "until", "parent", "person", "copy", "but", "token",
    "category", "price", "min", "max", "rating", "available", "period", "segment", "country", "days", "kind",
)  # fmt: skip


@pytest.fixture(params=["served", pytest.param("postgres", marks=pytest.mark.postgres)])
def either(request: pytest.FixtureRequest) -> Stock:
    """The served shop on SQLite, then one in this process on PostgreSQL."""
    if request.param == "served":
        served: Stock = request.getfixturevalue("stock")
        return served
    app = request.getfixturevalue("postgres_app")
    return Stock(fill(app), app)


def _troubles(address: str, answer: TestResponse) -> list[str]:
    text = answer.get_data().decode(errors="replace").lower()
    leaked = [sign for sign in LEAKS if sign in text]
    return [f"{address}: {answer.status_code} {leaked}"] if answer.status_code >= 500 or leaked else []


def test_sql_in_every_query_string_is_only_text(either: Stock) -> None:
    stock = either
    browser = stock.signed_in(ADMIN)
    before = row_counts(leaving_out=NOTED)
    troubles = []
    for number, address in enumerate(pages(stock)):
        path, text = address.partition("?")[0], SQL[number % len(SQL)]
        query = "&".join(f"{name}={quote(text)}" for name in QUERY_NAMES)
        for sent in (f"{path}?{query}", f"{path}?q={quote(text)}&next={quote(text)}", f"{path}{quote(text)}"):
            answer = browser.get(sent, follow=False)
            troubles += _troubles(sent, answer)
            answer.close()
    assert troubles == []
    assert row_counts(leaving_out=NOTED) == before


@pytest.mark.parametrize("text", SQL)
def test_sql_finds_no_more_than_its_letters_do(either: Stock, text: str) -> None:
    make_product(name="Secret kettle", status="draft")
    visitor = either.visitor()
    answer = visitor.get(f"/search?q={quote(text)}")
    assert answer.status_code == 200
    assert "Secret kettle" not in answer.text
    letters = visitor.get(f"/search?q={quote(' '.join(re.findall('[a-z0-9]+', text, re.IGNORECASE)))}")
    assert _found(answer.text) == _found(letters.text)


def _found(page: str) -> set[str]:
    """The products that a page of results lists."""
    return set(re.findall(r'href="(/p/[^"?]+)"', page.partition("<main")[2].partition("You may also")[0]))


def test_sql_in_every_form_field_is_only_text(either: Stock) -> None:
    stock = either
    browser = stock.signed_in(ADMIN)
    names = {name for page in pages(stock) for form in _forms_on(browser, page) for name in form}
    assert len(names) > 60
    before = contents()["people"]
    troubles = []
    for number, (endpoint, address, answers) in enumerate(forms(stock)):
        if endpoint in {"account.sign_out", "machine.stripe"}:
            continue
        text = SQL[number % len(SQL)]
        answer = browser.post(
            address, {**dict.fromkeys(names - {"csrf_token"}, text), **answers}, follow=False
        )
        troubles += _troubles(address, answer)
    assert troubles == []
    changed = contents()["people"]
    assert [row[0] for row in changed] == [row[0] for row in before]


def _forms_on(browser: ShopClient, page: str) -> list[set[str]]:
    answer = browser.get(page)
    return [form.names for form in forms_of(answer.text)] if answer.mimetype == "text/html" else []


CLIMBS = (
    "../../secret.key",
    "..%2f..%2fsecret.key",
    "%2e%2e/%2e%2e/secret.key",
    "..%252f..%252fsecret.key",
    "....//....//secret.key",
    "..\\..\\secret.key",
    "..%5c..%5csecret.key",
    "/etc/passwd",
    "%2fetc%2fpasswd",
    "file:///etc/passwd",
    "mug.svg/../../secret.key",
    "mug.svg%00.png",
)
FOLDERS = ("/media/", "/static/", "/pages/", "/admin/reports/", "/p/", "/wishlists/")


def test_no_path_climbs_out_of_its_folder(stock: Stock) -> None:
    secret = stock.app.config["SETTINGS"].instance / "secret.key"
    secret.write_text("the very secret key", encoding="utf-8")
    browser = stock.signed_in(ADMIN)
    folders = (*FOLDERS, f"/orders/{stock.names['order']}/documents/")
    for folder in folders:
        for climb in CLIMBS:
            answer = browser.get(folder + climb)
            assert 400 <= answer.status_code < 500, folder + climb
            assert "the very secret key" not in answer.text
            assert "root:x:" not in answer.text
            answer.close()


ELSEWHERE = (
    "https://evil.example/",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/%09/evil.example",
    "/%5cevil.example",
    "/\r\n/evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "@evil.example",
    "/@evil.example",
    "https:evil.example",
    "https:/evil.example",
    "/\u2028/evil.example",
    "\u3002evil.example",
    "//evil\u3002example",
    " //evil.example",
    "\x0b//evil.example",
    "/..//evil.example",
    "/.//evil.example",
)


@pytest.mark.parametrize("there", ELSEWHERE)
def test_a_sign_in_leads_to_no_other_site(stock: Stock, there: str) -> None:
    browser = stock.visitor()
    browser.get(f"/sign-in?next={quote(there)}")
    form = browser.form("/sign-in").fields
    answer = browser.post(
        "/sign-in", {**form, "email": CUSTOMER, "password": PASSWORD, "next": there}, follow=False
    )
    location = answer.headers["Location"]
    assert urlsplit(urljoin("http://localhost/sign-in", location.replace("\\", "/"))).netloc == "localhost"
    assert not location.replace("\\", "/").startswith("//")


def test_every_safe_path_stays_here_as_browsers_read_it() -> None:
    safe = [target for target in ELSEWHERE if parsing.safe_path(target)]
    assert {urlsplit(urljoin("https://shop.example/a", target)).netloc for target in safe} <= {"shop.example"}


FORMULAS = ("=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", '=HYPERLINK("//evil.example")', "|calc")


def test_no_exported_cell_is_a_formula(stock: Stock) -> None:
    for number, text in enumerate(FORMULAS):
        make_person(email=f"person{number}@example.com", name=text.strip() or "x")
        make_product(name=text.strip())
    browser = stock.signed_in(ADMIN)
    exports = [page for page in pages(stock) if ".csv" in page]
    exports += [
        f"/admin/reports/{name}.csv" for name in ("customers", "orders", "products", "activity", "revenue")
    ]
    seen = 0
    for address in exports:
        answer = browser.get(address)
        if answer.mimetype != "text/csv":
            continue
        for row in csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))):
            dangerous = [c for c in row if c[:1] in {"=", "+", "@", "\t", "\r"} or c.startswith("-1+")]
            assert dangerous == [], address
            seen += any(text.strip() in cell for text in FORMULAS for cell in row)
    assert seen >= len(FORMULAS)


def test_nothing_of_the_repository_is_served(stock: Stock) -> None:
    browser = stock.visitor()
    for name in (
        "/.git/config",
        "/.env",
        "/app.py",
        "/static/../app.py",
        "/migrations/env.py",
        "/instance/shop.db",
    ):
        assert browser.get(name).status_code == 404
    assert (PROJECT / "app.py").is_file()
