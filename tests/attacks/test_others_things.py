"""Every identifier in an address or a form, sent by somebody whose it is not: refused, and no row is another."""

import re
from collections.abc import Iterator, Mapping
from io import BytesIO
from zipfile import ZipFile

import pytest
import sqlalchemy as sa

from smartshop.identity.operations import addresses
from smartshop.identity.rules.addresses import Address
from smartshop.kernel.extensions import db
from smartshop.web.guards import PUBLIC, rule_of
from tests.attacks.sheets import Sheet, sheets_on
from tests.attacks.stocked import CUSTOMER, LEAVES, NEIGHBOUR, Stock, pages
from tests.browser_client import ShopClient
from tests.house.access_table import EVERYBODY, ROUTES, Route
from tests.house.inhabited import email_of
from tests.row_counts import NOTES_OF_A_VISIT, contents, nothing_changes

SECRET = "Victim Lane"
COUNTED = NOTES_OF_A_VISIT | {"allowances", "delays", "audit_records"}
"""What is written about tries, whoever makes them."""


def _has_identifier(route: Route) -> bool:
    return bool(re.search(r"\{|/\d", route.address)) or bool(route.form)


def _heard_by(browser: ShopClient, stock: Stock, who: str) -> dict[tuple[str, str], tuple[int, int]]:
    """What somebody hears whom a route is not for, beside what they should, by (endpoint, address)."""
    heard = {}
    for endpoint, routes in ROUTES.items():
        for route in routes:
            if who in route.who or not _has_identifier(route):
                continue
            address = route.address.format(**stock.names)
            answers = {name: value.format(**stock.names) for name, value in route.form.items()}
            answer = (
                browser.get(address, follow=False)
                if route.method == "GET"
                else browser.post(address, answers, follow=False)
            )
            heard[endpoint, address] = (answer.status_code, _expected(stock, who, endpoint, route))
    return heard


def _expected(stock: Stock, who: str, endpoint: str, route: Route) -> int:
    if who == "anonymous" and rule_of(stock.app, endpoint) is not PUBLIC:
        return 302 if route.method == "GET" else 403
    return route.refusal


@pytest.mark.parametrize("who", sorted(EVERYBODY - {"admin"}))
def test_no_identifier_opens_what_is_not_theirs(stock: Stock, who: str) -> None:
    browser = stock.visitor() if who == "anonymous" else stock.signed_in(email_of(who))
    with nothing_changes():
        heard = _heard_by(browser, stock, who)
    assert len(heard) > (30 if who == "catalog_manager" else 60)
    assert {way: statuses for way, statuses in heard.items() if statuses[0] != statuses[1]} == {}


@pytest.fixture
def victims(stock: Stock) -> list[Sheet]:
    """Every form that the customer is shown, with what it holds; they live where nobody else does."""
    home = Address("Vic Tim", f"77 {SECRET}", "Zqtown", "N1 9GU", "GB", "", "+44 20 7777 4242")
    addresses.keep(person_id=int(str(stock.names["person"])), address=home, is_default=True)
    db.session.rollback()
    browser = stock.signed_in(CUSTOMER)
    sheets = sheets_on(browser, [page for page in pages(stock) if not page.startswith("/admin")])
    assert SECRET in browser.get("/checkout").text
    return sheets


def test_the_forms_of_another_do_nothing_to_their_things(stock: Stock, victims: list[Sheet]) -> None:
    """The neighbour sends each form that the customer sees, with every button, and a token of their own."""
    browser = stock.signed_in(NEIGHBOUR)
    browser.post("/cart/add", {"variant_id": str(stock.names["variant"]), "quantity": "1"})
    sent = [sheet for sheet in victims if sheet.method == "post" and not _is_left_out(sheet.path, stock)]
    assert len(sent) > 25
    before = _rows_not_of(stock.names["neighbour"])
    told = [
        action
        for sheet in sent
        for action, answers in sheet.ways
        if SECRET in "".join(_texts(browser.post(action, _without_the_secret(answers)).get_data()))
    ]
    after = contents(leaving_out=COUNTED)
    assert told == []
    assert {name: lost for name, rows in before.items() if (lost := rows - set(map(repr, after[name])))} == {}


def _is_left_out(path: str, stock: Stock) -> bool:
    """A guest's order has no owner but whoever knows its number, which is its key."""
    return path in LEAVES or path.startswith(f"/orders/{stock.names['guest_order']}/")


def _without_the_secret(answers: Mapping[str, str | list[str]]) -> dict[str, str | list[str]]:
    """What the neighbour can know: numbers can be guessed, words cannot."""
    return {name: "Elm Street" if SECRET in value else value for name, value in answers.items()}


def _texts(content: bytes) -> Iterator[str]:
    """An answer, or the files in it when it is an archive."""
    if not content.startswith(b"PK"):
        yield content.decode(errors="replace")
        return
    with ZipFile(BytesIO(content)) as archive:
        yield from (archive.read(name).decode(errors="replace") for name in archive.namelist())


def _rows_not_of(person_id: object) -> dict[str, set[str]]:
    """Every row of every table but the person's own, and the lines of their cart."""
    of_cart = sa.text("SELECT id FROM carts WHERE person_id = :person")
    own = {"person_id": {person_id}, "cart_id": set(db.session.scalars(of_cart, {"person": person_id}))}
    found = {}
    for name, rows in contents(leaving_out=COUNTED).items():
        columns = [column.name for column in db.metadata.tables[name].columns]
        marks = {columns.index(column): own[column] for column in columns if column in own}
        if name == "people":
            marks = {0: {person_id}}
        found[name] = {
            repr(row) for row in rows if not any(row[place] in ids for place, ids in marks.items())
        }
    return found
