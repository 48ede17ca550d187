import pytest
import sqlalchemy as sa

from smartshop.catalog.models import Variant
from smartshop.inventory.models import Reservation, StockLevel
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from tests.browser_client import ShopClient
from tests.factories import PASSWORD, Goods, make_person, make_product
from tests.inbox import kinds_sent_to
from tests.row_counts import nothing_changes
from tests.web.shop.checkouts import ANSWERS, CARD, PLACE, orders, put

WITH_ACCOUNT = {"create_account": "yes", "password": PASSWORD}
REAL_CARD = "4111 1111 1111 1111"

REFUSED = {
    "no name": {"name": ""},
    "blank name": {"name": "   "},
    "long name": {"name": "x" * 121},
    "no street": {"line1": ""},
    "long street": {"line1": "x" * 121},
    "long second line": {"line2": "x" * 121},
    "no city": {"city": ""},
    "long city": {"city": "x" * 81},
    "no postcode": {"postcode": ""},
    "long postcode": {"postcode": "x" * 17},
    "no country": {"country": ""},
    "unknown country": {"country": "ZZ"},
    "country by name": {"country": "England"},
    "phone of letters": {"phone": "call me"},
    "no e-mail": {"email": ""},
    "e-mail of nobody": {"email": "ada"},
    "two e-mails": {"email": "a@example.com, b@example.com"},
    "long e-mail": {"email": "x" * 300 + "@example.com"},
    "no delivery": {"shipping": ""},
    "unknown delivery": {"shipping": "teleport"},
    "no payment": {"payment": ""},
    "unknown payment": {"payment": "barter"},
    "no card": {"card_number": ""},
    "real card": {"card_number": REAL_CARD},
    "card of letters": {"card_number": "abcd"},
}
REFUSED_WITH_ACCOUNT = {
    "no password": {"password": ""},
    "short password": {"password": "short"},
    "long password": {"password": "x1y2" * 60},
    "the address as password": {"password": "ada@example.com"},
    "unknown delivery": {"shipping": "teleport"},
    "real card": {"card_number": REAL_CARD},
}


@pytest.fixture
def mug(visitor: ShopClient) -> Goods:
    """A mug, two of which are in the visitor's cart at the open checkout."""
    goods = make_product(name="Mug", price_minor=1000)
    put(visitor, goods, 2)
    visitor.get("/checkout")
    return goods


def send(visitor: ShopClient, **answers: str) -> tuple[int, str]:
    """Fill in the open checkout, send whatever it is, and return the status and the page."""
    answer = visitor.post("/checkout", {**visitor.form("/checkout").fields, **ANSWERS, **answers})
    return answer.status_code, answer.text


@pytest.mark.parametrize("answers", REFUSED.values(), ids=REFUSED.keys())
def test_a_wrong_answer_is_marked_and_nothing_changes(
    visitor: ShopClient, mug: Goods, answers: dict[str, str]
) -> None:
    with nothing_changes():
        status, page = send(visitor, **answers)
    assert status == 422
    assert 'aria-invalid="true"' in page or 'role="alert"' in page
    assert "Mug" in page


@pytest.mark.parametrize("answers", REFUSED_WITH_ACCOUNT.values(), ids=REFUSED_WITH_ACCOUNT.keys())
def test_a_wrong_answer_opens_no_account(visitor: ShopClient, mug: Goods, answers: dict[str, str]) -> None:
    with nothing_changes():
        status, _page = send(visitor, **{**WITH_ACCOUNT, **answers})
    assert status == 422


def test_an_address_that_has_an_account_opens_no_other_and_is_not_given_away(
    visitor: ShopClient, mug: Goods
) -> None:
    make_person(email="ada@example.com")
    status, page = send(visitor, **WITH_ACCOUNT, **CARD)
    assert (status, "One step to your account" in page) == (200, True)
    assert "account_exists" in kinds_sent_to("ada@example.com")
    assert [order.person_id for order in orders()] == [None]
    assert visitor.post("/sign-up/code", {"code": "00000000"}).status_code == 422


def test_what_was_typed_is_still_there_after_a_refusal_but_never_a_secret(
    visitor: ShopClient, mug: Goods
) -> None:
    _status, page = send(visitor, city="", card_number=REAL_CARD, **WITH_ACCOUNT)
    fields = visitor.form("/checkout").fields
    assert (fields["name"], fields["line1"], fields["email"]) == (
        "Ada Buyer",
        "1 Analytical Row",
        "ada@example.com",
    )
    assert REAL_CARD not in page
    assert PASSWORD not in page


def test_after_a_refusal_the_corrected_checkout_is_placed(visitor: ShopClient, mug: Goods) -> None:
    send(visitor, city="")
    visitor.submit("/checkout", {"city": "London", **CARD})
    assert [order.state for order in orders()] == ["paid"]


def test_an_empty_form_is_refused(visitor: ShopClient, mug: Goods) -> None:
    with nothing_changes():
        assert visitor.post("/checkout").status_code == 422


@pytest.mark.parametrize("extra", [{}, WITH_ACCOUNT], ids=["guest", "with an account"])
def test_a_checkout_without_a_cart_is_refused(visitor: ShopClient, extra: dict[str, str]) -> None:
    with nothing_changes():
        answer = visitor.post("/checkout", {**ANSWERS, "expected_total_standard": "1000", **extra})
    assert answer.status_code == 422


@pytest.mark.parametrize("total", ["", "abc", "-1", "0", "1", "9999999999"])
@pytest.mark.parametrize("extra", [{}, WITH_ACCOUNT], ids=["guest", "with an account"])
def test_a_total_that_is_not_the_total_is_refused(
    visitor: ShopClient, mug: Goods, total: str, extra: dict[str, str]
) -> None:
    with nothing_changes():
        status, page = send(visitor, expected_total_standard=total, **extra)
    assert status == 409
    assert "total has changed" in page


def test_a_price_that_changed_is_shown_before_it_is_charged(visitor: ShopClient, mug: Goods) -> None:
    with unit_of_work():
        db.session.get_one(Variant, mug.variant_id).price_minor = 1500
    with nothing_changes():
        status, page = send(visitor)
    assert status == 409
    assert "£30.00" in page
    visitor.submit("/checkout", CARD)
    assert [order.goods_minor for order in orders()] == [3000]


def test_what_sold_in_the_meantime_is_said_and_the_cart_kept(visitor: ShopClient, mug: Goods) -> None:
    with unit_of_work():
        db.session.execute(sa.delete(Reservation))
        db.session.execute(sa.update(StockLevel).values(on_hand=1, reserved=0))
    with nothing_changes():
        status, page = send(visitor, **WITH_ACCOUNT)
    assert status == 409
    assert "sold" in page
    assert visitor.form(f"/cart/lines/{mug.variant_id}").fields["quantity"] in {"1", "2"}


def test_a_declined_card_keeps_the_cart_and_another_one_pays(visitor: ShopClient, mug: Goods) -> None:
    status, page = send(visitor, card_number="4000 0000 0000 0002")
    assert status == 409
    assert "declined" in page
    assert db.session.get_one(StockLevel, mug.variant_id, populate_existing=True).on_hand == 10
    visitor.get("/cart")
    assert visitor.form(f"/cart/lines/{mug.variant_id}").fields["quantity"] == "2"
    visitor.get("/checkout")
    send(visitor)
    assert [order.state for order in orders()] == ["cancelled", "paid"]


def test_a_declined_card_can_be_replaced_on_the_same_page(visitor: ShopClient, mug: Goods) -> None:
    send(visitor, card_number="4000 0000 0000 0002")
    visitor.submit("/checkout", CARD)
    assert [order.state for order in orders()] == ["cancelled", "paid"]


def test_what_was_never_paid_is_no_order_to_its_customer(visitor: ShopClient, mug: Goods) -> None:
    make_person(email="ada@example.com")
    visitor.sign_in("ada@example.com", PASSWORD)
    visitor.get("/checkout")
    status, page = send(visitor, card_number="4000 0000 0000 0002")
    assert status == 409
    assert "declined" in page
    [attempt] = orders()
    assert attempt.is_given_up
    for history in ("/account", "/account/orders"):
        assert attempt.number not in visitor.get(history).text
    assert "does not stand" in visitor.get(f"/orders/{attempt.number}").text
    visitor.get("/checkout")
    assert "email" not in visitor.form("/checkout").names
    visitor.submit("/checkout", CARD | PLACE)
    [_attempt, order] = orders()
    assert (order.state, order.is_given_up, order.person_id) == ("paid", False, attempt.person_id)
    history = visitor.get("/account/orders").text
    assert order.number in history
    assert attempt.number not in history


@pytest.mark.parametrize("key", ["", "short", "x" * 65, "x" * 10_000])
def test_a_form_that_lost_its_key_still_orders_once(visitor: ShopClient, mug: Goods, key: str) -> None:
    send(visitor, idempotency_key=key)
    assert [order.state for order in orders()] == ["paid"]
