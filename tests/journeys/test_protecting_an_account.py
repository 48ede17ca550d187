"""A forgotten password, and two-factor sign-in, in a browser."""

import pytest
from playwright.sync_api import Page, expect

from tests.factories import make_person
from tests.inbox import code_sent_to
from tests.journeys import steps
from tests.journeys.conftest import Visit
from tests.journeys.live_shop import LiveShop

pytestmark = pytest.mark.browser
NEW = "another horse, another battery"


def person(shop: LiveShop, email: str) -> str:
    with shop.app.app_context():
        make_person(email=email)
    return email


def code_for(shop: LiveShop, email: str) -> str:
    with shop.app.app_context():
        return code_sent_to(email)


@pytest.mark.parametrize("has_scripts", [True, False])
def test_a_forgotten_password_is_replaced(shop: LiveShop, visit: Visit, *, has_scripts: bool) -> None:
    page = visit(java_script_enabled=has_scripts)
    email = person(shop, f"forgetful-{has_scripts}@example.com".lower())
    page.goto("/sign-in")
    page.get_by_role("link", name="Forgotten your password?").click()
    page.get_by_label("E-mail address").fill(email)
    page.get_by_role("button", name="Send the code").click()
    expect(page.get_by_role("main")).to_contain_text(email)
    page.get_by_label("Code from the e-mail").fill(code_for(shop, email))
    page.get_by_label("New password").fill(NEW)
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_role("status")).to_contain_text("Your password is changed")
    steps.sign_in(page, email, NEW)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hello")


def test_two_factor_sign_in_is_set_up_and_used(shop: LiveShop, visit: Visit, page: Page) -> None:
    email = person(shop, "careful-one@example.com")
    steps.sign_in(page, email)
    phone = steps.turn_on_two_factor(page)
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_role("main")).to_contain_text("10 recovery codes are left")
    other = visit()
    steps.sign_in(other, email)
    other.get_by_label("Code").fill(phone.code(1))
    other.get_by_role("button", name="Sign in").click()
    expect(other.get_by_role("heading", level=1)).to_contain_text("Hello")
    other.goto("/account/security")
    other.get_by_role("button", name="Sign out everywhere else").click()
    expect(other.get_by_role("status")).to_contain_text("Every other device is signed out")
    page.goto("/account")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
