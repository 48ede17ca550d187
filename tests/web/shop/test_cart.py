import pytest
from flask import Flask

from smartshop.cart import queries
from smartshop.cart.queries import CartKey
from smartshop.catalog.models import Product, Variant
from smartshop.inventory.models import StockLevel
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from tests.browser_client import ShopClient
from tests.factories import PASSWORD, make_cart, make_person, make_product, make_variant
from tests.row_counts import nothing_changes
from tests.web.shop.checkouts import put


def held(person_id: int) -> dict[int, int]:
    """Quantities by variant in a person's cart, as committed by now."""
    db.session.rollback()
    return {item.variant_id: item.quantity for item in queries.snapshot(CartKey(person_id=person_id)).items}


def shown(visitor: ShopClient, variant_id: int) -> str:
    """The quantity that the cart page shows."""
    visitor.get("/cart")
    return visitor.form(f"/cart/lines/{variant_id}").fields["quantity"]


def test_an_empty_cart_says_so(visitor: ShopClient) -> None:
    answer = visitor.get("/cart")
    assert (answer.status_code, "empty" in answer.text) == (200, True)


def test_what_is_added_is_in_the_cart_and_counted_in_the_header(visitor: ShopClient) -> None:
    mug = make_product(name="Mug", price_minor=1250)
    put(visitor, mug, 2)
    page = visitor.get("/cart").text
    assert "Mug" in page
    assert "£25.00" in page
    assert shown(visitor, mug.variant_id) == "2"


def test_adding_twice_adds_up(visitor: ShopClient) -> None:
    mug = make_product()
    put(visitor, mug, 2)
    put(visitor, mug, 3)
    assert shown(visitor, mug.variant_id) == "5"


def test_no_more_goes_in_than_is_left_and_that_is_said(visitor: ShopClient) -> None:
    mug = make_product(on_hand=3)
    visitor.get(f"/p/{mug.slug}")
    answer = visitor.submit("/cart/add", {"quantity": "9"})
    assert "only 3 left" in answer.text
    assert shown(visitor, mug.variant_id) == "3"


def test_a_quantity_can_be_changed_and_a_line_taken_out(visitor: ShopClient) -> None:
    mug = make_product()
    put(visitor, mug)
    visitor.get("/cart")
    visitor.submit(f"/cart/lines/{mug.variant_id}", {"quantity": "4"})
    assert shown(visitor, mug.variant_id) == "4"
    visitor.submit(f"/cart/lines/{mug.variant_id}", button="remove")
    assert "empty" in visitor.get("/cart").text


BAD_QUANTITIES = ["-1", "100", "1000", "abc", "", "1.5", "1e3", "٣", "9999999999", " "]


@pytest.mark.parametrize("quantity", ["0", *BAD_QUANTITIES])
def test_a_quantity_that_makes_no_sense_is_not_added(visitor: ShopClient, quantity: str) -> None:
    mug = make_product()
    with nothing_changes():
        answer = visitor.post("/cart/add", {"variant_id": str(mug.variant_id), "quantity": quantity})
    assert answer.status_code == 422
    assert "from 1 to 99" in answer.text


@pytest.mark.parametrize("quantity", BAD_QUANTITIES)
def test_a_line_is_not_changed_to_a_quantity_that_makes_no_sense(visitor: ShopClient, quantity: str) -> None:
    mug = make_product()
    put(visitor, mug, 2)
    with nothing_changes():
        answer = visitor.post(f"/cart/lines/{mug.variant_id}", {"quantity": quantity})
    assert answer.status_code == 422
    assert shown(visitor, mug.variant_id) == "2"


@pytest.mark.parametrize("variant", ["", "abc", "0", "-1", "999999", "99999999999999999999"])
def test_what_is_not_sold_is_not_added(visitor: ShopClient, variant: str) -> None:
    make_product()
    with nothing_changes():
        answer = visitor.post("/cart/add", {"variant_id": variant, "quantity": "1"})
    assert answer.status_code == 404


def test_a_form_without_a_product_is_answered(visitor: ShopClient) -> None:
    with nothing_changes():
        assert visitor.post("/cart/add").status_code == 404


def test_drafts_and_withdrawn_variants_are_not_added(visitor: ShopClient) -> None:
    draft = make_product(status="draft")
    withdrawn = make_variant(product_id=make_product().product_id, is_active=False, position=1)
    with nothing_changes():
        for variant_id in (draft.variant_id, withdrawn):
            assert visitor.post("/cart/add", {"variant_id": str(variant_id)}).status_code == 404


def test_what_just_sold_out_is_not_added(visitor: ShopClient) -> None:
    gone = make_product(on_hand=0)
    with nothing_changes():
        answer = visitor.post("/cart/add", {"variant_id": str(gone.variant_id)})
    assert (answer.status_code, "sold out" in answer.text) == (409, True)


def test_a_line_that_is_not_in_the_cart_cannot_be_changed(visitor: ShopClient) -> None:
    mug, lamp = make_product(), make_product(name="Lamp")
    with nothing_changes():
        assert visitor.post(f"/cart/lines/{mug.variant_id}", {"quantity": "1"}).status_code == 409
    put(visitor, lamp)
    with nothing_changes():
        assert visitor.post(f"/cart/lines/{mug.variant_id}", {"quantity": "1"}).status_code == 409


def test_one_browser_does_not_touch_the_cart_of_another(app: Flask, visitor: ShopClient) -> None:
    mug = make_product()
    put(visitor, mug, 2)
    stranger = ShopClient(app)
    with nothing_changes():
        stranger.post(f"/cart/lines/{mug.variant_id}", {"remove": ""})
    assert "empty" in stranger.get("/cart").text


def test_a_cart_that_became_short_says_what_is_left(visitor: ShopClient) -> None:
    mug = make_product(on_hand=5)
    put(visitor, mug, 5)
    with unit_of_work():
        db.session.get_one(StockLevel, mug.variant_id).on_hand = 2
    assert "2" in visitor.get("/cart").text
    answer = visitor.get("/checkout", follow=False)
    assert (answer.status_code, answer.location) == (302, "/cart")


def test_a_product_that_was_withdrawn_stays_in_the_cart_as_sold_out(visitor: ShopClient) -> None:
    mug = make_product(name="Blue mug")
    put(visitor, mug)
    with unit_of_work():
        db.session.get_one(Product, mug.product_id).status = "draft"
    assert "Blue mug" in visitor.get("/cart").text
    assert visitor.get("/checkout", follow=False).location == "/cart"


def test_a_price_that_changed_is_shown_at_once(visitor: ShopClient) -> None:
    mug = make_product(price_minor=1000)
    put(visitor, mug)
    with unit_of_work():
        db.session.get_one(Variant, mug.variant_id).price_minor = 1799
    assert "£17.99" in visitor.get("/cart").text


def test_signing_in_brings_the_larger_quantity_of_each_along(visitor: ShopClient) -> None:
    person_id = make_person(email="ada@example.com")
    mug, lamp, bowl = make_product(), make_product(name="Lamp"), make_product(name="Bowl")
    make_cart((mug, 2), (lamp, 4), person_id=person_id)
    put(visitor, mug, 3)
    put(visitor, lamp, 1)
    put(visitor, bowl, 1)
    answer = visitor.sign_in("ada@example.com", PASSWORD)
    assert "come along" in answer.text
    assert held(person_id) == {mug.variant_id: 3, lamp.variant_id: 4, bowl.variant_id: 1}


def test_signing_in_again_does_not_double_the_cart(visitor: ShopClient) -> None:
    person_id = make_person(email="ada@example.com")
    mug = make_product()
    put(visitor, mug, 3)
    for _ in range(2):
        visitor.sign_in("ada@example.com", PASSWORD)
        visitor.post("/sign-out")
    assert held(person_id) == {mug.variant_id: 3}


def test_a_merged_cart_holds_no_more_than_is_left(visitor: ShopClient) -> None:
    person_id = make_person(email="ada@example.com")
    mug = make_product(on_hand=6)
    put(visitor, mug, 5)
    with unit_of_work():
        db.session.get_one(StockLevel, mug.variant_id).on_hand = 2
    answer = visitor.sign_in("ada@example.com", PASSWORD)
    assert "Some of what was in your cart is short: it holds what is left." in answer.text
    assert held(person_id) == {mug.variant_id: 2}


def test_the_cart_of_a_person_does_not_stay_behind_after_sign_out(visitor: ShopClient) -> None:
    make_person(email="ada@example.com")
    put(visitor, make_product())
    visitor.sign_in("ada@example.com", PASSWORD)
    visitor.get("/account")
    visitor.submit("/sign-out")
    assert "empty" in visitor.get("/cart").text
