"""What a guest does in the shop is what the admin pages and reports say."""

import csv
import io
import time
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import steps
from tests.journeys.conftest import Visit
from tests.journeys.live_shop import ROOT, LiveShop

pytestmark = pytest.mark.browser
WRITTEN_WITHIN_SECONDS = 10


def report(page: Page, name: str) -> list[dict[str, str]]:
    """The rows of a CSV report, as the signed-in person downloads it."""
    answer = page.request.get(f"/admin/reports/{name}.csv")
    assert answer.ok, answer.status
    return list(csv.DictReader(io.StringIO(answer.text())))


def orders_on_dashboard(page: Page) -> int:
    page.goto("/admin/")
    tile = page.locator(".stat-tile").filter(has=page.get_by_text("Orders", exact=True))
    return int(tile.locator(".stat-tile-value").inner_text().replace(",", ""))


def test_an_order_shows_in_the_dashboard_the_lists_and_the_reports(shop: LiveShop, visit: Visit) -> None:
    admin, guest = visit(who=ROOT), visit()
    orders_before = orders_on_dashboard(admin)
    revenue_before = sum(Decimal(row["revenue"]) for row in report(admin, "customers"))
    email = "bea@example.com"
    number = steps.order_as_newcomer(guest, shop, shop.mug, email=email, name="Bea Bought", quantity=3)
    total = Decimal(guest.locator("dd.is-total").first.inner_text().lstrip("£"))
    assert orders_on_dashboard(admin) == orders_before + 1

    admin.goto("/admin/orders")
    row = admin.get_by_role("row").filter(has_text=number)
    expect(row).to_contain_text("Bea Bought")
    expect(row).to_contain_text(f"£{total}")
    row.get_by_role("link", name=number).click()
    expect(admin.get_by_role("main")).to_contain_text("Stoneware mug")

    customers = report(admin, "customers")
    [bea] = [row for row in customers if row["email"] == email]
    assert (bea["name"], bea["country"], bea["orders"], bea["currency"]) == ("Bea Bought", "GB", "1", "GBP")
    revenue = Decimal(bea["revenue"])
    assert sum(Decimal(row["revenue"]) for row in customers) == revenue_before + revenue
    assert 3 * Decimal("14.50") <= revenue <= total

    [order] = [row for row in report(admin, "orders") if number in row.values()]
    assert str(total) in order.values()


def test_what_a_guest_did_shows_in_the_activity(shop: LiveShop, visit: Visit) -> None:
    guest, admin = visit(), visit(who=ROOT)
    steps.find(guest, shop.mug)
    steps.add_to_cart(guest, 2)
    did = {"visit", "search", "view", "cart_add"}
    deadline = time.monotonic() + WRITTEN_WITHIN_SECONDS
    while not did <= {row["kind"] for row in report(admin, "activity")}:
        assert time.monotonic() < deadline, "what the guest did is not in the activity report"
    admin.goto("/admin/activity")
    expect(admin.get_by_role("main")).to_contain_text("stoneware mug", ignore_case=True)


def test_a_customer_cannot_download_a_report(shop: LiveShop, visit: Visit) -> None:
    customer = visit(who="ada@example.com")
    assert customer.request.get("/admin/reports/customers.csv").status == 403
