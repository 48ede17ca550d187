import pytest
from flask import Flask

from smartshop.identity.rules.roles import Role
from smartshop.orders.rules.states import State
from tests.browser_client import ShopClient
from tests.factories import PASSWORD, make_order, make_person, make_product


def signed_in(app: Flask, email: str) -> ShopClient:
    browser = ShopClient(app)
    browser.sign_in(email, PASSWORD)
    return browser


def test_an_order_shows_what_was_bought_where_it_goes_and_what_it_cost(visitor: ShopClient) -> None:
    number = make_order(lines=[(make_product(name="Blue mug", price_minor=1234), 3)], shipping_minor=395)
    page = visitor.get(f"/orders/{number}").text
    for part in (number, "Blue mug", "£37.02", "£40.97", "Analytical Row"):
        assert part in page


def test_only_its_customer_sees_an_order(app: Flask) -> None:
    ada = make_person(email="ada@example.com")
    make_person(email="eve@example.com")
    make_person(email="staff@example.com", role=Role.SUPPORT)
    number = make_order(person_id=ada)
    assert signed_in(app, "ada@example.com").get(f"/orders/{number}").status_code == 200
    for other in (ShopClient(app), signed_in(app, "eve@example.com"), signed_in(app, "staff@example.com")):
        answer = other.get(f"/orders/{number}")
        assert (answer.status_code, "Analytical Row" in answer.text) == (404, False)


def test_the_order_of_a_guest_opens_for_whoever_holds_its_number(app: Flask) -> None:
    number = make_order()
    assert ShopClient(app).get(f"/orders/{number}").status_code == 200


@pytest.mark.parametrize("number", ["1", "AAAA-BBBB-CCCC", "' OR 1=1 --", "x" * 500, "%"])
def test_a_guessed_number_opens_nothing(visitor: ShopClient, number: str) -> None:
    make_order()
    assert visitor.get(f"/orders/{number}").status_code == 404


@pytest.mark.parametrize("state", list(State))
def test_every_state_of_an_order_can_be_shown(visitor: ShopClient, state: State) -> None:
    assert visitor.get(f"/orders/{make_order(state=state)}").status_code == 200
