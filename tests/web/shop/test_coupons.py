import pytest
import sqlalchemy as sa

from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.pricing.models.promotions import Promotion
from tests.browser_client import ShopClient
from tests.factories import make_order, make_product, make_promotion
from tests.row_counts import nothing_changes
from tests.web.shop.checkouts import ANSWERS, orders, put

CODE = "/cart/code"


def test_a_code_typed_anyhow_takes_its_part_off_until_it_is_removed(visitor: ShopClient) -> None:
    make_promotion(code="TEN", name="Hello tenth")
    put(visitor, make_product(price_minor=2000))
    visitor.get("/cart")
    page = visitor.submit(CODE, {"code": " ten "}).text
    assert "Hello tenth" in page
    assert "−£2.00" in page
    assert "You save £2.00." in page
    page = visitor.submit(CODE, button="drop_code").text
    assert "Hello tenth" not in page
    assert "Coupon code" in page


def test_what_happens_by_itself_is_shown_with_what_it_saves(visitor: ShopClient) -> None:
    make_promotion(name="Free delivery this week", kind="free_shipping")
    put(visitor, make_product())
    page = visitor.get("/cart").text
    assert "Free delivery this week" in page
    assert "saves £3.95" in page


def test_a_code_the_cart_does_not_reach_yet_waits_and_says_how_much_is_missing(visitor: ShopClient) -> None:
    make_promotion(code="RICH", minimum_goods_minor=2500)
    mug = make_product(price_minor=1000)
    put(visitor, mug)
    visitor.get("/cart")
    assert "Add £15.00 of what RICH is for" in visitor.submit(CODE, {"code": "rich"}).text
    put(visitor, mug, 2)
    page = visitor.get("/cart").text
    assert "−£3.00" in page
    assert "Add £" not in page


@pytest.mark.parametrize("code", ["NOPE", "", "   ", "X" * 60, "<b>Ü</b>"])
def test_a_code_nobody_knows_is_refused_and_nothing_changes(visitor: ShopClient, code: str) -> None:
    make_promotion(code="TEN")
    put(visitor, make_product())
    visitor.get("/cart")
    with nothing_changes():
        answer = visitor.submit(CODE, {"code": code})
    assert answer.status_code == 422
    assert "<b>" not in answer.text
    assert ("Enter the code first" if not code.strip() else "We do not know the code") in answer.text
    assert visitor.form(CODE).fields["code"] == code


def test_at_checkout_a_code_is_used_without_losing_what_was_typed(visitor: ShopClient) -> None:
    make_promotion(code="TEN")
    put(visitor, make_product(price_minor=2000))
    visitor.get("/checkout")
    page = visitor.submit("/checkout", {"name": "Ada Typed", "code": "ten"})
    assert page.status_code == 200
    assert "Ada Typed" in page.text
    assert "−£2.00" in page.text
    assert orders() == []
    visitor.submit("/checkout", ANSWERS)
    [order] = orders()
    assert (order.discount_minor, order.total_minor) == (200, 2195)
    shown = visitor.get(f"/orders/{order.number}").text
    assert "A tenth off" in shown
    assert "You saved £2.00." in shown


def test_a_wrong_code_at_checkout_orders_nothing(visitor: ShopClient) -> None:
    put(visitor, make_product())
    visitor.get("/checkout")
    answer = visitor.submit("/checkout", {**ANSWERS, "code": "NOPE"})
    assert (answer.status_code, orders()) == (422, [])
    assert "We do not know the code NOPE" in answer.text


def test_a_code_that_ends_while_one_types_is_told_kindly_and_the_next_try_orders(visitor: ShopClient) -> None:
    make_promotion(code="TEN")
    put(visitor, make_product(price_minor=2000))
    visitor.get("/cart")
    visitor.submit(CODE, {"code": "ten"})
    visitor.get("/checkout")
    with unit_of_work():
        db.session.execute(sa.update(Promotion).values(limit_total=0))
    answer = visitor.submit("/checkout", ANSWERS)
    assert answer.status_code == 409
    assert "The code TEN has been used as often as it can be." in answer.text
    assert orders() == []
    visitor.submit("/checkout", ANSWERS)
    assert [order.total_minor for order in orders()] == [2395]


def test_nobody_learns_who_ordered_before_only_that_the_code_does_not_count(visitor: ShopClient) -> None:
    make_order(email="old@example.com")
    make_promotion(code="FIRST", is_for_new_customers=True)
    put(visitor, make_product(price_minor=2000))
    visitor.get("/cart")
    visitor.submit(CODE, {"code": "first"})
    visitor.get("/checkout")
    answer = visitor.submit("/checkout", {**ANSWERS, "email": "old@example.com"})
    assert answer.status_code == 409
    assert "The code FIRST cannot be used for this order." in answer.text
    assert "order before" not in answer.text
