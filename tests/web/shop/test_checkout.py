import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.identity.models import Person
from smartshop.inventory.models import StockLevel
from smartshop.kernel.extensions import db
from smartshop.messaging.models import Email
from smartshop.payments.models import PaymentAttempt
from tests.browser_client import ShopClient
from tests.factories import PASSWORD, make_person, make_product
from tests.joining import finish_account
from tests.row_counts import contents
from tests.web.shop.checkouts import ANSWERS, CARD, PLACE, lines_of, orders, put


def on_hand(variant_id: int) -> int:
    return db.session.get_one(StockLevel, variant_id, populate_existing=True).on_hand


def test_an_empty_cart_cannot_be_checked_out(visitor: ShopClient) -> None:
    answer = visitor.get("/checkout", follow=False)
    assert (answer.status_code, answer.location) == (302, "/cart")
    page = visitor.get("/cart").text
    assert "Your cart is empty. Put something into it first." in page
    assert "what you can order now" not in page


def test_a_guest_orders_and_sees_the_order(visitor: ShopClient) -> None:
    mug, lamp = make_product(price_minor=1250), make_product(name="Lamp", price_minor=3000)
    put(visitor, mug, 2)
    put(visitor, lamp)
    visitor.get("/checkout")
    answer = visitor.submit("/checkout", ANSWERS)
    [order] = orders()
    assert (answer.status_code, answer.request.path) == (200, f"/orders/{order.number}")
    assert (order.state, order.email, order.person_id, order.goods_minor) == (
        "paid",
        "ada@example.com",
        None,
        5500,
    )
    assert lines_of(order) == [("Mug", 2), ("Lamp", 1)]
    assert (on_hand(mug.variant_id), on_hand(lamp.variant_id)) == (8, 9)
    assert order.number in answer.text
    assert "1 Analytical Row" in answer.text
    assert "empty" in visitor.get("/cart").text


def test_the_order_is_confirmed_by_one_e_mail(visitor: ShopClient) -> None:
    put(visitor, make_product())
    visitor.get("/checkout")
    visitor.submit("/checkout", ANSWERS)
    [order] = orders()
    messages = db.session.scalars(sa.select(Email)).all()
    assert [(message.kind, message.recipient) for message in messages] == [
        ("order_confirmation", order.email)
    ]


@pytest.mark.parametrize("payment", ["invoice", "cash_on_delivery"])
def test_an_order_can_be_paid_later(visitor: ShopClient, payment: str) -> None:
    put(visitor, make_product())
    visitor.get("/checkout")
    visitor.submit("/checkout", {**ANSWERS, "payment": payment, "card_number": ""})
    assert [(order.state, order.payment_method) for order in orders()] == [("confirmed", payment)]


@pytest.mark.parametrize("shipping", ["standard", "express"])
def test_each_delivery_costs_what_the_page_said(visitor: ShopClient, shipping: str) -> None:
    put(visitor, make_product(price_minor=1000))
    visitor.get("/checkout")
    total = int(visitor.form("/checkout").fields[f"expected_total_{shipping}"])
    visitor.submit("/checkout", {**ANSWERS, "shipping": shipping})
    [order] = orders()
    assert (order.total_minor, order.goods_minor + order.shipping_minor) == (total, total)


def test_a_customer_orders_under_their_own_address(visitor: ShopClient) -> None:
    person_id = make_person(email="ada@example.com")
    visitor.sign_in("ada@example.com", PASSWORD)
    put(visitor, make_product())
    visitor.get("/checkout")
    answers = {name: text for name, text in ANSWERS.items() if name in visitor.form("/checkout").names}
    visitor.submit("/checkout", {**answers})
    assert [(order.person_id, order.email) for order in orders()] == [(person_id, "ada@example.com")]


def test_a_customer_cannot_order_under_the_address_of_another(visitor: ShopClient) -> None:
    make_person(email="ada@example.com")
    visitor.sign_in("ada@example.com", PASSWORD)
    put(visitor, make_product())
    visitor.get("/checkout")
    shown = visitor.form("/checkout").fields
    visitor.post("/checkout", {**shown, **ANSWERS, "email": "eve@example.com"})
    assert [order.email for order in orders()] == ["ada@example.com"]


def test_a_guest_opens_an_account_with_the_order(visitor: ShopClient) -> None:
    mug = make_product()
    put(visitor, mug)
    visitor.get("/checkout")
    answer = visitor.submit("/checkout", {**ANSWERS, "create_account": "yes", "password": PASSWORD})
    [order] = orders()
    assert answer.request.path == f"/orders/{order.number}"
    assert "One step to your account" in answer.text
    assert order.person_id is None
    finish_account(visitor, "ada@example.com")
    person = db.session.scalars(sa.select(Person)).one()
    [order] = orders()
    assert (person.email, person.name, person.country) == ("ada@example.com", "Ada Buyer", "GB")
    assert order.person_id == person.id
    assert order.number in visitor.get("/account/orders").text


def test_sending_the_same_checkout_twice_gives_one_order(visitor: ShopClient) -> None:
    mug = make_product()
    put(visitor, mug, 2)
    visitor.get("/checkout")
    first = visitor.submit("/checkout", ANSWERS, follow=False)
    second = visitor.submit("/checkout", ANSWERS, follow=False)
    assert (first.status_code, second.status_code, first.location) == (303, 303, second.location)
    assert len(orders()) == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PaymentAttempt)) == 1
    assert on_hand(mug.variant_id) == 8


def test_sending_a_checkout_that_opens_an_account_twice_gives_one_order(visitor: ShopClient) -> None:
    put(visitor, make_product())
    visitor.get("/checkout")
    answers = {**ANSWERS, "create_account": "yes", "password": PASSWORD}
    cookies = dict(visitor.cookies)
    first = visitor.submit("/checkout", answers, follow=False)
    visitor.cookies = cookies
    second = visitor.submit("/checkout", answers, follow=False)
    assert (first.status_code, second.status_code, first.location) == (303, 303, second.location)
    assert len(orders()) == 1
    finish_account(visitor, "ada@example.com")
    assert orders()[0].number in visitor.get("/account/orders").text


def test_an_order_placed_in_another_tab_is_not_placed_again(app: Flask, visitor: ShopClient) -> None:
    put(visitor, make_product())
    visitor.get("/checkout")
    other_tab = dict(visitor.form("/checkout").fields)
    visitor.get("/checkout")
    visitor.submit("/checkout", ANSWERS)
    answer = visitor.post("/checkout", {**other_tab, **ANSWERS})
    assert answer.status_code == 422
    assert len(orders()) == 1


def test_a_form_whose_cart_is_empty_by_now_is_answered_with_the_cart(visitor: ShopClient) -> None:
    put(visitor, make_product())
    visitor.get("/checkout")
    form = {**visitor.form("/checkout").fields, **ANSWERS}
    visitor.post("/checkout", form)
    other_tab = {**form, "idempotency_key": "the key of another tab"}
    for answers in (other_tab, {**other_tab, "name": ""}):
        answer = visitor.post("/checkout", answers)
        assert answer.status_code == 422
        assert "Your cart is empty" in answer.text
        assert "Place the order" not in answer.text
    assert len(orders()) == 1


def test_no_card_number_is_kept(visitor: ShopClient) -> None:
    put(visitor, make_product())
    visitor.get("/checkout")
    visitor.submit("/checkout", {**ANSWERS, **CARD})
    kept = repr(contents(leaving_out=()))
    assert CARD["card_number"].replace(" ", "") not in kept.replace(" ", "")


def test_the_checkout_of_a_customer_is_filled_in_with_what_is_known(visitor: ShopClient) -> None:
    make_person(email="ada@example.com", name="Ada Buyer")
    visitor.sign_in("ada@example.com", PASSWORD)
    put(visitor, make_product())
    visitor.get("/checkout")
    assert visitor.form("/checkout").fields["name"] == PLACE["name"]
