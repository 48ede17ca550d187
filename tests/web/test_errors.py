import pytest
from flask import Flask, render_template

from smartshop.catalog.queries import browsing
from smartshop.web import errors
from tests.browser_client import TOKEN, ShopClient
from tests.factories import make_cart, make_product
from tests.row_counts import nothing_changes


@pytest.mark.parametrize(
    "path", ["/nothing-here", "/p/no-such-thing", "/c/no-such-thing", "/orders/AAAA-BBBB-CCCC"]
)
def test_what_is_not_there_is_said_with_a_way_on(visitor: ShopClient, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code == 404
    assert 'href="/"' in answer.text


def test_the_wrong_method_is_said(visitor: ShopClient) -> None:
    assert visitor.get("/cart/add").status_code == 405
    assert visitor.post("/p/mug").status_code == 405


def test_a_machine_gets_its_errors_as_json(app: Flask) -> None:
    answer = ShopClient(app, Accept="application/json").get("/p/no-such-thing")
    assert (answer.status_code, answer.json["error"]["code"] if answer.json else "") == (404, "not_found")


@pytest.mark.parametrize("token", ["", "made up", "IjEi.aaaa.bbbb"])
def test_a_form_without_a_good_token_is_refused(visitor: ShopClient, token: str) -> None:
    goods = make_product()
    visitor.get("/sign-in")
    with nothing_changes():
        answer = visitor.post(
            "/cart/add", {"variant_id": str(goods.variant_id), "quantity": "1", TOKEN: token}
        )
    assert answer.status_code == 400
    assert "reload the page" in answer.text


def test_a_form_that_is_too_old_is_refused(
    app: Flask, visitor: ShopClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    goods = make_product()
    visitor.get("/sign-in")
    monkeypatch.setitem(app.config, "WTF_CSRF_TIME_LIMIT", -1)
    with nothing_changes():
        answer = visitor.post("/cart/add", {"variant_id": str(goods.variant_id), "quantity": "1"})
    assert answer.status_code == 400
    assert "too old" in answer.text


def test_the_token_of_another_browser_is_refused(app: Flask, visitor: ShopClient) -> None:
    other = ShopClient(app)
    other.get("/sign-in")
    visitor.get("/sign-in")
    with nothing_changes():
        answer = visitor.post("/sign-up", {"email": "a@example.com", TOKEN: other.token})
    assert answer.status_code == 400


def test_an_endless_form_is_refused(visitor: ShopClient) -> None:
    with nothing_changes():
        answer = visitor.post("/sign-up", {"name": "x" * (8 * 1024 * 1024)})
    assert (answer.status_code, "too large" in answer.text) == (413, True)


def test_a_crash_says_sorry_and_shows_nothing_of_the_program(
    visitor: ShopClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(_slug: str) -> None:
        raise RuntimeError("a secret of the program")

    monkeypatch.setattr(browsing, "product", crash)
    answer = visitor.get("/p/mug")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("status", sorted(errors.PAGES))
def test_every_error_page_says_what_to_do(app: Flask, status: int) -> None:
    with app.test_request_context("/"):
        page = render_template(f"errors/{status}.html", message="", status=status)
    assert f"Error {status}" in page
    assert "<h1" in page


NUL = "a\x00b"
PATHS = [
    f"/p/{NUL}",
    f"/c/{NUL}",
    f"/orders/{NUL}",
    f"/media/{NUL}",
    f"/search?q={NUL}",
    f"/search?sort={NUL}",
    f"/search?page={NUL}",
    f"/?utm_source={NUL}",
    f"/sign-in?next=/{NUL}",
]


@pytest.mark.parametrize("path", PATHS)
def test_a_nul_byte_in_an_address_is_answered(any_visitor: ShopClient, path: str) -> None:
    answer = any_visitor.get(path.replace("\x00", "%00"))
    assert 400 <= answer.status_code < 500
    assert "<h1" in answer.text


FORMS = ["/cart/add", "/cart/lines/1", "/checkout", "/sign-up", "/sign-in"]
ANSWERS = dict.fromkeys(
    (
        "name",
        "email",
        "password",
        "variant_id",
        "quantity",
        "line1",
        "city",
        "country",
        "shipping",
        "payment",
    ),
    NUL,
)


@pytest.mark.parametrize("path", FORMS)
def test_a_nul_byte_in_a_form_changes_nothing(any_visitor: ShopClient, path: str) -> None:
    make_cart((make_product(), 1))
    with nothing_changes():
        answer = any_visitor.post(path, ANSWERS)
    assert 400 <= answer.status_code < 500


@pytest.mark.parametrize("number", ["99999999999", "9" * 30])
def test_a_number_that_no_database_holds_is_answered(any_visitor: ShopClient, number: str) -> None:
    goods = make_product()
    any_visitor.post("/cart/add", {"variant_id": str(goods.variant_id), "quantity": "1"})
    with nothing_changes():
        changed = any_visitor.post(f"/cart/lines/{number}", {"quantity": "1"})
        added = any_visitor.post("/cart/add", {"variant_id": number, "quantity": "1"})
    assert (changed.status_code, added.status_code) == (404, 404)
