"""Pages ask the database the same number of questions, however much there is to show."""

import pytest

from tests.browser_client import ShopClient
from tests.factories import (
    PASSWORD,
    Goods,
    make_category,
    make_order,
    make_person,
    make_product,
    make_variant,
)
from tests.query_count import counted_queries
from tests.web.shop.checkouts import put


def questions(visitor: ShopClient, path: str) -> int:
    visitor.get(path)
    with counted_queries() as asked:
        assert visitor.get(path, follow=False).status_code == 200
    return len(asked)


def stock_shelf(products: int, category_id: int) -> list[Goods]:
    shelf = [
        make_product(name="Mug", category_id=category_id, rating_sum=8, rating_count=2)
        for _ in range(products)
    ]
    for goods in shelf:
        make_order(lines=[(goods, 1)])
    return shelf


@pytest.mark.parametrize("path", ["/", "/c/mugs", "/search?q=mug", "/search"])
def test_ten_times_the_products_ask_no_more(visitor: ShopClient, path: str) -> None:
    category_id = make_category(name="Mugs", slug="mugs")
    stock_shelf(2, category_id)
    few = questions(visitor, path)
    stock_shelf(20, category_id)
    assert questions(visitor, path) == few
    assert few <= 8


def test_ten_times_the_variants_ask_no_more(visitor: ShopClient) -> None:
    goods = make_product()
    few = questions(visitor, f"/p/{goods.slug}")
    for position in range(1, 11):
        make_variant(product_id=goods.product_id, name=f"Size {position}", position=position)
    assert questions(visitor, f"/p/{goods.slug}") == few


@pytest.mark.parametrize("path", ["/cart", "/checkout"])
def test_ten_times_the_lines_ask_no_more(visitor: ShopClient, path: str) -> None:
    put(visitor, make_product())
    few = questions(visitor, path)
    for _ in range(10):
        put(visitor, make_product())
    assert questions(visitor, path) == few


@pytest.mark.parametrize("path", ["/account", "/account/orders"])
def test_ten_times_the_orders_ask_no_more(visitor: ShopClient, path: str) -> None:
    person_id = make_person(email="ada@example.com")
    visitor.sign_in("ada@example.com", PASSWORD)
    make_order(person_id=person_id)
    few = questions(visitor, path)
    for _ in range(10):
        make_order(person_id=person_id)
    assert questions(visitor, path) == few
