"""Picking what goes well with a product."""

import pytest

from smartshop.catalog.queries import related
from smartshop.identity.rules.roles import Role
from smartshop.kernel.extensions import db
from tests.browser_client import ShopClient
from tests.factories import make_product
from tests.row_counts import nothing_changes
from tests.web.admin.conftest import Enter


@pytest.fixture
def keeper(enter: Enter) -> ShopClient:
    return enter(Role.CATALOG_MANAGER)


def test_a_product_is_searched_added_and_shown(keeper: ShopClient) -> None:
    mug, pot = make_product(name="Blue mug"), make_product(name="Tea pot")
    here = f"/admin/products/{mug.product_id}/related"
    assert here in keeper.get(f"/admin/products/{mug.product_id}").text
    assert f'name="add" value="{pot.product_id}"' in keeper.get(f"{here}?q=pot").text
    page = keeper.post(here, {"add": str(pot.product_id)}).text
    assert "1 product goes with Blue mug" in page
    assert pot.slug in keeper.get(f"/p/{mug.slug}").text.split("Goes well with")[1]
    keeper.post(here, {"remove": str(pot.product_id)})
    db.session.rollback()
    assert related.picks(mug.product_id) == []


@pytest.mark.parametrize(
    ("answers", "status"), [({}, 400), ({"add": "x"}, 404), ({"add": "4711"}, 404), ({"jump": "1"}, 400)]
)
def test_nonsense_is_refused(keeper: ShopClient, answers: dict[str, str], status: int) -> None:
    mug = make_product()
    with nothing_changes():
        assert keeper.post(f"/admin/products/{mug.product_id}/related", answers).status_code == status
    assert keeper.get("/admin/products/4711/related").status_code == 404
