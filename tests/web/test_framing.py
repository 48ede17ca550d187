"""Frames that were drawn before: the page is the same as one drawn whole, and what is personal in it is its visitor's."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask, template_rendered
from jinja2 import Template, meta

from smartshop.web.lately import Shelf
from smartshop.web.seams import Cut
from tests.browser_client import AGREES, ShopClient
from tests.factories import PASSWORD, Goods, make_category, make_person, make_product

FRAMES = ("shop/cart.html", "layouts/shop.html", "base.html")
LOOKED_AT = frozenset(
    {
        "asks_for_choice", "asset_tags", "base_url", "cart_count", "csp_nonce", "csrf_token", "current_person",
        "footer_pages", "inside", "kept", "nav_categories", "request", "shop_name", "style_tags", "styles", "url_for", "_",
        "flashes", "shop_header", "shop_footer", "choice_banner", "page_language", "components", "query", "current_category",
    }
)  # fmt: skip
"""What the key of a frame stands for, what is put in anew, what the same app says to all, and what the cart never gives."""


@pytest.fixture
def frames(app: Flask) -> Iterator[Shelf[Cut]]:
    before = app.extensions["frames"]
    app.extensions["frames"] = Shelf[Cut](60)
    yield app.extensions["frames"]
    app.extensions["frames"] = before


@pytest.fixture
def mug(app: Flask) -> Goods:
    return make_product(name="Mug & <Saucer>", category_id=make_category(name="Mugs", slug="mugs"))


@contextmanager
def drawn(app: Flask) -> Iterator[list[str]]:
    """The templates that are drawn meanwhile."""
    names: list[str] = []

    def note(_sender: Flask, template: Template, **_facts: Any) -> None:
        names.append(str(template.name))

    with template_rendered.connected_to(note, app):
        yield names


def visitor_with(app: Flask, goods: Goods, quantity: int, *, agrees: bool = False) -> ShopClient:
    browser = ShopClient(app)
    browser.cookies = dict([AGREES]) if agrees else {}
    browser.get(f"/p/{goods.slug}")
    if quantity:
        browser.post(
            "/cart/add", {"variant_id": str(goods.variant_id), "quantity": str(quantity)}, follow=False
        )
    return browser


def told(html: str) -> str:
    """A page without what differs each time: nonce and tokens, and the room between its lines."""
    html = re.sub(r'(nonce|name="csrf_token" value)="[^"]+"', r'\1="…"', html)
    return re.sub(r"\s+", " ", html).strip()


@pytest.mark.parametrize("quantity", [0, 1, 2])
@pytest.mark.parametrize("agrees", [True, False])
def test_a_framed_page_is_the_page_drawn_whole(
    app: Flask, mug: Goods, frames: Shelf[Cut], quantity: int, *, agrees: bool
) -> None:
    app.extensions["frames"] = Shelf[Cut](0)
    whole = visitor_with(app, mug, quantity, agrees=agrees).get("/cart").text
    app.extensions["frames"] = frames
    for _ in range(2):
        for others in (1, 2):
            visitor_with(app, mug, others, agrees=not agrees).get("/cart")
        framed = visitor_with(app, mug, quantity, agrees=agrees).get("/cart").text
        assert told(framed) == told(whole)
    assert "</html>" in framed


def test_the_second_visitor_gets_the_frame_of_the_first(app: Flask, mug: Goods, frames: Shelf[Cut]) -> None:
    with drawn(app) as first:
        visitor_with(app, mug, 1).get("/cart")
    with drawn(app) as second:
        visitor_with(app, mug, 1).get("/cart")
    assert [name for name in first if "cart" in name] == ["shop/_cart.html", "shop/cart.html"]
    assert [name for name in second if "cart" in name] == ["shop/_cart.html"]


def test_nonce_and_tokens_of_a_frame_are_its_visitors(app: Flask, mug: Goods, frames: Shelf[Cut]) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    one, other = visitor_with(app, mug, 1), visitor_with(app, mug, 1)
    pages = [browser.get("/cart") for browser in (one, other)]
    tokens = [set(re.findall(r'name="csrf_token" value="([^"]+)"', page.text)) for page in pages]
    assert [len(own) for own in tokens] == [1, 1]
    assert tokens[0] != tokens[1]
    for page in pages:
        nonce = page.headers["Content-Security-Policy"].partition("'nonce-")[2].partition("'")[0]
        assert page.text.count(f'nonce="{nonce}"') == page.text.count("nonce=") > 0
    assert other.submit("/privacy-choices", button="answer").status_code == 200


def test_who_is_signed_in_and_whoever_comes_after_get_their_own(
    app: Flask, mug: Goods, frames: Shelf[Cut]
) -> None:
    make_person(email="ada@example.com")
    known = ShopClient(app)
    known.sign_in("ada@example.com", PASSWORD)
    assert "Sign in" not in known.get("/cart").text
    assert "Sign in" in ShopClient(app).get("/cart").text
    assert "Sign in" not in known.get("/cart").text


def test_a_new_category_is_in_the_next_frame(app: Flask, mug: Goods, frames: Shelf[Cut]) -> None:
    assert "Lamps" not in ShopClient(app).get("/cart").text
    make_product(name="Lamp", category_id=make_category(name="Lamps", slug="lamps"))
    assert "Lamps" in ShopClient(app).get("/cart").text


def test_addresses_that_somebody_makes_up_do_not_pile_up(app: Flask, frames: Shelf[Cut]) -> None:
    ShopClient(app).get("/cart?" + "x" * 200)
    assert not frames._things


def test_frames_look_at_nothing_that_their_key_does_not_hold(app: Flask) -> None:
    environment = app.jinja_env
    assert environment.loader is not None
    for name in FRAMES:
        tree = environment.parse(environment.loader.get_source(environment, name)[0])
        assert meta.find_undeclared_variables(tree) <= LOOKED_AT, name
