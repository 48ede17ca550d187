"""One act on many products or orders: what was done, what not, and why."""

from collections.abc import Mapping

import sqlalchemy as sa

from smartshop.catalog.models import Product, Variant
from smartshop.identity.rules.roles import Role
from smartshop.kernel.audit import AuditRecord
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.orders.models import Order
from tests.browser_client import ShopClient
from tests.factories import make_category, make_order, make_product
from tests.row_counts import nothing_changes
from tests.web.admin.conftest import Enter


def send(client: ShopClient, what: str, answers: Mapping[str, object]) -> str:
    kind = what.split("/", maxsplit=1)[0]
    client.get(f"/admin/{kind}")
    data = {"csrf_token": client.token, **answers}
    return client._open("POST", f"/admin/{what.replace('/', '/many/')}", follow=True, data=data).text


def states() -> dict[str, str]:
    db.session.rollback()
    return {row.name: row.status for row in db.session.execute(sa.select(Product.name, Product.status))}


def test_many_are_published_and_what_cannot_be_is_told(enter: Enter) -> None:
    keeper = enter(Role.CATALOG_MANAGER)
    mug = make_product(name="Mug", status="draft")
    free = make_product(name="Gift", status="draft", price_minor=0)
    told = send(
        keeper, "products/status", {"status": "published", "product": [mug.product_id, free.product_id]}
    )
    assert "1 product is as you wanted it" in told
    assert "Not changed: Gift. What is sold costs more than nothing." in told
    assert states() == {"Mug": "published", "Gift": "draft"}
    assert "Mug" in keeper.get("/search?q=mug").text
    send(keeper, "products/status", {"status": "draft", "product": [mug.product_id]})
    assert states()["Mug"] == "draft"


def test_many_move_to_another_category(enter: Enter) -> None:
    keeper, mug = enter(Role.CATALOG_MANAGER), make_product(name="Mug")
    kitchen = make_category(name="Kitchen")
    send(keeper, "products/category", {"category": kitchen, "product": [mug.product_id]})
    db.session.rollback()
    assert db.session.get_one(Product, mug.product_id).category_id == kitchen
    with nothing_changes():
        told = send(keeper, "products/category", {"category": 4711, "product": [mug.product_id]})
    assert "Choose one of the categories" in told


def test_prices_are_shown_before_they_change_and_only_change_as_shown(enter: Enter) -> None:
    keeper = enter(Role.CATALOG_MANAGER)
    mug, bowl = make_product(name="Mug", price_minor=999), make_product(name="Bowl", price_minor=1000)
    ticked = {"percent": "-10%", "product": [mug.product_id, bowl.product_id]}
    with nothing_changes():
        shown = send(keeper, "products/prices", ticked)
    assert "2 prices would change by -10" in shown
    assert "8.99" in shown
    seen = keeper.form("/admin/products/many/prices").fields["seen"]
    with unit_of_work():
        db.session.get_one(Variant, bowl.variant_id).price_minor = 1100
    with nothing_changes():
        assert "has changed since you looked" in send(keeper, "products/prices", ticked | {"seen": seen})
    send(keeper, "products/prices", ticked)
    seen = keeper.form("/admin/products/many/prices").fields["seen"]
    assert "2 products are as you wanted" in send(keeper, "products/prices", ticked | {"seen": seen})
    db.session.rollback()
    prices = db.session.scalars(sa.select(Variant.price_minor).order_by(Variant.id)).all()
    assert prices == [899, 990]


def test_a_per_cent_that_is_none_is_asked_again_for_the_same_products(enter: Enter) -> None:
    keeper = enter(Role.CATALOG_MANAGER)
    mug, bowl = make_product(name="Mug", price_minor=1000), make_product(name="Bowl", price_minor=2000)
    with nothing_changes():
        told = send(
            keeper, "products/prices", {"percent": "<5,5>", "product": [mug.product_id, bowl.product_id]}
        )
        assert "For 2 products that you ticked" in told
        assert "&lt;5,5&gt;" in told
        for goods in (mug, bowl):
            assert f'name="product" value="{goods.product_id}"' in told
        send(keeper, "products/prices", {"percent": "0", "product": [bowl.product_id]})
        assert keeper.page is not None
        assert keeper.page.status_code == 422
        again = keeper.submit("/admin/products/many/prices", {"percent": "-10"}).text
    assert "1 price would change by -10" in again
    assert "18.00" in again


def test_nonsense_and_nothing_ticked_is_told(enter: Enter) -> None:
    admin, mug = enter(Role.ADMIN), make_product()
    with nothing_changes():
        for percent in ("", "x", "0", "-100", "501"):
            told = send(admin, "products/prices", {"percent": percent, "product": [mug.product_id]})
            assert "whole number of per cent" in told
        assert "Tick at least one product" in send(admin, "products/status", {"status": "draft"})
        assert "Tick at least one product" in send(admin, "products/export", {})
        assert "tick at least one order" in send(admin, "orders/send", {"carrier": "dhl"})
        assert "tick at least one order" in send(admin, "orders/packing-slips", {})


def test_the_ticked_products_go_out_alone(enter: Enter) -> None:
    keeper, mug = enter(Role.CATALOG_MANAGER), make_product(name="Mug")
    make_product(name="Bowl")
    text = send(keeper, "products/export", {"product": [mug.product_id]})
    assert ("Mug" in text, "Bowl" in text) == (True, False)


def test_each_order_is_sent_for_itself(enter: Enter) -> None:
    support = enter(Role.SUPPORT)
    good, gone, other = make_order(), make_order(state="cancelled"), make_order()
    told = send(support, "orders/send", {"carrier": "dhl", "order": [good, gone, other, "NOPE"]})
    assert "2 orders were sent" in told
    assert f"Not sent: {gone}. Nothing of it is to be sent." in told
    assert "Not sent: NOPE. There is no such order." in told
    db.session.rollback()
    found = {row.number: row.state for row in db.session.execute(sa.select(Order.number, Order.state))}
    assert found == {good: "fulfilled", gone: "cancelled", other: "fulfilled"}


def test_packing_slips_come_in_one_paper_and_orders_in_one_sheet(enter: Enter) -> None:
    support = enter(Role.SUPPORT)
    numbers = [make_order(), make_order()]
    make_order()
    support.get("/admin/orders")
    data = {"csrf_token": support.token, "order": numbers}
    paper = support._open("POST", "/admin/orders/many/packing-slips", follow=False, data=data)
    assert (paper.mimetype, paper.data[:4]) == ("application/pdf", b"%PDF")
    text = send(support, "orders/export", {"order": numbers})
    assert text.count("\r\n") == 3
    assert "ada@example.com" in text
    taken = sa.select(AuditRecord.subject).where(AuditRecord.action == "report.exported")
    assert set(db.session.scalars(taken)) == {"report:packing-slips", "report:orders"}
