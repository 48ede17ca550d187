"""Cookies that somebody knows from before: planted in a victim's browser, copied from it, or kept past their end."""

from smartshop.identity.rules.roles import Role
from tests.attacks.stocked import ADMIN, CUSTOMER, NEIGHBOUR, Stock
from tests.authenticator import set_up
from tests.browser_client import TOKEN, ShopClient
from tests.factories import PASSWORD, make_person

NEW = "another long password"


def is_in(browser: ShopClient) -> bool:
    return browser.get("/account", follow=False).status_code == 200


def copy_of(stock: Stock, browser: ShopClient) -> ShopClient:
    """Another browser with the same cookies."""
    copy = stock.visitor()
    copy.cookies, copy.token = browser.cookies, browser.token
    return copy


def test_who_planted_a_session_is_not_signed_in_with_their_victim(stock: Stock) -> None:
    attacker = stock.visitor()
    attacker.post("/cart/add", {"variant_id": str(stock.names["variant"]), "quantity": "1"})
    victim = copy_of(stock, attacker)
    victim.sign_in(CUSTOMER, PASSWORD)
    assert is_in(victim)
    assert not is_in(attacker)
    assert CUSTOMER not in attacker.get("/checkout").text
    assert all(
        value != attacker.cookies[name] for name, value in victim.cookies.items() if name == "smartshop"
    )


def test_a_token_that_was_known_before_the_sign_in_sends_no_form_after_it(stock: Stock) -> None:
    victim = stock.visitor()
    victim.get("/sign-in")
    known = victim.token
    victim.sign_in(CUSTOMER, PASSWORD)
    answer = victim.post("/account/details", {"name": "Mallory", TOKEN: known})
    assert answer.status_code == 400


def test_signing_in_over_another_leaves_nothing_of_theirs(stock: Stock) -> None:
    browser = stock.signed_in(CUSTOMER)
    planted = copy_of(stock, browser)
    planted.post("/sign-in", {"email": NEIGHBOUR, "password": PASSWORD})
    assert NEIGHBOUR in planted.get("/account/details").text
    assert str(stock.names["order"]) not in planted.get("/account/orders").text
    assert CUSTOMER in browser.get("/account/details").text


def test_a_copied_cookie_ends_with_the_sign_out(stock: Stock) -> None:
    browser = stock.signed_in(CUSTOMER)
    thief = copy_of(stock, browser)
    assert is_in(thief)
    browser.post("/sign-out")
    assert not is_in(thief)
    assert not is_in(browser)


def test_a_copied_cookie_ends_with_a_new_password(stock: Stock) -> None:
    browser = stock.signed_in(CUSTOMER)
    thief = copy_of(stock, browser)
    browser.get("/account/details")
    browser.submit("/account/details/password", {"present_password": PASSWORD, "password": NEW})
    assert is_in(browser)
    assert not is_in(thief)


def test_a_copied_cookie_ends_when_its_owner_gets_another_role(stock: Stock) -> None:
    email = "rising@example.com"
    person_id = make_person(email=email, role=Role.SUPPORT)
    browser, admin = stock.signed_in(email), stock.signed_in(ADMIN)
    thief = copy_of(stock, browser)
    admin.get(f"/admin/team/{person_id}")
    answer = admin.post(f"/admin/team/{person_id}/roles", {"roles": str(stock.names["role"])})
    if answer.status_code == 403:
        answer = admin.submit(f"/admin/team/{person_id}/roles", {"confirm_password": PASSWORD})
    assert answer.status_code == 200
    assert not is_in(thief)
    assert not is_in(browser)


def test_half_a_sign_in_that_was_planted_opens_nothing_with_the_code(stock: Stock) -> None:
    """The password is known, the phone is not: the owner's own second step in another browser does not help."""
    email = "phone@example.com"
    phone, _codes = set_up(make_person(email=email))
    attacker = stock.visitor()
    attacker.sign_in(email, PASSWORD)
    assert not is_in(attacker)
    owner = copy_of(stock, attacker)
    owner.sign_in(email, PASSWORD)
    owner.submit("/sign-in/code", {"code": phone.code()})
    assert is_in(owner)
    assert not is_in(attacker)
    attacker.get("/sign-in/code")
    attacker.post("/sign-in/code", {"code": phone.code()})
    assert not is_in(attacker)
