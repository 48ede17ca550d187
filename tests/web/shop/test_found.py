"""What search engines and those who share a link read of a page: title, canonical address, Open Graph and JSON-LD."""

import json
from html.parser import HTMLParser
from typing import Any

import pytest
import sqlalchemy as sa

from smartshop.catalog.models import Category, ProductImage
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from tests.browser_client import ShopClient
from tests.factories import Goods, make_category, make_product, make_variant

SHOP = "http://127.0.0.1:5000"


class Head(HTMLParser):
    """The title, what is told in ``meta`` and ``link``, and the islands of JSON-LD of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.told: dict[str, str] = {}
        self.facts: dict[str, dict[str, Any]] = {}
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "meta" and (name := given.get("property") or given.get("name")):
            self.told[name] = given.get("content", "")
        if tag == "link" and given.get("rel") == "canonical":
            self.told["canonical"] = given["href"]
        is_island = tag == "script" and given.get("type") == "application/ld+json"
        self._inside = "title" if tag == "title" else "island" if is_island else ""

    def handle_data(self, data: str) -> None:
        if self._inside == "title":
            self.told.setdefault("title", data)
        if self._inside == "island":
            facts = json.loads(data)
            self.facts[facts["@type"]] = facts

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002
        self._inside = ""


@pytest.fixture
def lamp(app: object) -> Goods:
    """A lamp in two variants, one of them sold out, two categories deep, with a picture and marks in its words."""
    home, lamps = make_category(name="Home", slug="home"), make_category(name="Lamps & Co", slug="lamps")
    goods = make_product(
        name="Lamp", category_id=lamps, price_minor=4500, description='Of "brass" </script><b>& glass</b>.'
    )
    make_variant(product_id=goods.product_id, name="Tall", price_minor=6000, on_hand=0, position=1)
    with unit_of_work():
        db.session.execute(sa.update(Category).where(Category.id == lamps).values(parent_id=home))
        db.session.add(
            ProductImage(product_id=goods.product_id, path="demo/lamp.webp", alt="A lamp", position=0)
        )
    return goods


def test_a_product_tells_its_offers_and_its_way_down_the_tree(visitor: ShopClient, lamp: Goods) -> None:
    head = Head(visitor.get(f"/p/{lamp.slug}").text)
    address, picture = f"{SHOP}/p/{lamp.slug}", f"{SHOP}/media/demo/lamp.webp"
    assert head.told["title"].startswith("Lamp – ")
    assert head.told["canonical"] == head.told["og:url"] == address
    assert (head.told["og:type"], head.told["og:image"]) == ("product", picture)
    assert head.told["og:title"] == head.told["title"]
    assert head.told["description"] == head.told["og:description"] == 'Of "brass" </script><b>& glass</b>.'
    assert "robots" not in head.told
    product = head.facts["Product"]
    assert (product["name"], product["url"], product["image"]) == ("Lamp", address, [picture])
    assert product["description"] == head.told["description"]
    assert [
        (offer["price"], offer["priceCurrency"], offer["availability"].rpartition("/")[2])
        for offer in product["offers"]
    ] == [("45.00", "GBP", "InStock"), ("60.00", "GBP", "OutOfStock")]
    assert "aggregateRating" not in product
    steps = head.facts["BreadcrumbList"]["itemListElement"]
    assert [(step["position"], step["name"], step["item"]) for step in steps] == [
        (1, "Home", f"{SHOP}/"),
        (2, "Home", f"{SHOP}/c/home"),
        (3, "Lamps & Co", f"{SHOP}/c/lamps"),
        (4, "Lamp", address),
    ]


def test_each_page_of_a_category_is_its_own_and_filters_are_not_listed(
    visitor: ShopClient, lamp: Goods
) -> None:
    category_id = db.session.scalars(sa.select(Category.id).where(Category.slug == "lamps")).one()
    for _ in range(25):
        make_product(category_id=category_id)
    first, second = (Head(visitor.get(f"/c/lamps{query}").text) for query in ("", "?page=2"))
    assert first.told["title"].startswith("Lamps & Co – ")
    assert (first.told["canonical"], second.told["canonical"]) == (
        f"{SHOP}/c/lamps",
        f"{SHOP}/c/lamps?page=2",
    )
    assert first.told["title"] != second.told["title"]
    assert "robots" not in first.told | second.told
    narrowed = Head(visitor.get("/c/lamps?stock=in").text)
    assert narrowed.told["robots"] == "noindex, follow"
    steps = first.facts["BreadcrumbList"]["itemListElement"]
    assert [step["name"] for step in steps] == ["Home", "Home", "Lamps & Co"]


def test_the_home_page_names_the_shop_and_its_search(visitor: ShopClient) -> None:
    head = Head(visitor.get("/").text)
    assert head.told["canonical"] == head.told["og:url"] == f"{SHOP}/"
    assert head.facts["WebSite"]["potentialAction"]["target"] == f"{SHOP}/search?q={{query}}"


@pytest.mark.parametrize("path", ["/cart", "/find-order", "/sign-in", "/sign-up", "/p/nothing-here"])
def test_what_is_for_one_visitor_is_not_listed(visitor: ShopClient, path: str) -> None:
    assert Head(visitor.get(path).text).told["robots"].startswith("noindex")
