"""Sheets in the browser: uploaded, looked at, applied once."""

import io

import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.catalog.models import Variant
from smartshop.identity.rules.roles import Role
from smartshop.inventory.queries import stock as queries
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from tests.browser_client import ShopClient
from tests.factories import make_category, make_product
from tests.row_counts import nothing_changes
from tests.web.admin.conftest import Enter

IMPORT = "/admin/products/import"


@pytest.fixture
def keeper(enter: Enter) -> ShopClient:
    return enter(Role.CATALOG_MANAGER)


def upload(keeper: ShopClient, text: str, address: str = IMPORT) -> str:
    keeper.get(address)
    response = keeper._open(
        "POST",
        address,
        follow=False,
        data={"csrf_token": keeper.token, "file": (io.BytesIO(text.encode()), "new.csv")},
    )
    return response.headers.get("Location", response.text)


def test_a_file_is_looked_at_before_it_is_written_and_written_once(keeper: ShopClient) -> None:
    make_category(name="Kitchen")
    page = upload(keeper, "sku,name,category,price\nN-1,New,Kitchen,12\nN-2,Bad,Nowhere,1\n")
    shown = keeper.get(page).text
    assert "1 row would be written" in shown
    assert "There is no category &#39;Nowhere&#39;" in shown
    assert db.session.scalar(sa.select(sa.func.count(Variant.id))) == 0
    rejected = keeper.get(f"{page}/rejected.csv")
    assert '3,"category: There is no category' in rejected.text
    assert rejected.text.endswith("N-2,Bad,Nowhere,1\r\n")
    keeper.get(page)
    form = keeper.form(page).fields
    assert "Done: 1 row was written." in keeper.submit(page).text
    with nothing_changes():
        again = keeper.post(page, form)
    assert again.status_code == 409
    assert "applied already" in again.text
    assert "N-2,Bad" in keeper.get(f"{page}/rejected.csv").text


def test_what_changed_meanwhile_is_told_and_shown_anew(keeper: ShopClient) -> None:
    mug = make_product(price_minor=1000)
    sku = db.session.scalars(sa.select(Variant.sku)).one()
    page = upload(keeper, f"sku,price\n{sku},12\n")
    keeper.get(page)
    with unit_of_work():
        db.session.get_one(Variant, mug.variant_id).price_minor = 1100
    with nothing_changes():
        answer = keeper.submit(page)
    assert answer.status_code == 409
    assert "The shop has changed since you looked" in answer.text
    assert "11.00" in answer.text
    assert "1 row was written" in keeper.submit(page).text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no row under the header"),
        ("sku,pric\n1,2\n", "is it price?"),
        ("name\nMug\n", "needs a column sku"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(keeper: ShopClient, text: str, told: str) -> None:
    with nothing_changes():
        assert told in upload(keeper, text)


def test_no_file_is_asked_for(keeper: ShopClient) -> None:
    keeper.get(IMPORT)
    with nothing_changes():
        answer = keeper.post(IMPORT)
    assert (answer.status_code, "Choose a CSV file" in answer.text) == (422, True)


def test_a_file_that_is_too_large_is_refused(
    app: Flask, keeper: ShopClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.view_functions["admin.upload_products"], "__takes__", 2000)
    with nothing_changes():
        assert "too large" in upload(keeper, "sku\n" + "x" * 3000)


def test_stock_goes_out_and_comes_back_changed(keeper: ShopClient) -> None:
    mug = make_product(name="Mug", on_hand=3)
    out = keeper.get("/admin/stock/export.csv")
    assert out.text.startswith("\ufeffsku,product,variant,on_hand,reason")
    page = upload(keeper, out.text.replace("Mug,,3", "Mug,,8"), "/admin/stock/import")
    keeper.get(page)
    assert "1 row was written" in keeper.submit(page).text
    db.session.rollback()
    assert queries.availability([mug.variant_id])[mug.variant_id].quantity == 8


def test_products_go_out_with_every_column(keeper: ShopClient) -> None:
    make_product(name="=Mug")
    text = keeper.get("/admin/products/export.csv").text
    assert "'=Mug" in text
    keeper.get(upload(keeper, text))
    assert keeper.page is not None
    assert "This file would change nothing" in keeper.page.text


def test_the_stock_of_everything_is_listed_with_what_is_low_in_front(keeper: ShopClient) -> None:
    mug = make_product(name="Mug", on_hand=2)
    make_product(name="Bowl", on_hand=50)
    page = keeper.get("/admin/stock?view=low").text
    assert "1 variant is low" in page
    assert ("Mug" in page, "Bowl" in page) == (True, False)
    stock = f"/admin/products/{mug.product_id}/stock"
    keeper.get(stock)
    form = keeper.form(f"{stock}/{mug.variant_id}/low").fields
    assert "The mark is kept" in keeper.post(f"{stock}/{mug.variant_id}/low", form | {"low_at": "1"}).text
    assert "Nothing is low" in keeper.get("/admin/stock").text
    refused = keeper.post(f"{stock}/{mug.variant_id}/low", form | {"low_at": "many"})
    assert (refused.status_code, "from 0 to" in refused.text) == (422, True)
