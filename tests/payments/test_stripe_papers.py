"""From the product's page to the last credit note: paid with Stripe, refunded in part, returned, and read from the PDFs."""

import re
from io import BytesIO

import sqlalchemy as sa
from flask import Flask
from pypdf import PdfReader

from smartshop.identity.rules.roles import Role
from smartshop.kernel.extensions import db
from smartshop.orders.models import Order
from smartshop.orders.queries import aftercare
from smartshop.payments import queries as payments
from tests.browser_client import ShopClient
from tests.factories import PASSWORD, Goods, make_person, make_product
from tests.orders.acting import left_of
from tests.payments.paying import COMPLETED, report
from tests.payments.stripe_double import StripeDouble
from tests.web.shop.checkouts import ANSWERS, put

BY_STRIPE = {**ANSWERS, "payment": "stripe"}
del BY_STRIPE["card_number"]


def buy(app: Flask, stripe: StripeDouble, event: str, *lines: tuple[Goods, int]) -> tuple[ShopClient, str]:
    """A visitor whose order is paid at Stripe, and its number."""
    visitor = ShopClient(app)
    for goods, quantity in lines:
        put(visitor, goods, quantity)
    visitor.get("/checkout")
    answers = {name: text for name, text in BY_STRIPE.items() if name in visitor.form("/checkout").names}
    page = visitor.submit("/checkout", answers, follow=False).location
    (number,) = [s["client_reference_id"] for s in stripe.sessions.values() if s["url"] == page]
    stripe.pay(number)
    assert report(app.test_client(), *stripe.event(number, COMPLETED, event)) == (200, "settled")
    assert visitor.get(f"/checkout/paid/{number}").request.path == f"/orders/{number}"
    return visitor, number


def support(app: Flask) -> ShopClient:
    make_person(email="grace@example.com", role=Role.SUPPORT)
    staff = ShopClient(app)
    staff.sign_in("grace@example.com", PASSWORD)
    return staff


def amounts(words: str, label: str) -> list[int]:
    """The minor units at the end of every row that begins with these words."""
    found = re.findall(rf"^{re.escape(label)}\D*?(-?)£([\d,]+)\.(\d\d)$", words, re.MULTILINE)
    return [int(sign + pounds.replace(",", "") + pence) for sign, pounds, pence in found]


def paper(visitor: ShopClient, number: str, document: str) -> str:
    answer = visitor.get(f"/orders/{number}/documents/{document}.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages)


def test_paid_with_stripe_refunded_in_part_and_returned_the_papers_agree_with_the_books(
    any_app: Flask, stripe: StripeDouble
) -> None:
    mug = make_product(name="Blue mug", price_minor=1234, on_hand=10)
    lamp = make_product(name="Lamp", price_minor=1005, on_hand=3)
    visitor, number = buy(any_app, stripe, "evt_1", (mug, 3), (lamp, 1))
    other, second = buy(any_app, stripe, "evt_2", (mug, 1))
    staff = support(any_app)
    at = f"/admin/orders/{number}"
    staff.get(at)
    staff.submit(f"{at}/ship", {"quantity-1": "3", "quantity-2": "1"})
    staff.submit(f"{at}/credit", {"amount": "7.77", "reason": "it came late"})
    staff.submit(f"{at}/return", {"quantity-1": "2", "reason": "two were chipped"})
    staff.get(f"/admin/orders/{second}")
    staff.submit(f"/admin/orders/{second}/ship", {"quantity-1": "1"})

    db.session.rollback()
    order = db.session.scalars(sa.select(Order).where(Order.number == number)).one()
    issued = [(row.number, row.amount_minor) for row in aftercare.of(number).invoices]
    assert issued == [("INV-000001", order.total_minor), ("CN-000001", 777), ("CN-000002", 2468)]
    assert [row.number for row in aftercare.of(second).invoices] == ["INV-000002"]

    invoice = paper(visitor, number, "INV-000001")
    assert amounts(invoice, "Goods") == [order.goods_minor] == [3 * 1234 + 1005]
    assert amounts(invoice, order.shipping_method) == [order.shipping_minor]
    assert amounts(invoice, "Total") == [order.total_minor]
    credited = [
        sum(amounts(paper(visitor, number, name), "Total credited")) for name in ("CN-000001", "CN-000002")
    ]
    assert credited == [777, 2468]
    assert sum(credited) == order.returned_minor
    assert payments.balance(number) == payments.Balance(order.total_minor, sum(credited))
    assert stripe.session_of(number)["amount_total"] == order.total_minor
    assert [refund["amount"] for refund in stripe.refunds.values()] == credited
    assert "INV-000001" in paper(visitor, number, "CN-000002")
    assert (left_of(mug), left_of(lamp)) == (10 - 3 - 1 + 2, 2)
    assert other.get(f"/orders/{second}/documents/CN-000001.pdf").status_code == 404
