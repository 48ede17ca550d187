"""A guest finds something, fills the cart, signs up at checkout, orders and sees the order: on every kind of screen."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.factories import PASSWORD, make_zone
from tests.journeys import steps
from tests.journeys.conftest import PHONE, Visit
from tests.journeys.live_shop import LiveShop

pytestmark = pytest.mark.browser

SCREENS: dict[str, dict[str, Any]] = {
    "wide": {},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": PHONE, "is_mobile": True, "has_touch": True},
    "without scripts": {"java_script_enabled": False},
    "phone without scripts": {"viewport": PHONE, "java_script_enabled": False},
}


@pytest.mark.parametrize("screen", SCREENS)
def test_a_newcomer_orders_and_sees_the_order(shop: LiveShop, visit: Visit, screen: str) -> None:
    page = visit(**SCREENS[screen])
    email = f"{screen.replace(' ', '-')}@example.com"
    number = steps.order_as_newcomer(page, shop, shop.mug, email=email, name="Mira Newcomer", quantity=2)
    expect(page.get_by_role("main")).to_contain_text("Stoneware mug")
    expect(page.get_by_role("main")).to_contain_text("£29.00")
    page.goto("/account/orders")
    expect(page.get_by_role("link", name=number)).to_be_visible()
    page.goto("/cart")
    expect(page.get_by_role("main")).to_contain_text("Nothing in it yet")


def test_a_guest_orders_without_an_account_and_keeps_the_address_of_the_order(
    shop: LiveShop, page: Page
) -> None:
    steps.find(page, shop.throw)
    page.get_by_role("radio", name="Grey").check()
    steps.add_to_cart(page)
    expect(page.get_by_role("main")).to_contain_text("Grey")
    steps.go_to_checkout(page)
    page.get_by_label("E-mail address").fill("guest@example.com")
    steps.fill_address(page, name="Gus Guest")
    page.get_by_role("radio", name="Invoice").check()
    steps.place(page)
    number = steps.order_number(page)
    page.goto("/")
    page.goto(f"/orders/{number}")
    expect(page.get_by_role("main")).to_contain_text("Wool throw")


def test_a_refused_checkout_says_why_keeps_what_was_typed_and_goes_on(shop: LiveShop, page: Page) -> None:
    steps.find(page, shop.mug)
    steps.add_to_cart(page)
    steps.go_to_checkout(page)
    page.get_by_label("E-mail address").fill("careful@example.com")
    steps.fill_address(page, name="Cora Careful")
    steps.pay_by_card(page, "4111 1111 1111 1111")
    steps.place(page)
    expect(page.get_by_role("alert")).to_contain_text("Never type a real card here")
    expect(page.get_by_label("Test card number")).to_have_value("")
    expect(page.get_by_label("Full name")).to_have_value("Cora Careful")
    steps.pay_by_card(page, steps.DECLINED_CARD)
    steps.place(page)
    expect(page.get_by_role("alert")).to_contain_text("declined")
    steps.pay_by_card(page)
    steps.place(page)
    assert steps.order_number(page)


def test_the_summary_follows_the_chosen_delivery(shop: LiveShop, page: Page) -> None:
    steps.find(page, shop.mug)
    steps.add_to_cart(page)
    steps.go_to_checkout(page)
    summary = page.get_by_role("region", name="Your order")
    for name in ("Express", "Standard"):
        page.get_by_role("radio", name=name).check()
        label = page.locator("label", has=page.get_by_role("radio", name=name)).inner_text()
        total = re.search(r"Total (\S+)", label)
        assert total is not None
        expect(summary.locator("dd.is-total:visible")).to_have_text(total[1])


def test_another_country_brings_its_deliveries_in_place_and_loses_nothing_that_was_typed(
    shop: LiveShop, page: Page
) -> None:
    with shop.app.app_context():
        make_zone("the far north", "IS", code="far-north", price_minor=2900)
    steps.find(page, shop.mug)
    steps.add_to_cart(page)
    steps.go_to_checkout(page)
    page.get_by_label("E-mail address").fill("ada@example.org")
    steps.fill_address(page, name="Ada Abroad")
    page.evaluate("window.isSamePage = true")
    page.get_by_label("Country").select_option("IS")
    expect(page.get_by_role("radio", name="To the far north")).to_be_checked()
    expect(page.get_by_role("region", name="Your order")).to_contain_text("£29.00")
    expect(page.get_by_label("Full name")).to_have_value("Ada Abroad")
    expect(page.get_by_label("E-mail address")).to_have_value("ada@example.org")
    assert page.evaluate("window.isSamePage") is True


def test_a_cart_changes_at_once_when_scripts_run(shop: LiveShop, page: Page) -> None:
    steps.find(page, shop.mug)
    steps.add_to_cart(page)
    expect(page.get_by_role("button", name="One fewer")).to_be_disabled()
    page.get_by_role("button", name="One more").click()
    expect(page.get_by_role("main")).to_contain_text("£29.00")
    page.get_by_role("button", name="Remove Stoneware mug").click()
    expect(page.get_by_role("main")).to_contain_text("Nothing in it yet")


def test_signing_in_at_checkout_comes_back_to_it_with_the_cart(shop: LiveShop, page: Page) -> None:
    steps.find(page, shop.mug)
    steps.add_to_cart(page)
    steps.go_to_checkout(page)
    page.get_by_role("main").get_by_role("link", name="Sign in").click()
    page.get_by_label("E-mail address").fill("nova@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Checkout")
    expect(page.get_by_role("main")).to_contain_text("Stoneware mug")
    expect(page.get_by_label("Full name")).to_have_value("Nova Newcomer")


def test_a_double_click_orders_once(shop: LiveShop, page: Page) -> None:
    steps.find(page, shop.mug)
    steps.add_to_cart(page)
    steps.go_to_checkout(page)
    steps.open_account_with_the_order(page, email="hasty@example.com")
    steps.fill_address(page, name="Hal Hasty")
    steps.pay_by_card(page)
    page.get_by_role("button", name="Place the order").dblclick()
    number = steps.order_number(page)
    steps.finish_account(page, shop, email="hasty@example.com")
    page.goto("/account/orders")
    expect(page.get_by_role("main").get_by_role("row")).to_have_count(2)
    expect(page.get_by_role("link", name=number)).to_be_visible()


def test_without_scripts_every_form_has_a_button(shop: LiveShop, visit: Visit) -> None:
    page = visit(java_script_enabled=False)
    page.goto("/c/living")
    page.get_by_label("Sort by").select_option("Price: high to low")
    page.get_by_role("button", name="Sort").click()
    expect(page.get_by_role("main").get_by_role("article").first).to_contain_text("Brass lamp")
    steps.find(page, shop.mug)
    steps.add_to_cart(page)
    page.get_by_label("Quantity of Stoneware mug").fill("3")
    page.get_by_role("button", name="Update").click()
    expect(page.get_by_role("main")).to_contain_text("£43.50")
    page.get_by_role("button", name="Remove Stoneware mug").click()
    expect(page.get_by_role("main")).to_contain_text("Nothing in it yet")


def test_with_scripts_a_choice_of_order_applies_at_once(shop: LiveShop, page: Page) -> None:
    page.goto("/c/living", wait_until="networkidle")
    page.get_by_label("Sort by").select_option("Price: high to low")
    page.wait_for_url("**sort=price-down**")
    expect(page.get_by_role("main").get_by_role("article").first).to_contain_text("Brass lamp")


UNCOVERED = """(link) => {
  link.scrollIntoView({block: "end"});
  const {x, y, width, height} = link.getBoundingClientRect();
  return link.contains(document.elementFromPoint(x + width / 2, y + height / 2));
}"""


def test_on_a_phone_the_question_about_visits_covers_nothing(shop: LiveShop, visit: Visit) -> None:
    page = visit(viewport=PHONE, is_mobile=True, has_touch=True)
    page.context.clear_cookies(name="smartshop_choices")
    page.goto(f"/p/{shop.mug.slug}")
    expect(page.get_by_role("button", name="Refuse")).to_be_visible()
    assert page.get_by_role("button", name="Add to cart").evaluate(UNCOVERED)
    steps.add_to_cart(page)
    expect(page.get_by_role("button", name="Refuse")).to_be_visible()
    assert page.get_by_role("link", name="Go to checkout").evaluate(UNCOVERED)
