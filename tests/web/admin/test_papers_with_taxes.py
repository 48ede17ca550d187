"""An invoice and its credit notes as PDF, with two tax rates and a discount: every total on them is read back."""

import re
from io import BytesIO

import pytest
from flask import Flask
from pypdf import PdfReader

from smartshop.identity.rules.roles import Role
from smartshop.orders.operations import placing
from tests.browser_client import ShopClient
from tests.factories import make_cart, make_command, make_product, make_promotion
from tests.web.admin.conftest import Enter

BANK = "Ada & Sons Ltd; IBAN GB33 BUKB 2020 1555 5555 55"


def with_bank(app: Flask) -> None:
    app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(update={"seller_bank": BANK})


@pytest.mark.parametrize(("way", "is_told"), [("invoice", True), ("cash_on_delivery", False)])
def test_who_pays_by_transfer_is_told_the_account_until_the_money_came(
    app: Flask,
    staff: ShopClient,
    way: str,
    is_told: bool,  # noqa: FBT001
) -> None:
    with_bank(app)
    mug = make_product(price_minor=1200)
    command = make_command(expected_total_minor=1595, payment_code=way, card={})
    number = placing.place(command=command, key=make_cart((mug, 1)), currency="GBP")
    at = f"/admin/orders/{number}"
    staff.get(at)
    staff.submit(f"{at}/ship", {"quantity-1": "1"})
    page = ShopClient(app).get(f"/orders/{number}").text
    assert ("IBAN GB33 BUKB" in page, "Transfer £15.95" in page) == (is_told, is_told)
    assert (
        "IBAN GB33 BUKB 2020 1555 5555 55" in rows_of(staff.get(f"{at}/documents/INV-000001.pdf").data)
    ) is is_told
    staff.submit(f"{at}/capture", {"reason": "on the statement"})
    assert "IBAN" not in ShopClient(app).get(f"/orders/{number}").text


@pytest.fixture
def staff(enter: Enter) -> ShopClient:
    return enter(Role.SUPPORT)


def rows_of(pdf: bytes) -> list[str]:
    text = "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    return [" ".join(line.split()) for line in text.splitlines()]


def sums_of(pdf: bytes) -> list[tuple[str, list[str]]]:
    """The rows that hold amounts, as (words before them, amounts)."""
    amount = re.compile(r"-?£[\d,.]+")
    rows = [row for row in rows_of(pdf) if amount.search(row)]
    return [(amount.split(row)[0].strip(" -−"), amount.findall(row)) for row in rows]


def test_every_total_of_an_invoice_and_its_credit_note_can_be_read_back(staff: ShopClient) -> None:
    tea = make_product(name="Tea", price_minor=1050, tax_class="reduced")
    mug = make_product(name="Mug", price_minor=1200)
    make_promotion()
    command = make_command(expected_total_minor=1890 + 1080 + 395)
    number = placing.place(command=command, key=make_cart((tea, 2), (mug, 1)), currency="GBP")
    at = f"/admin/orders/{number}"
    staff.get(at)
    staff.submit(f"{at}/ship", {"quantity-1": "2", "quantity-2": "1"})
    staff.submit(f"{at}/return", {"quantity-1": "1", "reason": "one too many"})
    staff.submit(f"{at}/credit", {"amount": "5.00", "reason": "came late"})
    assert sums_of(staff.get(f"{at}/documents/INV-000001.pdf").data) == [
        ("Tea 2", ["£10.50", "£21.00"]),
        ("Mug 1", ["£12.00", "£12.00"]),
        ("Goods", ["£33.00"]),
        ("A tenth off", ["-£3.30"]),
        ("Standard delivery", ["£3.95"]),
        ("Total", ["£33.65"]),
        ("VAT 5% in", ["£18.90", "£0.90"]),
        ("VAT 20% in", ["£14.75", "£2.46"]),
    ]
    assert sums_of(staff.get(f"{at}/documents/CN-000001.pdf").data) == [
        ("Tea 1", ["£10.50", "£10.50"]),
        ("Discount", ["-£1.05"]),
        ("Total credited", ["£9.45"]),
        ("VAT 5% in", ["£9.45", "£0.45"]),
    ]
    assert sums_of(staff.get(f"{at}/documents/CN-000002.pdf").data) == [
        ("came late", ["£5.00"]),
        ("Total credited", ["£5.00"]),
        ("VAT 5% in", ["£1.95", "£0.09"]),
        ("VAT 20% in", ["£3.05", "£0.51"]),
    ]
