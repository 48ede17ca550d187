"""Forms that others send in somebody's name, and fields that a form does not have."""

from typing import Any

import pytest
import sqlalchemy as sa

from smartshop.catalog.models import Product, Variant
from smartshop.identity.models import Person, RoleAssignment
from smartshop.kernel.extensions import db
from smartshop.orders.models import Order
from tests.attacks.sheets import sheets_on
from tests.attacks.stocked import ADMIN, CUSTOMER, LEAVES, Stock, forms, pages
from tests.browser_client import TOKEN
from tests.row_counts import contents, nothing_changes

UNHEARD_OF = "7654321"
SIGNED_OTHERWISE = frozenset({"machine.stripe", "machine.report_policy"})
"""What machines send: the provider signs it, and a report does nothing but stand in the log."""
WISHED = {
    "role": "admin",
    "roles": "admin",
    "is_admin": "true",
    "is_active": "true",
    "is_staff": "true",
    "permissions": "settings:manage",
    "person_id": "1",
    "id": "1",
    "price": "0.01",
    "price_minor": "1",
    "unit_price_minor": "1",
    "total_minor": "1",
    "state": "paid",
    "status": "published",
    "password_hash": "x",
    "confirmed_at": "2020-01-01",
    "email_verified": "1",
    "discount_minor": "99999",
}


def test_every_route_that_writes_is_among_the_forms(stock: Stock) -> None:
    writing = {
        rule.endpoint
        for rule in stock.app.url_map.iter_rules()
        if (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}
    }
    assert writing == {endpoint for endpoint, _, _ in forms(stock)}
    assert len(writing) > 100


@pytest.mark.parametrize("who", [CUSTOMER, ADMIN])
def test_no_form_works_without_its_token(stock: Stock, who: str) -> None:
    browser, stranger = stock.signed_in(who), stock.visitor()
    stranger.get("/sign-in")
    tokens = {"none": "", "made up": "IjEi.made.up", "that of a stranger": stranger.token}
    with nothing_changes():
        statuses = {
            (endpoint, kind): browser.post(address, {**answers, TOKEN: token}, follow=False).status_code
            for endpoint, address, answers in forms(stock)
            for kind, token in tokens.items()
            if endpoint not in SIGNED_OTHERWISE
        }
    assert {form for form, status in statuses.items() if status != 400} == set()


@pytest.mark.parametrize(
    "sign", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_no_form_works_from_another_site(stock: Stock, sign: dict[str, str]) -> None:
    browser = stock.signed_in(ADMIN)
    elsewhere = stock.visitor(**sign)
    elsewhere.cookies, elsewhere.token = browser.cookies, browser.token
    with nothing_changes():
        statuses = {
            endpoint: elsewhere.post(address, answers, follow=False).status_code
            for endpoint, address, answers in forms(stock)
        }
    assert {endpoint for endpoint, status in statuses.items() if status != 400} == set()


def _what_nobody_may_wish_for() -> dict[str, object]:
    db.session.rollback()
    columns: dict[str, Any] = {
        "roles": sa.select(RoleAssignment.person_id, RoleAssignment.role_id),
        "people": sa.select(Person.id, Person.email, Person.password_hash, Person.is_active),
        "prices": sa.select(Variant.id, Variant.price_minor),
        "products": sa.select(Product.id, Product.status),
        "orders": sa.select(Order.id, Order.person_id, Order.state, Order.total_minor),
    }
    found: dict[str, object] = {
        name: sorted(map(tuple, db.session.execute(s))) for name, s in columns.items()
    }
    db.session.rollback()
    return found


def test_a_customer_cannot_wish_for_more_than_a_form_offers(stock: Stock) -> None:
    browser = stock.signed_in(CUSTOMER)
    before = _what_nobody_may_wish_for()
    for endpoint, address, answers in forms(stock):
        if endpoint not in {"account.sign_out", "account.end_other_sign_ins", "account.end_sign_in"}:
            browser.post(address, {**WISHED, **answers}, follow=False)
    assert _what_nobody_may_wish_for() == before


@pytest.mark.parametrize(("who", "least"), [(CUSTOMER, 12), (ADMIN, 30)])
def test_no_form_sets_a_column_that_it_does_not_show(stock: Stock, who: str, least: int) -> None:
    """Each form goes as its page shows it, and beside it every column that the database has."""
    browser = stock.signed_in(who)
    browser.post("/cart/add", {"variant_id": str(stock.names["variant"]), "quantity": "1"})
    columns = {column.name for table in db.metadata.sorted_tables for column in table.columns}
    shown = [page for page in pages(stock) if page.startswith("/admin") == (who == ADMIN)]
    taken = set()
    for sheet in sheets_on(browser, shown):
        if sheet.method == "post" and sheet.path not in LEAVES:
            beside = dict.fromkeys(columns - sheet.names, UNHEARD_OF)
            answer = browser.post(sheet.action, {**beside, **sheet.fields}, follow=False)
            taken |= {sheet.path} if answer.status_code in {302, 303} else set()
    assert len(taken) >= least, sorted(taken)
    rows = [row for rows in contents(leaving_out=()).values() for row in rows]
    assert [row for row in rows if UNHEARD_OF in repr(row)] == []


def test_an_order_costs_what_the_shop_says_whatever_was_sent(stock: Stock) -> None:
    browser = stock.visitor()
    carts = len(contents()["cart_lines"])
    browser.get("/sign-in")
    bought = {"variant_id": str(stock.names["variant"]), "quantity": "1"}
    browser.post("/cart/add", {**WISHED, **bought})
    assert len(contents()["cart_lines"]) == carts + 1
    browser.get("/checkout")
    form = browser.form("/checkout")
    sent = {
        **form.fields,
        "email": "guest@example.com",
        "name": "Guest",
        "line1": "1 Row",
        "city": "London",
        "postcode": "N1 9GU",
        "country": "GB",
        "card_number": "4242 4242 4242 4242",
    }
    honest = min(int(value) for name, value in sent.items() if name.startswith("expected_total"))
    cheap = {name: "1" for name in sent if "total" in name}
    browser.post("/checkout", {**WISHED, **sent, **cheap}, follow=False)
    db.session.rollback()
    placed = db.session.scalars(sa.select(Order.total_minor).where(Order.email == "guest@example.com")).all()
    assert honest > 0
    assert [total for total in placed if total < honest] == []
