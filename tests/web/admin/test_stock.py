"""The page of a product's stock: what is booked there, what it refuses, and to whom it opens."""

import pytest

from smartshop.identity.rules.roles import Role
from smartshop.inventory.operations import stock
from smartshop.inventory.queries import stock as queries
from smartshop.kernel.extensions import db
from tests.browser_client import ShopClient
from tests.factories import Goods, make_product, make_variant
from tests.row_counts import nothing_changes
from tests.web.admin.conftest import Enter


@pytest.fixture
def keeper(enter: Enter) -> ShopClient:
    return enter(Role.CATALOG_MANAGER)


def page_of(goods: Goods) -> str:
    return f"/admin/products/{goods.product_id}/stock"


def left_of(goods: Goods) -> int | None:
    left = queries.availability([goods.variant_id])[goods.variant_id].quantity
    db.session.rollback()
    return left


def test_goods_are_booked_in_counted_and_let_go_of_from_the_page(keeper: ShopClient) -> None:
    goods = make_product(name="Blue mug", on_hand=2)
    at = f"{page_of(goods)}/{goods.variant_id}"
    assert f'href="{page_of(goods)}"' in keeper.get("/admin/products").text
    keeper.get(page_of(goods))
    page = keeper.submit(f"{at}/receive", {"quantity": "1200", "reference": "DN-7"}).text
    assert "1,202 on hand now" in page
    assert "DN-7" in page
    page = keeper.submit(f"{at}/adjust", {"counted": "1199", "reason": "three <b>broken</b>"}).text
    assert "The count is kept: -3" in page
    assert "three &lt;b&gt;broken&lt;/b&gt;" in page
    assert left_of(goods) == 1199
    page = keeper.submit(f"{at}/stop-counting", {"reason": "made to order"}).text
    assert "not counted" in page
    assert left_of(goods) is None
    page = keeper.submit(f"{at}/adjust", {"counted": "7", "reason": "counted again"}).text
    assert left_of(goods) == 7


def test_every_variant_has_its_forms(keeper: ShopClient) -> None:
    goods = make_product(name="Throw", on_hand=2)
    blue = make_variant(product_id=goods.product_id, name="Blue", position=1, on_hand=0)
    keeper.get(page_of(goods))
    keeper.submit(f"{page_of(goods)}/{blue}/receive", {"quantity": "5", "reference": "DN-7"})
    assert (left_of(goods), queries.availability([blue])[blue].quantity) == (2, 5)


@pytest.mark.parametrize(
    ("verb", "answers", "said"),
    [
        ("receive", {"quantity": "two", "reference": "DN-7"}, "whole number from 1"),
        ("receive", {"quantity": "999999999", "reference": "DN-7"}, "At most 1,000,000"),
        ("receive", {"quantity": "1", "reference": " "}, "for the ledger"),
        ("adjust", {"counted": "-1", "seen": "2", "reason": "x"}, "whole number from 0"),
        ("adjust", {"counted": "1", "seen": "2", "reason": "x" * 81}, "at most 80"),
        ("stop-counting", {"reason": ""}, "for the ledger"),
    ],
)
def test_bad_answers_are_said_by_the_field_and_change_nothing(
    keeper: ShopClient, verb: str, answers: dict[str, str], said: str
) -> None:
    goods = make_product(on_hand=2)
    with nothing_changes():
        answer = keeper.post(f"{page_of(goods)}/{goods.variant_id}/{verb}", answers)
    assert answer.status_code == 422
    assert said in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert '<details class="fold" open>' in answer.text
    assert all(f'value="{typed}"' in answer.text for typed in answers.values() if typed.strip())


def test_a_count_from_an_old_page_is_a_conflict(keeper: ShopClient) -> None:
    goods = make_product(on_hand=5)
    keeper.get(page_of(goods))
    stock.take(lines=[(goods.variant_id, 1)], reference="ORDER-1")
    with nothing_changes():
        answer = keeper.submit(f"{page_of(goods)}/{goods.variant_id}/adjust", {"counted": "5", "reason": "x"})
    assert (answer.status_code, "has moved since you opened" in answer.text) == (409, True)
    assert left_of(goods) == 4


def test_what_does_not_exist_is_not_found(keeper: ShopClient) -> None:
    goods, other = make_product(), make_product()
    assert keeper.get("/admin/products/4711/stock").status_code == 404
    answers = {"quantity": "1", "reference": "x", "counted": "1", "seen": "10", "reason": "x"}
    for verb in ("receive", "adjust", "stop-counting"):
        assert keeper.post(f"{page_of(other)}/{goods.variant_id}/{verb}", answers).status_code == 404


def test_support_reads_the_stock_and_does_not_touch_it(enter: Enter) -> None:
    goods = make_product(on_hand=5)
    client = enter(Role.SUPPORT)
    assert page_of(goods) not in client.get("/admin/products").text
    with nothing_changes():
        assert client.get(page_of(goods)).status_code == 403
