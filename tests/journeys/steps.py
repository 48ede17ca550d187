"""What a visitor does, told by what they see: labels and buttons, never the page's insides."""

import re

from playwright.sync_api import Page, expect

from tests.authenticator import Phone
from tests.factories import PASSWORD, Goods
from tests.inbox import code_sent_to
from tests.journeys.live_shop import LiveShop

CARD = "4242 4242 4242 4242"
DECLINED_CARD = "4000 0000 0000 0002"


def find(page: Page, goods: Goods) -> None:
    """From the home page to the product by the search."""
    page.goto("/")
    box = page.get_by_role("searchbox").first
    box.fill(goods.name)
    box.press("Enter")
    page.get_by_role("link", name=goods.name).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(goods.name)


def add_to_cart(page: Page, quantity: int = 1) -> None:
    """Put the open product into the cart, which opens."""
    page.get_by_label("Quantity", exact=True).fill(str(quantity))
    page.get_by_role("button", name="Add to cart").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your cart")


def go_to_checkout(page: Page) -> None:
    page.get_by_role("link", name="Go to checkout").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Checkout")


def fill_address(page: Page, *, name: str) -> None:
    page.get_by_label("Full name").fill(name)
    page.get_by_label("Street and house number").fill("1 Analytical Row")
    page.get_by_label("Postcode").fill("N1 9GU")
    page.get_by_label("Town or city").fill("London")


def open_account_with_the_order(page: Page, *, email: str) -> None:
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Create an account with this address").check()
    page.get_by_label("Password for the account").fill(PASSWORD)


def pay_by_card(page: Page, number: str = CARD) -> None:
    page.get_by_role("radio", name="Test card").check()
    page.get_by_label("Test card number").fill(number)


def place(page: Page) -> None:
    page.get_by_role("button", name="Place the order").click()


def order_number(page: Page) -> str:
    """The number of the order that has just been placed."""
    page.wait_for_url(re.compile("/orders/"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you")
    return page.url.rsplit("/", 1)[-1]


def order_as_newcomer(
    page: Page, shop: LiveShop, goods: Goods, *, email: str, name: str, quantity: int = 1
) -> str:
    """The whole way of somebody who has never been here; returns the order's number, with its page open."""
    find(page, goods)
    add_to_cart(page, quantity)
    go_to_checkout(page)
    open_account_with_the_order(page, email=email)
    fill_address(page, name=name)
    pay_by_card(page)
    place(page)
    number = order_number(page)
    finish_account(page, shop, email=email)
    page.goto(f"/orders/{number}")
    return number


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: not url.endswith("/sign-in"))


def ask_for_account(page: Page, *, email: str, name: str = "Nia New") -> None:
    page.goto("/sign-up")
    page.get_by_label("Your name").fill(name)
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create the account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your inbox")


def finish_account(page: Page, shop: LiveShop, *, email: str) -> None:
    """Enter the code that was mailed."""
    with shop.app.app_context():
        code = code_sent_to(email)
    page.goto("/sign-up/code")
    page.get_by_label("Code from the e-mail").fill(code)
    page.get_by_role("button", name="Finish").click()
    page.wait_for_url(lambda url: "/sign-up" not in url)


def turn_on_two_factor(page: Page) -> Phone:
    """Scan the key, enter the code, and come to the recovery codes."""
    page.goto("/account/security")
    page.get_by_role("button", name="Set it up").click()
    phone = Phone(page.locator(".qr-key").inner_text().replace(" ", ""))
    page.get_by_label("Code", exact=True).fill(phone.code())
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Turn it on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your recovery codes")
    return phone


def width_to_spare(page: Page) -> int:
    """CSS pixels by which the page is wider than its window; more than none makes it scroll sideways."""
    wider: int = page.evaluate(
        "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return wider
