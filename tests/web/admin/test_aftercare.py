"""The page of an order: what staff does there, what it refuses, and the papers."""

import re
from io import BytesIO

import pytest
from flask import Flask
from pypdf import PdfReader

from smartshop.identity.rules.roles import Role
from smartshop.kernel.money import Money
from smartshop.orders.operations import hearing
from smartshop.payments.rules.gateways import DemoCard, GatewayAway, Outcome, Result
from smartshop.payments.rules.reports import Report
from tests.browser_client import ShopClient
from tests.factories import make_order, make_product
from tests.orders.acting import after, bought, left_of, state_of
from tests.row_counts import nothing_changes
from tests.web.admin.conftest import Enter


@pytest.fixture
def staff(enter: Enter) -> ShopClient:
    return enter(Role.SUPPORT)


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def test_staff_sends_takes_back_and_refunds_from_the_page(staff: ShopClient) -> None:
    goods = make_product(name="Blue mug", price_minor=3000, on_hand=5)
    number = bought((goods, 3))
    at = f"/admin/orders/{number}"
    staff.get(at)
    page = staff.submit(
        f"{at}/ship", {"quantity-1": "2", "carrier": "dhl", "tracking_number": "JD 0146"}
    ).text
    assert "The rest waits here" in page
    assert "Partly sent" in page
    page = staff.submit(f"{at}/return", {"quantity-1": "1", "reason": "a chip in the rim"}).text
    assert "£30.00 went back to the customer" in page
    assert "a chip in the rim" in page
    page = staff.submit(f"{at}/credit", {"amount": "12.50", "reason": "came late"}).text
    assert "The price is reduced by £12.50" in page
    page = staff.submit(f"{at}/cancel", {"reason": "not to be had any more"}).text
    assert "£30.00 went back to the customer" in page
    assert (state_of(number), left_of(goods)) == ("fulfilled", 4)
    assert after(number).standing.refunded_minor == 7250


def test_the_lines_of_an_order_tell_what_was_cancelled_from_what_came_back(staff: ShopClient) -> None:
    number = bought((make_product(name="Blue mug", price_minor=3000, on_hand=9), 5))
    at = f"/admin/orders/{number}"
    staff.get(at)
    staff.submit(f"{at}/ship", {"quantity-1": "2"})
    staff.submit(f"{at}/return", {"quantity-1": "1", "reason": "a chip in the rim"})
    page = staff.submit(f"{at}/cancel", {"reason": "not to be had any more"}).text
    cells = re.findall(r'<td class="is-number">([^<]*)</td>', page.split("</thead>")[1].split("</tr>")[0])
    assert cells == ["£30.00", "5", "2", "3", "1", "£150.00"]


def test_an_invoice_and_a_credit_note_show_their_totals(staff: ShopClient) -> None:
    number = bought((make_product(name="Blue mug", price_minor=1234), 3))
    at = f"/admin/orders/{number}"
    staff.get(at)
    staff.submit(f"{at}/ship", {"quantity-1": "3"})
    staff.submit(f"{at}/return", {"quantity-1": "1", "reason": "a chip in the rim"})
    invoice = staff.get(f"{at}/documents/INV-000001.pdf")
    assert invoice.mimetype == "application/pdf"
    words = text_of(invoice.data)
    for part in (number, "Blue mug", "£12.34", "£37.02", "£3.95", "£40.97", "£6.83", "Ada Buyer"):
        assert part in words
    words = text_of(staff.get(f"{at}/documents/CN-000001.pdf").data)
    for part in ("INV-000001", "Blue mug", "£12.34", "a chip in the rim"):
        assert part in words
    assert staff.get(f"{at}/documents/INV-000009.pdf").status_code == 404


def test_a_packing_slip_says_what_to_pack_and_no_prices(staff: ShopClient) -> None:
    number = bought((make_product(name="Blue mug", price_minor=1234), 3))
    words = text_of(staff.get(f"/admin/orders/{number}/packing-slip.pdf").data)
    for part in (number, "Blue mug", "Analytical Row"):
        assert part in words
    assert "£" not in words


def test_documents_say_what_is_missing_when_nothing_draws_them(
    staff: ShopClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "weasyprint", None)
    number = bought((make_product(), 1))
    answer = staff.get(f"/admin/orders/{number}/packing-slip.pdf")
    assert answer.status_code == 503
    assert "libpango" in answer.text
    assert staff.get(f"/admin/orders/{number}").status_code == 200


@pytest.mark.parametrize(
    ("verb", "answers", "said"),
    [
        ("ship", {"quantity-1": "9", "carrier": "dhl"}, "Only 2 of Mug are left"),
        ("ship", {"quantity-1": "-1", "carrier": "dhl"}, "whole number"),
        ("ship", {"quantity-1": "1", "carrier": "pigeon"}, "Choose one of the carriers"),
        ("ship", {"quantity-1": "1", "carrier": "dhl", "tracking_number": "<b>"}, "letters and digits"),
        ("cancel", {"reason": " "}, "Say why"),
        ("credit", {"amount": "99999", "reason": "x"}, "more than the order"),
        ("credit", {"amount": "NaN", "reason": "x"}, "above zero"),
        ("credit", {"amount": "1.234", "reason": "x"}, "above zero"),
        ("credit", {"amount": "", "reason": "x"}, "above zero"),
        ("return", {"quantity-1": "1", "reason": "x"}, "Only 0 of Mug are left"),
        ("capture", {"reason": "x"}, "No payment is waited for"),
    ],
)
def test_bad_answers_are_explained_and_change_nothing(
    staff: ShopClient, verb: str, answers: dict[str, str], said: str
) -> None:
    number = bought((make_product(), 2))
    revision = str(after(number).revision)
    with nothing_changes():
        answer = staff.post(f"/admin/orders/{number}/{verb}", {"revision": revision, **answers})
    assert answer.status_code in {409, 422}
    assert said in answer.text


@pytest.mark.parametrize("verb", ["capture", "ship", "cancel", "return", "credit", "invoice", "refund"])
def test_an_order_that_does_not_exist_is_not_found(staff: ShopClient, verb: str) -> None:
    answers = {"reason": "x", "carrier": "dhl", "quantity-1": "1", "amount": "1", "revision": "0"}
    assert staff.post(f"/admin/orders/NO-SUCH/{verb}", answers).status_code == 404


def test_a_page_that_is_out_of_date_does_nothing(staff: ShopClient) -> None:
    number = bought((make_product(), 2))
    old = str(after(number).revision)
    send = {"quantity-1": "1", "carrier": "dhl", "revision": old}
    assert staff.post(f"/admin/orders/{number}/ship", send).status_code == 200
    with nothing_changes():
        answer = staff.post(f"/admin/orders/{number}/ship", send)
    assert (answer.status_code, "has changed since you opened" in answer.text) == (409, True)


def test_a_refund_that_the_provider_does_not_answer_waits_and_is_tried_again(
    staff: ShopClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = bought((make_product(price_minor=6000), 1))

    def be_away(*_anything: object, **_named: object) -> None:
        raise GatewayAway

    staff.get(f"/admin/orders/{number}")
    with monkeypatch.context() as away:
        away.setattr(DemoCard, "refund", be_away)
        page = staff.submit(f"/admin/orders/{number}/cancel", {"reason": "asked for"}).text
        assert "is tried again by itself" in page
        assert "is tried again by itself" in staff.submit(f"/admin/orders/{number}/refund").text
    assert (state_of(number), after(number).has_pending_refund) == ("cancelled", True)
    assert "£60.00 went back" in staff.submit(f"/admin/orders/{number}/refund").text
    assert (after(number).has_pending_refund, after(number).standing.refunded_minor) == (False, 6000)


def test_an_analyst_reads_an_order_and_does_nothing_to_it(app: Flask, enter: Enter) -> None:
    number = bought((make_product(), 1))
    page = enter(Role.ANALYST).get(f"/admin/orders/{number}")
    assert page.status_code == 200
    assert "Next steps" not in page.text


def misreported(event: str = "evt-1") -> str:
    """An order of which the provider reports another amount than was asked for; returns its number."""
    number = make_order(state="pending")
    outcome = Outcome(Result.CAPTURED, f"paid:{event}")
    report = Report("test_card", event, "paid", number, Money(999, "GBP"), outcome)
    assert hearing.hear(report=report) == "amount"
    return number


def test_an_order_whose_provider_reports_another_amount_asks_for_attention_until_it_is_given(
    staff: ShopClient,
) -> None:
    other, number = make_order(), misreported()
    at = f"/admin/orders/{number}"
    page = staff.get("/admin/orders").text
    assert ("1 order needs attention" in page, other in page) == (True, True)
    page = staff.get("/admin/orders?state=attention").text
    assert (number in page, other in page) == (True, False)
    page = staff.get(at).text
    assert "reports another amount than was asked for" in page
    assert "test_card reported £9.99" in page
    page = staff.submit(f"{at}/looked-at", {"reason": "refunded at the provider"}).text
    assert ("reports another amount" in page, "refunded at the provider" in page) == (False, True)
    assert number not in staff.get("/admin/orders?state=attention").text


def test_attention_needs_a_reason_and_is_given_once(staff: ShopClient) -> None:
    at = f"/admin/orders/{misreported()}"
    staff.get(at)
    form = dict(staff.form(f"{at}/looked-at").fields)
    with nothing_changes():
        assert staff.post(f"{at}/looked-at", {**form, "reason": " "}).status_code == 422
    staff.post(f"{at}/looked-at", {**form, "reason": "put right"})
    with nothing_changes():
        assert staff.post(f"{at}/looked-at", {**form, "reason": "put right"}).status_code == 409
        again = {**form, "revision": str(int(form["revision"]) + 1), "reason": "put right"}
        assert staff.post(f"{at}/looked-at", again).status_code == 409


def test_the_page_of_an_order_speaks_in_words(staff: ShopClient) -> None:
    number = bought((make_product(name="Blue mug", price_minor=1234), 1))
    page = staff.get(f"/admin/orders/{number}").text
    for word in ("Test card", "Pending → Paid", "United Kingdom"):
        assert word in page
    for code in ("test_card", "captured", ">GB<"):
        assert code not in page
    assert ">Sent</option>" in staff.get("/admin/orders").text


def test_a_wrong_address_leads_staff_back_to_their_pages(staff: ShopClient, visitor: ShopClient) -> None:
    answer = staff.get("/admin/orders/AAAA-BBBB-CCCC")
    assert answer.status_code == 404
    assert "There is no order with this number." in answer.text
    assert 'href="/admin/orders"' in answer.text
    assert 'href="/admin' not in visitor.get("/admin/nothing-here").text
