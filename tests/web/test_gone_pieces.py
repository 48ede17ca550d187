"""Lists of orders tell what was cancelled from what came back."""

import pytest
from flask import Flask

from smartshop.identity.rules.roles import Role
from smartshop.orders.queries import reading
from smartshop.orders.queries.reading import Gone
from tests.browser_client import ShopClient
from tests.factories import PASSWORD, Goods, make_order, make_person, make_product
from tests.orders.acting import cancel, let_go, ship, take_back

PAGES = ("/account", "/account/orders", "/admin/orders", "/admin/customers/{ada}")


@pytest.fixture
def mug(app: Flask) -> Goods:
    return make_product(price_minor=1000, on_hand=20)


@pytest.fixture
def ada(app: Flask) -> int:
    return make_person(email="ada@example.com", role=Role.ADMIN)


def rows(visitor: ShopClient, ada: int, number: str) -> list[str]:
    """The row of an order on every page that lists it."""
    visitor.sign_in("ada@example.com", PASSWORD)
    found = []
    for page in PAGES:
        text = visitor.get(page.format(ada=ada)).text.partition("<main")[2]
        found.append(" ".join(text.partition(f"orders/{number}")[2].partition("</tr>")[0].split()))
    return found


def test_an_order_that_was_cancelled_did_not_come_back(visitor: ShopClient, ada: int, mug: Goods) -> None:
    number, _another = (make_order(lines=[(mug, 3)], person_id=ada) for _ in range(2))
    cancel(number)
    for row in rows(visitor, ada, number):
        assert "3 cancelled" in row
        assert "returned" not in row
        assert "£30.00" in row


def test_parts_that_were_cancelled_and_parts_that_came_back_are_told_apart(
    visitor: ShopClient, ada: int, mug: Goods
) -> None:
    number = make_order(lines=[(mug, 3)], person_id=ada)
    ship(number, {1: 2})
    cancel(number)
    take_back(number, {1: 1})
    for row in rows(visitor, ada, number):
        assert "1 cancelled, 1 returned" in row
    page = visitor.get(f"/admin/orders/{number}").text
    cells = page.partition("Lines of the order")[2].partition("<tbody>")[2].split('<td class="is-number">')
    assert [cell.partition("<")[0] for cell in cells[2:6]] == ["3", "2", "1", "1"]


def test_a_lower_price_is_neither(visitor: ShopClient, ada: int, mug: Goods) -> None:
    number = make_order(lines=[(mug, 3)], person_id=ada)
    let_go(number, 500)
    for row in rows(visitor, ada, number):
        assert "£5.00" in row
        assert "cancelled" not in row
        assert "returned" not in row


def test_what_went_is_read_of_those_alone_of_which_something_went(ada: int, mug: Goods) -> None:
    whole, part = (make_order(lines=[(mug, 2)], person_id=ada) for _ in range(2))
    ship(part, {1: 2})
    take_back(part, {1: 1})
    assert reading.gone(reading.orders_of(ada).items) == {part: Gone(cancelled=0, returned=1)}
    assert whole not in reading.gone(reading.orders_of(ada).items)
