"""A shop in a currency without decimals, with three, or with large numbers: from the product's page to the credit note."""

import re
from io import BytesIO

import pytest
import sqlalchemy as sa
from flask import Flask
from pypdf import PdfReader

from smartshop.identity.rules.roles import Role
from smartshop.kernel.extensions import db
from smartshop.orders.models import Order
from smartshop.payments import queries as payments
from smartshop.pricing.models.shipping import ShippingMethod
from tests.browser_client import ShopClient
from tests.factories import PASSWORD, make_person, make_product
from tests.web.shop.checkouts import ANSWERS, put


def set_currency(app: Flask, currency: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = app.config["SETTINGS"].model_copy(update={"currency": currency})
    monkeypatch.setitem(app.config, "SETTINGS", settings)


def rows_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


@pytest.mark.parametrize(
    ("currency", "price_minor", "price", "total", "let_go", "back_minor", "back"),
    [
        ("JPY", 1500, "¥1,500", "¥4,895", "120", 120, "¥120"),
        ("KWD", 12_345, "KWD12.345", "KWD37.035", "1.005", 1005, "KWD1.005"),
        (
            "IDR",
            1_250_000_000,
            "IDR12,500,000.00",
            "IDR37,500,000.00",
            "250000.50",
            25_000_050,
            "IDR250,000.50",
        ),
    ],
)
def test_a_shop_sells_invoices_and_refunds_in_any_currency(
    app: Flask,
    visitor: ShopClient,
    monkeypatch: pytest.MonkeyPatch,
    currency: str,
    price_minor: int,
    price: str,
    total: str,
    let_go: str,
    back_minor: int,
    back: str,
) -> None:
    set_currency(app, currency, monkeypatch)
    goods = make_product(price_minor=price_minor, on_hand=5)
    page = visitor.get(f"/p/{goods.slug}").text
    assert price in page
    assert f'"priceCurrency": "{currency}"' in page
    put(visitor, goods, 3)
    visitor.get("/checkout")
    placed = visitor.submit("/checkout", ANSWERS)
    assert (placed.status_code, total in placed.text) == (200, True)
    order = db.session.scalars(sa.select(Order)).one()
    delivery = db.session.scalars(sa.select(ShippingMethod).where(ShippingMethod.code == "standard")).one()
    free_from = delivery.free_over_minor or 0
    assert order.shipping_minor == (0 if 3 * price_minor >= free_from else delivery.price_minor)
    assert (order.currency, order.total_minor) == (currency, 3 * price_minor + order.shipping_minor)
    make_person(email="grace@example.com", role=Role.SUPPORT)
    staff = ShopClient(app)
    staff.sign_in("grace@example.com", PASSWORD)
    at = f"/admin/orders/{order.number}"
    staff.get(at)
    staff.submit(f"{at}/ship", {"quantity-1": "3"})
    assert staff.submit(f"{at}/credit", {"amount": "1.2345", "reason": "too fine"}).status_code == 422
    staff.get(at)
    staff.submit(f"{at}/credit", {"amount": let_go, "reason": "came late"})
    assert payments.balance(order.number) == payments.Balance(order.total_minor, back_minor)
    invoice, note = (
        rows_of(staff.get(f"{at}/documents/{name}.pdf").data) for name in ("INV-000001", "CN-000001")
    )
    assert re.search(rf"^Total.*{re.escape(total)}$", invoice, re.MULTILINE)
    assert re.search(rf"^Total credited.*{re.escape(back)}$", note, re.MULTILINE)
