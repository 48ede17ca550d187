"""The page on which customers cancel an order: what it says, what it does, and when it is not there."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from smartshop.orders.rules.states import State
from smartshop.orders.rules.withdrawing import CAUSES
from smartshop.payments.rules.gateways import DemoCard, GatewayAway
from tests.browser_client import ShopClient
from tests.factories import PASSWORD, make_order, make_person, make_product
from tests.orders.acting import after, bought, cancel, left_of, ship, state_of, take_back
from tests.row_counts import nothing_changes
from tests.web.shop.test_ways_to_pay import with_settings

LINK = "Cancel this order"


def test_a_page_tells_what_was_cancelled_from_what_came_back(visitor: ShopClient) -> None:
    number = bought((make_product(on_hand=5), 3))
    ship(number, {1: 2})
    take_back(number, {1: 1})
    assert "1 returned" in visitor.get(f"/orders/{number}").text
    cancel(number)
    assert "1 cancelled · 1 returned" in visitor.get(f"/orders/{number}").text


def test_a_guest_cancels_by_the_link_of_the_order(visitor: ShopClient) -> None:
    mug = make_product(name="Blue mug", on_hand=5, price_minor=3000)
    number = bought((mug, 2))
    at = f"/orders/{number}"
    assert f'href="{at}/cancel"' in visitor.get(at).text
    page = visitor.get(f"{at}/cancel").text
    for part in ("Cancel this order?", "Blue mug", "The £60.00 you paid go back to you", "Keep the order"):
        assert part in page
    page = visitor.submit(f"{at}/cancel", {"cause": "mind"}).text
    assert "Your order is cancelled. £60.00 went back to you" in page
    assert "Cancelled: 2 × Blue mug" in page
    assert ("2 cancelled" in page, "returned" in page) == (True, False)
    assert LINK not in page
    assert (state_of(number), left_of(mug)) == ("cancelled", 5)


def test_an_account_cancels_its_own_order_and_no_other(app: Flask) -> None:
    number = make_order(person_id=make_person(email="ada@example.com"), state=State.CONFIRMED)
    make_person(email="eve@example.com")
    eve, ada = ShopClient(app), ShopClient(app)
    eve.sign_in("eve@example.com", PASSWORD)
    ada.sign_in("ada@example.com", PASSWORD)
    form = {"revision": str(after(number).revision)}
    for other in (eve, ShopClient(app)):
        other.get("/cart")
        with nothing_changes():
            assert other.get(f"/orders/{number}/cancel").status_code == 404
            assert other.post(f"/orders/{number}/cancel", form).status_code == 404
    ada.get(f"/orders/{number}/cancel")
    assert "Nothing is owed for it" in ada.submit(f"/orders/{number}/cancel").text
    assert state_of(number) == "cancelled"


def sent() -> str:
    number = bought((make_product(on_hand=5), 2))
    ship(number, {1: 1})
    return number


@pytest.mark.parametrize("prepare", [sent, lambda: make_order(state="fulfilled")])
def test_what_cannot_be_cancelled_leads_nowhere(visitor: ShopClient, prepare: Callable[[], str]) -> None:
    number = prepare()
    at = f"/orders/{number}"
    assert LINK not in visitor.get(at).text
    assert "cannot be cancelled here any more" in visitor.get(f"{at}/cancel").text
    with nothing_changes():
        answer = visitor.post(f"{at}/cancel", {"revision": str(after(number).revision)})
    assert (answer.status_code, 'role="alert"' in answer.text) == (409, True)


def test_a_shop_that_cancels_only_itself_offers_it_to_nobody(
    app: Flask, visitor: ShopClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_settings(app, monkeypatch, cancel_hours=0)
    number = bought((make_product(on_hand=5), 1))
    assert LINK not in visitor.get(f"/orders/{number}").text
    answer = visitor.post(f"/orders/{number}/cancel", {"revision": str(after(number).revision)})
    assert (answer.status_code, state_of(number)) == (409, "paid")


def test_a_parcel_that_left_while_the_page_was_open_is_not_cancelled(visitor: ShopClient) -> None:
    number = bought((make_product(on_hand=5), 2))
    visitor.get(f"/orders/{number}/cancel")
    ship(number, {1: 2})
    with nothing_changes():
        answer = visitor.submit(f"/orders/{number}/cancel")
    assert (answer.status_code, "has changed since you opened" in answer.text) == (409, True)


def test_the_form_sent_twice_cancels_once(visitor: ShopClient) -> None:
    number = bought((make_product(price_minor=6000), 1))
    form = {"revision": str(after(number).revision)}
    visitor.get(f"/orders/{number}")
    visitor.post(f"/orders/{number}/cancel", form)
    with nothing_changes():
        assert visitor.post(f"/orders/{number}/cancel", form).status_code == 200
    assert after(number).standing.refunded_minor == 6000


def test_a_cause_that_was_not_offered_is_said_on_the_page(visitor: ShopClient) -> None:
    number = bought((make_product(), 1))
    page = visitor.get(f"/orders/{number}/cancel").text
    assert re.findall(r'<option value="(\w*)"', page) == [*CAUSES]
    answer = visitor.submit(f"/orders/{number}/cancel", {"cause": "boredom"})
    assert (answer.status_code, "Choose one of the reasons shown" in answer.text) == (422, True)


def test_a_refund_that_waits_for_its_provider_is_told(
    visitor: ShopClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_args: object, **_facts: object) -> None:
        raise GatewayAway("silence")

    number = bought((make_product(price_minor=6000), 1))
    visitor.get(f"/orders/{number}/cancel")
    monkeypatch.setattr(DemoCard, "refund", silent)
    page = visitor.submit(f"/orders/{number}/cancel").text
    assert "Your money follows as soon as the payment provider answers" in page
    assert (state_of(number), after(number).has_pending_refund) == ("cancelled", True)
