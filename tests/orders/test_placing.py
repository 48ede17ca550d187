from collections.abc import Mapping
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.cart import queries as cart_queries
from smartshop.cart.operations import filling as carts
from smartshop.cart.operations.filling import CartGone
from smartshop.cart.queries import CartKey
from smartshop.catalog.models import Product, Variant
from smartshop.inventory.models import StockLevel, StockMovement
from smartshop.inventory.queries import stock as inventory
from smartshop.kernel import codes
from smartshop.kernel.audit import AuditRecord
from smartshop.kernel.errors import DomainError, Invalid
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.messaging.models import Email
from smartshop.orders.models import Order, OrderLine
from smartshop.orders.operations import placing
from smartshop.orders.operations.placing import CartShort, PaymentDeclined, PriceChanged
from smartshop.orders.queries import quotes, reading
from smartshop.orders.rules.checkout import PlaceOrder
from smartshop.payments import queries as payments
from smartshop.payments.rules.gateways import Outcome, Result
from smartshop.pricing.models.tax import TaxArea, TaxRate
from tests.factories import HOME, IS_DECLINED, Goods, make_cart, make_command, make_person, make_product
from tests.row_counts import row_counts


def place(command: PlaceOrder, key: CartKey) -> str:
    return placing.place(command=command, key=key, currency="GBP")


def left(goods: Goods) -> int | None:
    return inventory.availability([goods.variant_id])[goods.variant_id].quantity


def everything(*goods: Goods) -> tuple[dict[str, int], list[int | None]]:
    """What a refused checkout must leave alone: the rows of every table and the stock."""
    return row_counts(), [left(item) for item in goods]


def order(number: str) -> reading.OrderView:
    return reading.order(number, seen_by=None, is_staff=True)


def test_an_order_is_the_cart_frozen_with_its_stock_payment_and_letter(any_app: Flask) -> None:
    mug, lamp = (
        make_product(price_minor=1000, on_hand=5),
        make_product(name="Lamp", price_minor=2500, on_hand=3),
    )
    key = make_cart((mug, 2), (lamp, 1))
    number = place(make_command(expected_total_minor=4895), key)
    placed = order(number)
    assert (placed.state, placed.source, placed.email, placed.person_id) == (
        "paid",
        "shop",
        "ada@example.com",
        None,
    )
    assert (placed.goods_minor, placed.shipping_minor, placed.total_minor) == (4500, 395, 4895)
    assert (placed.tax_minor, placed.added_tax_minor, placed.currency) == (816, 0, "GBP")
    assert (placed.shipping_method, placed.payment_method) == ("Standard delivery", "test_card")
    assert placed.address == HOME.frozen()
    assert [
        (line.product_name, line.quantity, line.unit_price_minor, line.total_minor) for line in placed.lines
    ] == [
        ("Mug", 2, 1000, 2000),
        ("Lamp", 1, 2500, 2500),
    ]
    assert [left(mug), left(lamp)] == [3, 2]
    sold = sa.select(StockMovement.quantity, StockMovement.reference).where(StockMovement.kind == "sale")
    assert sorted(tuple(row) for row in db.session.execute(sold)) == [(-2, number), (-1, number)]
    (attempt,) = payments.attempts(number)
    assert (attempt.state, attempt.amount_minor, attempt.gateway) == ("captured", 4895, "test_card")
    (letter,) = db.session.scalars(sa.select(Email))
    assert (letter.kind, letter.recipient, letter.state) == (
        "order_confirmation",
        "ada@example.com",
        "queued",
    )
    assert (letter.facts["number"], letter.facts["total_minor"]) == (number, 4895)
    (moved,) = db.session.scalars(sa.select(AuditRecord))
    assert (moved.subject, moved.before, moved.after) == (
        f"order:{number}",
        {"state": "pending"},
        {"state": "paid"},
    )
    assert cart_queries.snapshot(key).items == ()


@pytest.mark.parametrize("code", ["invoice", "cash_on_delivery"])
def test_an_order_paid_later_is_confirmed_and_its_money_waited_for(any_app: Flask, code: str) -> None:
    key = make_cart((make_product(), 1))
    number = place(make_command(expected_total_minor=1395, payment_code=code, card={}), key)
    assert order(number).state == "confirmed"
    assert [attempt.state for attempt in payments.attempts(number)] == ["pending"]


def test_a_tax_that_comes_on_top_is_part_of_the_total(any_app: Flask) -> None:
    with unit_of_work():
        db.session.execute(sa.update(TaxRate).values(basis_points=1000))
        db.session.execute(sa.update(TaxArea).values(is_inclusive=False))
    key = make_cart((make_product(price_minor=1000), 3))
    placed = order(place(make_command(expected_total_minor=3735), key))
    assert (placed.goods_minor, placed.shipping_minor, placed.tax_minor, placed.added_tax_minor) == (
        3000,
        395,
        340,
        340,
    )
    taxes = db.session.scalars(sa.select(OrderLine.tax_minor)).all()
    assert taxes == [300]


def test_a_signed_in_person_orders_their_own_cart(any_app: Flask) -> None:
    ada = make_person()
    key = make_cart((make_product(), 1), person_id=ada)
    number = place(make_command(expected_total_minor=1395), key)
    assert order(number).person_id == ada
    assert [row.number for row in reading.orders_of(ada).items] == [number]


def test_lines_stay_as_they_were_bought_whatever_happens_to_the_catalog(any_app: Flask) -> None:
    mug = make_product(name="Mug", price_minor=1000)
    number = place(make_command(expected_total_minor=1395), make_cart((mug, 1)))
    before = order(number)
    with unit_of_work():
        db.session.execute(sa.update(Product).values(name="Cup", status="draft"))
        db.session.execute(sa.update(Variant).values(price_minor=9900, sku="NEW"))
    assert order(number) == before
    with unit_of_work():
        db.session.execute(sa.delete(StockMovement))
        db.session.execute(sa.delete(Product))
    after = order(number)
    assert after == replace(before, lines=tuple(replace(line, variant_id=None) for line in before.lines))
    assert db.session.scalars(sa.select(OrderLine.product_id)).all() == [None]


def test_a_price_that_changed_is_shown_again_and_nothing_happens(any_app: Flask) -> None:
    mug = make_product(price_minor=1000)
    key = make_cart((mug, 2))
    with unit_of_work():
        db.session.execute(sa.update(Variant).values(price_minor=1100))
    before = everything(mug)
    with pytest.raises(PriceChanged) as refusal:
        place(make_command(expected_total_minor=2395), key)
    assert refusal.value.facts == {"seen": 2395, "now": 2595, "refusal": None}
    assert everything(mug) == before
    assert cart_queries.snapshot(key).quantity == 2
    assert order(place(make_command(expected_total_minor=2595), key)).total_minor == 2595


@pytest.mark.parametrize("expected", [-1, 0, 1394, 1396, 10**12])
def test_a_total_nobody_saw_buys_nothing(any_app: Flask, expected: int) -> None:
    mug = make_product(price_minor=1000)
    key = make_cart((mug, 1))
    before = everything(mug)
    with pytest.raises(PriceChanged):
        place(make_command(expected_total_minor=expected), key)
    assert everything(mug) == before


def test_a_shortage_names_the_lines_and_nothing_happens(any_app: Flask) -> None:
    mug, lamp = make_product(on_hand=9), make_product(name="Lamp", on_hand=2)
    key = make_cart((mug, 1), (lamp, 2))
    with unit_of_work():
        db.session.execute(
            sa.update(StockLevel).where(StockLevel.variant_id == lamp.variant_id).values(on_hand=1)
        )
    before = everything(mug, lamp)
    with pytest.raises(CartShort) as refusal:
        place(make_command(expected_total_minor=3395), key)
    items = refusal.value.facts["items"]
    assert isinstance(items, list)
    assert [item.name for item in items] == ["Lamp"]
    assert everything(mug, lamp) == before
    assert cart_queries.snapshot(key).quantity == 3


@pytest.mark.parametrize("change", [{"status": "draft"}])
def test_what_was_taken_off_the_shelves_cannot_be_ordered(any_app: Flask, change: Mapping[str, str]) -> None:
    mug = make_product()
    key = make_cart((mug, 1))
    with unit_of_work():
        db.session.execute(sa.update(Product).values(**change))
    before = everything(mug)
    with pytest.raises(CartShort):
        place(make_command(expected_total_minor=1395), key)
    assert everything(mug) == before


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"payment_code": "gold"}, "payment"),
        ({"shipping_code": "balloon"}, "shipping"),
        ({"card": {}}, "card_number"),
    ],
)
def test_choices_that_are_not_offered_are_refused_by_field(
    any_app: Flask, wrong: dict[str, str], field: str
) -> None:
    mug = make_product()
    key = make_cart((mug, 1))
    before = everything(mug)
    with pytest.raises(Invalid) as refusal:
        place(make_command(expected_total_minor=1395, **wrong), key)  # type: ignore[arg-type]
    assert list(refusal.value.fields) == [field]
    assert everything(mug) == before


def test_an_empty_cart_or_none_orders_nothing(any_app: Flask) -> None:
    mug = make_product()
    emptied = make_cart((mug, 1))
    carts.set_quantity(key=emptied, variant_id=mug.variant_id, quantity=0)
    before = everything(mug)
    for key in (emptied, CartKey(), CartKey(token=codes.token()), CartKey(person_id=4711)):
        with pytest.raises(Invalid, match="Your cart is empty"):
            place(make_command(expected_total_minor=395), key)
    assert everything(mug) == before


def test_a_declined_card_gives_back_the_stock_and_the_cart(any_app: Flask) -> None:
    mug = make_product(on_hand=5)
    key = make_cart((mug, 2))
    command = make_command(expected_total_minor=2395, card=IS_DECLINED)
    with pytest.raises(PaymentDeclined, match="You can try another one") as refusal:
        place(command, key)
    number = str(refusal.value.facts["number"])
    assert order(number).state == "cancelled"
    assert left(mug) == 5
    assert cart_queries.snapshot(key).quantity == 2
    assert [attempt.state for attempt in payments.attempts(number)] == ["declined"]
    assert db.session.scalars(sa.select(Email)).all() == []
    moves = sa.select(StockMovement.kind, StockMovement.quantity).order_by(StockMovement.id)
    assert [tuple(row) for row in db.session.execute(moves)] == [
        ("receipt", 5),
        ("sale", -2),
        ("cancellation", 2),
    ]


def test_after_a_decline_the_same_form_pays_with_another_card(any_app: Flask) -> None:
    mug = make_product(on_hand=2)
    key = make_cart((mug, 2))
    form = codes.token()
    with pytest.raises(PaymentDeclined):
        place(make_command(expected_total_minor=2395, idempotency_key=form, card=IS_DECLINED), key)
    number = place(make_command(expected_total_minor=2395, idempotency_key=form), key)
    assert order(number).state == "paid"
    assert left(mug) == 0
    assert sorted(db.session.scalars(sa.select(Order.state))) == ["cancelled", "paid"]


def test_the_same_form_sent_again_is_the_same_order(any_app: Flask) -> None:
    mug = make_product(on_hand=5)
    key = make_cart((mug, 2))
    command = make_command(expected_total_minor=2395)
    number = place(command, key)
    before = everything(mug)
    assert place(command, key) == number
    carts.add(key=key, variant_id=mug.variant_id, quantity=1)
    with_new_cart = everything(mug)
    assert place(command, key) == number
    assert everything(mug) == with_new_cart
    assert before[1] == with_new_cart[1] == [3]
    assert len(payments.attempts(number)) == 1


def test_a_second_form_for_a_cart_that_was_ordered_orders_nothing(any_app: Flask) -> None:
    mug = make_product(on_hand=5)
    key = make_cart((mug, 2))
    place(make_command(expected_total_minor=2395), key)
    before = everything(mug)
    with pytest.raises(Invalid, match="Your cart is empty"):
        place(make_command(expected_total_minor=2395), key)
    assert everything(mug) == before


def test_the_same_cart_never_makes_two_orders_even_past_the_lock(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    mug = make_product(on_hand=5)
    key = make_cart((mug, 2))
    seen = cart_queries.snapshot(key)
    place(make_command(expected_total_minor=2395), key)
    before = everything(mug)
    monkeypatch.setattr(cart_queries, "snapshot", lambda _key: seen)
    with pytest.raises(CartGone):
        place(make_command(expected_total_minor=2395), key)
    assert everything(mug) == before


def test_a_gateways_second_answer_changes_nothing(any_app: Flask) -> None:
    mug = make_product(on_hand=5)
    number = place(make_command(expected_total_minor=1395), make_cart((mug, 1)))
    before = everything(mug)
    placing.settle(number=number, attempt_id=1, outcome=Outcome(Result.DECLINED, None, "too late"))
    assert everything(mug) == before
    assert order(number).state == "paid"


def test_an_order_without_an_address_to_write_to_sends_no_letter(any_app: Flask) -> None:
    number = place(make_command(expected_total_minor=1395, email=""), make_cart((make_product(), 1)))
    assert order(number).state == "paid"
    assert db.session.scalars(sa.select(Email)).all() == []


def test_what_is_charged_is_what_the_order_says(any_app: Flask) -> None:
    goods = [
        make_product(name=f"Thing {price}", price_minor=price, on_hand=99) for price in (1, 33, 99, 1234)
    ]
    key = make_cart(*((item, quantity) for item, quantity in zip(goods, (7, 3, 11, 2), strict=True)))
    quote = quotes.quote_for(
        cart_queries.snapshot(key), shipping_code="express", country="GB", currency="GBP"
    )
    number = place(make_command(expected_total_minor=quote.total_minor, shipping_code="express"), key)
    placed, (attempt,) = order(number), payments.attempts(number)
    assert placed.total_minor == quote.total_minor == attempt.amount_minor == 7 + 99 + 1089 + 2468 + 795
    assert sum(line.total_minor for line in placed.lines) == placed.goods_minor


def test_every_refusal_is_a_fact_with_a_message_for_the_customer() -> None:
    for refusal in (PriceChanged, CartShort, PaymentDeclined, CartGone):
        assert issubclass(refusal, DomainError)
        assert refusal.status == 409
    assert len({refusal.code for refusal in (PriceChanged, CartShort, PaymentDeclined, CartGone)}) == 4
