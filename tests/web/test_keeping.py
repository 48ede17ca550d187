"""Pages kept for a few seconds, never for those with a cart, and drawings kept for as long as they show the same."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, template_rendered
from jinja2 import Template

from smartshop.activity.models import Event
from smartshop.catalog.models import Category, Product, Variant
from smartshop.catalog.operations import listing
from smartshop.content.models import TextPage
from smartshop.inventory.models import StockLevel
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.web.keeping import PageKeeper
from smartshop.web.lately import ChoosyShelf, Shelf
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
    keeper.pages.seconds = -1
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


def test_the_longest_unused_thing_makes_room_for_one_that_is_brought_twice() -> None:
    shelf = ChoosyShelf[str](60, 3)
    for number in range(4):
        shelf.put(number, "page")
    assert shelf.find(3) is None
    shelf.put(3, "page")
    assert shelf.find(3) == "page"
    assert shelf.find(0) is None
    assert shelf.find(1) == "page"


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


@contextmanager
def drawn_templates(app: Flask) -> Iterator[list[str]]:
    """The templates that are drawn inside, in order."""
    drawn: list[str] = []

    def note(_app: Flask, template: Template, **_rest: object) -> None:
        drawn.append(str(template.name))

    with template_rendered.connected_to(note, app):
        yield drawn


@pytest.mark.parametrize("path", ["/", "/c/mugs", "/search?q=mug", "/p/{slug}"])
def test_a_page_that_shows_the_same_is_drawn_twice_and_never_again(
    app: Flask, keeper: PageKeeper, mug: Goods, path: str
) -> None:
    keeper.pages.seconds = -1
    with drawn_templates(app) as drawn:
        answers = [ShopClient(app).get(path.format(slug=mug.slug)) for _ in range(4)]
    assert len(drawn) == 2
    assert {len(answer.text) for answer in answers} == {len(answers[0].text)}
    nonces = {answer.text.partition('nonce="')[2].partition('"')[0] for answer in answers}
    assert len(nonces) == 4


def of_product(**values: object) -> Callable[[Goods], None]:
    def change(goods: Goods) -> None:
        db.session.execute(sa.update(Product).where(Product.id == goods.product_id).values(**values))

    return change


def rename_category(_goods: Goods) -> None:
    db.session.execute(sa.update(Category).values(name="Beakers"))


def change_price(goods: Goods) -> None:
    db.session.execute(sa.update(Variant).where(Variant.id == goods.variant_id).values(price_minor=98765))


def sell_out(goods: Goods) -> None:
    db.session.execute(
        sa.update(StockLevel).where(StockLevel.variant_id == goods.variant_id).values(on_hand=0)
    )


def add_a_page(_goods: Goods) -> None:
    db.session.add(TextPage(slug="us", title="Who we are", body="We.", is_in_footer=True, **SHOWN))


SHOWN: dict[str, Any] = {"is_published": True, "position": 1, "updated_at": datetime(2026, 3, 1, tzinfo=UTC)}
CHANGES: list[tuple[Callable[[Goods], None], str]] = [
    (of_product(name="Tankard"), "Tankard"),
    (of_product(description="Holds a pint."), "Holds a pint."),
    (of_product(attributes={"Colour": "Teal"}), "Teal"),
    (of_product(rating_sum=9, rating_count=2), "4.5 out of 5"),
    (rename_category, "Beakers"),
    (change_price, "£987.65"),
    (sell_out, "Sold out"),
    (add_a_page, "Who we are"),
]


@pytest.mark.parametrize(("change", "seen"), CHANGES)
def test_a_drawn_page_shows_every_change_at_once(
    app: Flask, keeper: PageKeeper, mug: Goods, change: Callable[[Goods], None], seen: str
) -> None:
    keeper.pages.seconds = -1
    for _ in range(3):
        assert seen not in ShopClient(app).get(f"/p/{mug.slug}").text
    with unit_of_work():
        change(mug)
    assert seen in ShopClient(app).get(f"/p/{mug.slug}").text


def test_who_has_a_cart_gets_a_drawn_page_with_what_is_in_it(
    app: Flask, keeper: PageKeeper, mug: Goods
) -> None:
    buyers = [ShopClient(app), ShopClient(app)]
    for quantity, buyer in enumerate(buyers, start=1):
        buyer.get(f"/p/{mug.slug}")
        buyer.submit("/cart/add", {"variant_id": str(mug.variant_id), "quantity": str(quantity)})
    seen = [[buyer.get("/c/mugs").text for buyer in buyers] for _ in range(2)]
    with drawn_templates(app) as drawn:
        assert [[len(buyer.get("/c/mugs").text) for buyer in buyers]] == [[len(page) for page in seen[1]]]
    assert drawn == []
    for quantity, page in enumerate(seen[1], start=1):
        assert f"Items in the cart: </span>{quantity}</span>" in page
