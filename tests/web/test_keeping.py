"""Pages kept for a few seconds: the same for everybody but for what is personal, and never for those with a cart."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.activity.models import Event
from smartshop.catalog.operations import listing
from smartshop.kernel.extensions import db
from smartshop.web.keeping import Made, PageKeeper
from smartshop.web.lately import MOST_THINGS, Shelf
from smartshop.web.tracking import EventBuffer
from tests.browser_client import ShopClient
from tests.factories import PASSWORD, Goods, make_category, make_person, make_product, make_variant
from tests.query_count import counted_queries


@pytest.fixture
def keeper(app: Flask) -> Iterator[PageKeeper]:
    before = app.extensions["pages"]
    app.extensions["pages"] = PageKeeper(60)
    yield app.extensions["pages"]
    app.extensions["pages"] = before


@pytest.fixture
def mug(app: Flask) -> Goods:
    return make_product(name="Mug", category_id=make_category(name="Mugs", slug="mugs"))


@pytest.mark.parametrize("path", ["/", "/c/mugs", "/search?q=mug", "/p/{slug}"])
def test_the_next_visitor_gets_the_kept_page_without_a_question(
    app: Flask, keeper: PageKeeper, mug: Goods, path: str
) -> None:
    address = path.format(slug=mug.slug)
    first = ShopClient(app).get(address)
    with counted_queries() as asked:
        second = ShopClient(app).get(address)
    assert (second.status_code, asked) == (200, [])
    assert len(second.text) == len(first.text)


def test_a_kept_page_has_the_nonce_and_the_token_of_its_visitor(
    app: Flask, keeper: PageKeeper, mug: Goods
) -> None:
    ShopClient(app).get(f"/p/{mug.slug}")
    visitor = ShopClient(app)
    answer = visitor.get(f"/p/{mug.slug}")
    nonce = answer.headers["Content-Security-Policy"].partition("'nonce-")[2].partition("'")[0]
    assert nonce
    assert answer.text.count(f'nonce="{nonce}"') == answer.text.count('nonce="')
    app.config["WTF_CSRF_ENABLED"] = True
    assert visitor.submit("/cart/add", {"variant_id": str(mug.variant_id)}).status_code == 200
    assert "Mug" in visitor.get("/cart").text


def test_who_has_a_cart_or_an_account_gets_a_page_of_their_own(
    app: Flask, keeper: PageKeeper, mug: Goods
) -> None:
    buyer, known = ShopClient(app), ShopClient(app)
    buyer.get(f"/p/{mug.slug}")
    buyer.submit("/cart/add", {"variant_id": str(mug.variant_id)})
    make_person(email="ada@example.com")
    known.sign_in("ada@example.com", PASSWORD)
    ShopClient(app).get("/c/mugs")
    assert "Items in the cart" in buyer.get("/c/mugs").text
    assert "Sign in" not in known.get("/c/mugs").text
    stranger = ShopClient(app).get("/c/mugs").text
    assert "Items in the cart" not in stranger
    assert "Sign in" in stranger


def test_a_page_is_made_anew_after_its_time(app: Flask, keeper: PageKeeper, mug: Goods) -> None:
    keeper.seconds = -1
    ShopClient(app).get("/c/mugs")
    make_variant(product_id=mug.product_id, price_minor=123, position=1)
    listing.refresh([mug.product_id])
    assert "£1.23" in ShopClient(app).get("/c/mugs").text


def test_kept_views_and_searches_are_noted(
    app: Flask, keeper: PageKeeper, mug: Goods, monkeypatch: pytest.MonkeyPatch
) -> None:
    buffer = EventBuffer(app)
    monkeypatch.setitem(app.extensions, "events", buffer)
    for _ in range(3):
        visitor = ShopClient(app)
        visitor.get(f"/p/{mug.slug}")
        visitor.get("/search?q=mug")
    buffer.flush()
    db.session.rollback()
    events = db.session.scalars(sa.select(Event)).all()
    assert [event.product_id for event in events if event.kind == "view"] == [mug.product_id] * 3
    assert [event.value for event in events if event.kind == "search"] == [1, 1, 1]


def test_what_was_not_found_or_makes_no_sense_is_not_kept(app: Flask, keeper: PageKeeper) -> None:
    assert ShopClient(app).get("/search?q=bicycle").status_code == 200
    assert ShopClient(app).get("/p/bicycle").status_code == 404
    make_product(name="Bicycle", category_id=make_category(name="Wheels", slug="wheels"))
    assert "1 product" in ShopClient(app).get("/search?q=bicycle").text
    assert ShopClient(app).get("/c/wheels?sort=magic").status_code == 400


def test_the_longest_unused_page_makes_room_for_one_that_is_asked_for_twice(
    app: Flask, keeper: PageKeeper
) -> None:
    with app.test_request_context("/"):
        for number in range(MOST_THINGS + 1):
            keeper.keep(str(number), Made("page"))
        assert keeper.find(str(MOST_THINGS)) is None
        keeper.keep(str(MOST_THINGS), Made("page"))
        assert keeper.find(str(MOST_THINGS)) is not None
        assert keeper.find("0") is None
        assert keeper.find("1") is not None


def test_who_has_a_cart_gets_the_counts_of_a_moment_ago_and_the_products_of_now(
    app: Flask, keeper: PageKeeper, mug: Goods, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.extensions, "lately", Shelf[object](60))
    buyer = ShopClient(app)
    buyer.get(f"/p/{mug.slug}")
    buyer.submit("/cart/add", {"variant_id": str(mug.variant_id)})
    with counted_queries() as first:
        buyer.get("/search")
    make_product(name="Bowl")
    with counted_queries() as second:
        assert "Bowl" in buyer.get("/search").text
    assert len(second) == len(first) - 3
