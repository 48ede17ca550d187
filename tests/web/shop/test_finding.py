"""Filters, suggestions and what search engines read, as pages."""

import re
from xml.etree import ElementTree as ET

import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.catalog.models import Category, Product
from smartshop.catalog.operations import listing
from smartshop.identity.rules.roles import Role
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.web.shop import seo
from tests.browser_client import ShopClient
from tests.factories import PASSWORD, Goods, make_category, make_person, make_product
from tests.query_count import counted_queries

LOCATION = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"


def coloured(name: str, colour: str, price_minor: int = 1000) -> Goods:
    goods = make_product(name=name, price_minor=price_minor)
    with unit_of_work():
        db.session.get_one(Product, goods.product_id).attributes = {"Colour": colour}
        listing.refresh([goods.product_id])
    return goods


def link(page: str, label: str) -> str:
    found = re.search(rf'<a href="([^"]+)" rel="nofollow"[^>]*><span>{label}</span>', page)
    assert found, label
    return found[1].replace("&amp;", "&")


def locations(text: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(text).iter(LOCATION)]  # noqa: S314 - our own answer


def test_following_filters_narrows_the_list_and_a_chip_takes_one_off(visitor: ShopClient) -> None:
    red, blue, dear = (
        coloured("Red mug", "Red"),
        coloured("Blue mug", "Blue"),
        coloured("Dear mug", "Red", price_minor=90_000),
    )
    page = visitor.get("/search?q=mug&sort=price").text
    page = visitor.get(link(page, "Red")).text
    assert (red.slug in page, blue.slug in page, dear.slug in page) == (True, False, True)
    page = visitor.get(link(page, "£10.00 to £25.00")).text
    assert (red.slug in page, dear.slug in page) == (True, False)
    assert 'name="sort"' in page
    assert '<input type="hidden" name="option" value="Colour:Red">' in page
    chip = re.search(
        r'class="chip" href="([^"]+)"[^>]*><span class="visually-hidden">Remove: </span>Red', page
    )
    assert chip
    page = visitor.get(chip[1].replace("&amp;", "&")).text
    assert (red.slug in page, blue.slug in page) == (True, True)


def test_a_filter_that_leaves_nothing_can_be_taken_off(visitor: ShopClient) -> None:
    goods = coloured("Red mug", "Red")
    page = visitor.get("/search?option=Colour:White").text
    assert goods.slug not in page
    assert "Nothing fits all of that" in page
    assert '<span class="visually-hidden">Remove: </span>White' in page
    assert 'href="/search" rel="nofollow"' in page


def test_filters_stay_on_the_next_page(visitor: ShopClient) -> None:
    for number in range(25):
        coloured(f"Mug {number}", "Red" if number else "Blue")
        coloured(f"Cup {number}", "Red")
    page = visitor.get("/search?option=Colour:Red&option=Colour:Blue").text
    following = re.search(r'<a href="([^"]+)" rel="next"', page)
    assert following
    assert following[1].count("option=") == 2


@pytest.mark.parametrize(
    "query",
    ["price=cheap", "rating=9", "rating=x", "category=x", "option=Colour", "option=:Red", "stock=maybe"],
)
def test_a_filter_that_is_none_is_refused(visitor: ShopClient, query: str) -> None:
    assert visitor.get(f"/search?{query}").status_code == 400


@pytest.mark.parametrize(("currency", "unit"), [("GBP", 100), ("JPY", 1)])
def test_the_price_filter_parts_where_the_shop_says(
    app: Flask, visitor: ShopClient, monkeypatch: pytest.MonkeyPatch, currency: str, unit: int
) -> None:
    settings = app.config["SETTINGS"].model_copy(update={"currency": currency, "price_steps": "500,2000"})
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    chair, table = (
        make_product(name=name, price_minor=price * unit) for name, price in (("Chair", 499), ("Table", 500))
    )
    page = visitor.get("/search").text
    codes = re.findall(r'href="/search\?price=([0-9-]+)"', page)
    assert codes == [f"-{500 * unit}", f"{500 * unit}-{2000 * unit}"]
    narrowed = visitor.get(f"/search?price={codes[0]}").text
    assert (chair.slug in narrowed, table.slug in narrowed) == (True, False)
    assert visitor.get("/search?price=-1000").status_code == 400


def test_no_more_than_twenty_filters_are_taken(visitor: ShopClient) -> None:
    address = "/search?" + "&".join(["option=Colour:Red"] * 21)
    assert visitor.get(address).status_code == 400
    assert visitor.get(address.removesuffix("&option=Colour:Red")).status_code == 200


def test_a_misspelled_search_shows_what_comes_closest_and_says_so(visitor: ShopClient) -> None:
    goods = make_product(name="Brass lantern")
    page = visitor.get("/search?q=lantren").text
    assert goods.slug in page
    assert "These come closest: lantern" in page


def test_a_search_without_an_answer_is_listed_for_the_shop(visitor: ShopClient) -> None:
    visitor.get("/search?q=unicycle")
    visitor.get("/search?q=Unicycle")
    make_person(email="chief@example.com", role=Role.ADMIN)
    visitor.sign_in("chief@example.com", PASSWORD)
    page = visitor.get("/admin/searches").text
    assert re.search(r'unicycle</a></th>\s*<td class="is-number">2</td>', page)


def test_suggestions_are_a_fragment_of_links(visitor: ShopClient) -> None:
    goods = make_product(name="Brass lantern")
    with counted_queries() as asked:
        fragment = visitor.get("/search/suggest?q=lan").text
    assert f'href="/p/{goods.slug}"' in fragment
    assert "<html" not in fragment
    assert len(asked) == 2
    for odd in ("", "%22", "%00", "x" * 500, "%F0%9F%AB%96"):
        assert visitor.get(f"/search/suggest?q={odd}").status_code in {200, 400}
    assert "/search/suggest" in visitor.get("/").text


def test_breadcrumbs_show_the_way_down_the_tree(visitor: ShopClient) -> None:
    home, mugs = make_category(name="Home", slug="home"), make_category(name="Mugs", slug="mugs")
    with unit_of_work():
        db.session.execute(sa.update(Category).where(Category.id == mugs).values(parent_id=home))
    goods = make_product(name="Mug", category_id=mugs)
    assert 'href="/c/mugs"' in visitor.get("/c/home").text
    page = visitor.get(f"/p/{goods.slug}").text
    trail = page[page.index('class="trail"') :]
    assert trail.index("/c/home") < trail.index("/c/mugs")


def test_the_sitemap_names_what_is_shown_and_nothing_else(visitor: ShopClient) -> None:
    shown, draft = make_product(), make_product(status="draft")
    found = locations(visitor.get("/sitemap.xml").text)
    assert f"http://127.0.0.1:5000/p/{shown.slug}" in found
    assert not any(draft.slug in address for address in found)
    assert len(found) == 3


def test_a_large_shop_has_a_sitemap_of_several_files(
    visitor: ShopClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    goods = [make_product() for _ in range(5)]
    monkeypatch.setattr(seo, "MOST_ADDRESSES", 2)
    files = locations(visitor.get("/sitemap.xml").text)
    assert [file.rpartition("/")[2] for file in files] == [f"sitemap-{part}.xml" for part in range(4)]
    parts = [locations(visitor.get(f"/sitemap-{part}.xml").text) for part in range(4)]
    assert [len(part) for part in parts] == [2, 2, 2, 1]
    assert [address.rpartition("/")[2] for part in parts[1:] for address in part] == [g.slug for g in goods]
    assert visitor.get("/sitemap-4.xml").status_code == 404


def test_search_engines_are_told_where_not_to_look(visitor: ShopClient) -> None:
    robots = visitor.get("/robots.txt").text
    assert "Disallow: /checkout" in robots
    assert "Sitemap: http://127.0.0.1:5000/sitemap.xml" in robots
    assert visitor.get("/cart").headers["X-Robots-Tag"] == "noindex"
    assert "X-Robots-Tag" not in visitor.get("/").headers
    coloured("Mug", "Red")
    coloured("Cup", "Blue")
    assert "noindex" in visitor.get("/search?q=mug").text
    assert "noindex" in visitor.get("/search?option=Colour:Red").text
    assert "noindex" not in visitor.get("/search").text
