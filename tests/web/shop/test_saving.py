"""Saved for later on the cart page: by forms that need no script, as a guest and after the sign-in."""

import sqlalchemy as sa

from smartshop.inventory.models import StockLevel
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from tests.browser_client import ShopClient
from tests.factories import PASSWORD, make_person, make_product
from tests.row_counts import nothing_changes
from tests.web.shop.checkouts import ANSWERS, orders, put


def test_a_guest_saves_a_line_and_moves_it_back(visitor: ShopClient) -> None:
    mug = make_product(name="Mug", price_minor=1250)
    put(visitor, mug, 2)
    page = visitor.post(f"/cart/lines/{mug.variant_id}/save").text
    assert "Nothing in it yet" in page
    assert "Saved for later</h2>" in page
    assert "£25.00" in page
    page = visitor.submit(f"/cart/saved/{mug.variant_id}/cart").text
    assert "Saved for later</h2>" not in page
    assert visitor.form(f"/cart/lines/{mug.variant_id}").fields["quantity"] == "2"


def test_what_a_guest_saved_outlives_the_order_and_comes_along_at_the_sign_in(visitor: ShopClient) -> None:
    make_person(email="ada@example.com")
    mug, lamp = make_product(name="Mug"), make_product(name="Lamp", price_minor=1000)
    put(visitor, mug)
    put(visitor, lamp)
    visitor.post(f"/cart/lines/{mug.variant_id}/save")
    visitor.get("/checkout")
    visitor.submit("/checkout", {**ANSWERS, "email": "guest@example.com"})
    assert [order.goods_minor for order in orders()] == [1000]
    assert "Saved for later</h2>" in visitor.get("/cart").text
    visitor.sign_in("ada@example.com", PASSWORD)
    visitor.get("/cart")
    assert visitor.form(f"/cart/saved/{mug.variant_id}/cart")


def test_what_is_sold_out_says_so_and_can_only_be_removed(visitor: ShopClient) -> None:
    mug = make_product(on_hand=2)
    put(visitor, mug)
    visitor.post(f"/cart/lines/{mug.variant_id}/save")
    with unit_of_work():
        db.session.execute(sa.update(StockLevel).values(on_hand=0))
    page = visitor.get("/cart").text
    assert "This is sold out." in page
    assert "Move to cart" not in page
    page = visitor.post(f"/cart/saved/{mug.variant_id}/remove").text
    assert "Saved for later</h2>" not in page


def test_what_is_not_there_can_be_neither_saved_nor_taken_back(visitor: ShopClient) -> None:
    mug = make_product()
    visitor.get("/cart")
    with nothing_changes():
        assert visitor.post(f"/cart/lines/{mug.variant_id}/save").status_code == 409
        assert visitor.post(f"/cart/saved/{mug.variant_id}/cart").status_code == 409
        assert visitor.post(f"/cart/saved/{mug.variant_id}/remove").status_code == 200
