"""What a browser looked at before is shown to that browser alone."""

import pytest
from flask import Flask

from smartshop.web import keeping
from tests.browser_client import ShopClient
from tests.factories import make_product
from tests.query_count import counted_queries


def test_the_last_six_come_newest_first_without_the_one_that_asks(visitor: ShopClient) -> None:
    goods = [make_product(name=f"Thing {number}") for number in range(14)]
    for each in (*goods, goods[9]):
        visitor.get(f"/p/{each.slug}")
    last = goods[9]
    page = visitor.get(f"/recent?but={last.product_id}")
    shown = [each.name for each in goods if f"/p/{each.slug}" in page.text]
    assert shown == [f"Thing {number}" for number in (7, 8, 10, 11, 12, 13)]
    places = [page.text.index(f'/p/{goods[number].slug}"') for number in (13, 12, 11, 10, 8, 7)]
    assert places == sorted(places)
    assert page.headers["Cache-Control"] == "no-store"
    assert f"/p/{last.slug}" in visitor.get("/recent").text


def test_nobody_sees_what_another_browser_looked_at(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.extensions, "pages", keeping.PageKeeper(60))
    mug, pot = make_product(name="Blue mug"), make_product(name="Tea pot")
    first, second = ShopClient(app), ShopClient(app)
    first.get(f"/p/{pot.slug}")
    page = first.get(f"/p/{mug.slug}").text
    assert second.get(f"/p/{mug.slug}").text.count("Tea pot") == page.count("Tea pot")
    assert "Tea pot" in first.get("/recent").text
    assert "Tea pot" not in second.get("/recent").text
    assert "Blue mug" in second.get("/recent").text
    assert "Blue mug" not in second.get(f"/recent?but={mug.product_id}").text


def test_a_browser_that_saw_nothing_gets_nothing_and_nonsense_does_no_harm(visitor: ShopClient) -> None:
    assert visitor.get("/recent").text.strip() == ""
    assert visitor.get("/recent?but=everything").status_code == 200


def test_more_views_ask_no_more(visitor: ShopClient) -> None:
    def questions() -> int:
        with counted_queries() as asked:
            visitor.get("/recent")
        return len(asked)

    visitor.get(f"/p/{make_product().slug}")
    few = questions()
    for _ in range(8):
        visitor.get(f"/p/{make_product().slug}")
    assert questions() == few
