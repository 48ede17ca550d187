"""Fifty thousand products ask the database no more than five hundred do."""

import pytest

from benchmarks import shelves
from tests.browser_client import ShopClient
from tests.query_count import counted_queries

BUDGETS = {
    "/": 4,
    "/c/shelf-3": 8,
    "/c/shelf-3?option=Colour:Black&rating=2&price=1000-2500&stock=in&sort=price": 8,
    "/search": 7,
    "/search?q=lantern": 7,
    "/search?q=lantren": 10,
    "/p/p-100": 9,
    "/search/suggest?q=lan": 2,
}


def questions(visitor: ShopClient, path: str) -> int:
    visitor.get(path)
    with counted_queries() as asked:
        assert visitor.get(path, follow=False).status_code == 200
    return len(asked)


def test_each_page_asks_exactly_its_budget(any_visitor: ShopClient) -> None:
    shelves.fill(500)
    assert {path: questions(any_visitor, path) for path in BUDGETS} == BUDGETS


@pytest.mark.slow
def test_fifty_thousand_products_ask_no_more(any_visitor: ShopClient) -> None:
    shelves.fill(50_000)
    assert {path: questions(any_visitor, path) for path in BUDGETS} == BUDGETS
