"""The whole way with the keyboard alone, and always to be seen where one is."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.factories import PASSWORD
from tests.journeys import steps
from tests.journeys.live_shop import LiveShop

pytestmark = pytest.mark.browser

MOST_STEPS = 90
HAS_A_RING = """() => {
  const rings = (element) => [null, "::before", "::after"].some((part) => {
    const style = getComputedStyle(element, part);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
  });
  const focused = document.activeElement;
  if (!focused || focused === document.body) return true;
  return [focused, focused.closest("label"), focused.closest("article"), focused.closest("form")]
    .some((element) => element && rings(element));
}"""


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus; on the way every stop must show that it has it."""
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        assert page.evaluate(HAS_A_RING), page.evaluate("() => document.activeElement.outerHTML")
        if target.evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"{target} cannot be reached with {MOST_STEPS} presses of Tab")


def press_on(page: Page, target: Locator) -> None:
    tab_to(page, target)
    page.keyboard.press("Enter")


def type_into(page: Page, label: str, text: str) -> None:
    tab_to(page, page.get_by_label(label))
    page.keyboard.type(text)


def test_the_first_stop_skips_to_the_content(shop: LiveShop, page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def test_an_order_is_placed_with_the_keyboard_alone(shop: LiveShop, page: Page) -> None:
    page.goto("/")
    tab_to(page, page.get_by_role("searchbox").first)
    page.keyboard.type("stoneware")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search**")
    press_on(page, page.get_by_role("main").get_by_role("link", name="Stoneware mug", exact=True))
    page.wait_for_url("**/p/**")
    press_on(page, page.get_by_role("button", name="Add to cart"))
    page.wait_for_url("**/cart")
    press_on(page, page.get_by_role("link", name="Go to checkout"))
    page.wait_for_url("**/checkout")
    type_into(page, "E-mail address", "keys@example.com")
    tab_to(page, page.get_by_label("Create an account with this address"))
    page.keyboard.press("Space")
    type_into(page, "Password for the account", PASSWORD)
    type_into(page, "Full name", "Kay Keys")
    type_into(page, "Street and house number", "1 Analytical Row")
    type_into(page, "Postcode", "N1 9GU")
    type_into(page, "Town or city", "London")
    tab_to(page, page.get_by_role("radio", name="Invoice"))
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Cash on delivery")).to_be_checked()
    press_on(page, page.get_by_role("button", name="Place the order"))
    assert steps.order_number(page)


def test_the_menu_of_a_phone_opens_and_closes_with_the_keyboard(shop: LiveShop, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/")
    summary = page.locator("summary").filter(visible=True).first
    press_on(page, summary)
    expect(page.get_by_role("navigation", name="Menu").get_by_role("link", name="Kitchen")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("navigation", name="Menu").get_by_role("link", name="Kitchen")).to_be_hidden()
    expect(summary).to_be_focused()
