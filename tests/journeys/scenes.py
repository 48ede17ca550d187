"""Every page in every state worth looking at: how to get there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count

from playwright.sync_api import Page, expect

from tests.authenticator import set_up
from tests.factories import make_person
from tests.journeys import steps
from tests.journeys.live_shop import ADA, NOVA, ROOT, LiveShop

Way = Callable[[Page, LiveShop], object]
_numbers = count(1)


@dataclass(frozen=True)
class Scene:
    """``heading`` is what the page's heading says when it is there."""

    way: Way
    heading: str
    who: str = ""

    @property
    def takes_steps(self) -> bool:
        """Whether somebody must do something to get there, which a phone may stand in the way of."""
        return not isinstance(self.way, At)


@dataclass(frozen=True)
class At:
    """The page at an address; ``{mug}`` and the like stand for slugs, ``{order}`` for a number."""

    path: str

    def __call__(self, page: Page, shop: LiveShop) -> None:
        slugs = {name: getattr(shop, name).slug for name in ("mug", "throw", "kettle", "lamp")}
        page.goto(self.path.format(**slugs, order=shop.order))


at = At


def asked_for_a_choice(page: Page, shop: LiveShop) -> None:
    page.context.clear_cookies(name="smartshop_choices")
    page.goto("/")
    expect(page.get_by_role("button", name="Refuse")).to_be_visible()


def full_cart(page: Page, shop: LiveShop) -> None:
    for goods in (shop.throw, shop.mug):
        page.goto(f"/p/{goods.slug}")
        steps.add_to_cart(page, 2)


def saved_lines(page: Page, shop: LiveShop) -> None:
    full_cart(page, shop)
    page.get_by_role("button", name="Save for later: Wool throw").click()
    page.get_by_role("heading", name="Saved for later").wait_for()


def cart_with_a_code(page: Page, shop: LiveShop) -> None:
    full_cart(page, shop)
    page.goto("/cart")
    page.get_by_label("Coupon code").fill("ten 10")
    page.get_by_role("button", name="Use it").click()
    page.get_by_role("button", name="Remove the code TEN10").wait_for()


def checkout_with_a_code(page: Page, shop: LiveShop) -> None:
    cart_with_a_code(page, shop)
    steps.go_to_checkout(page)


def short_cart(page: Page, shop: LiveShop) -> None:
    shop.set_stock(shop.lamp, 3)
    page.goto(f"/p/{shop.lamp.slug}")
    steps.add_to_cart(page, 3)
    shop.set_stock(shop.lamp, 1)
    page.reload()


def checkout(page: Page, shop: LiveShop) -> None:
    full_cart(page, shop)
    steps.go_to_checkout(page)


def refused_checkout(page: Page, shop: LiveShop) -> None:
    checkout(page, shop)
    steps.open_account_with_the_order(page, email="scene@example.com")
    steps.fill_address(page, name="   ")
    page.get_by_label("Password for the account").fill("short")
    steps.pay_by_card(page, "1")
    steps.place(page)
    expect(page.get_by_role("alert")).to_be_visible()


def declined_checkout(page: Page, shop: LiveShop) -> None:
    checkout(page, shop)
    page.get_by_label("E-mail address").fill("declined@example.com")
    steps.fill_address(page, name="Dee Clined")
    steps.pay_by_card(page, steps.DECLINED_CARD)
    steps.place(page)
    expect(page.get_by_role("alert")).to_be_visible()


def placed_order(page: Page, shop: LiveShop) -> None:
    checkout(page, shop)
    page.get_by_label("E-mail address").fill("placed@example.com")
    steps.fill_address(page, name="Pia Placed")
    page.get_by_role("radio", name="Invoice").check()
    steps.place(page)
    steps.order_number(page)


def cancelling_an_order(page: Page, shop: LiveShop) -> None:
    placed_order(page, shop)
    page.get_by_role("link", name="Cancel this order").click()


def cancelled_order(page: Page, shop: LiveShop) -> None:
    cancelling_an_order(page, shop)
    page.get_by_label("Why?").select_option("I changed my mind")
    page.get_by_role("button", name="Cancel the order").click()
    page.get_by_text("Nothing is owed for it.").first.wait_for()


def refused_sign_in(page: Page, _shop: LiveShop) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(ADA)
    page.get_by_label("Password").fill("not this one")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()


def refused_sign_up(page: Page, _shop: LiveShop) -> None:
    page.goto("/sign-up")
    page.get_by_label("Your name").fill(" ")
    page.get_by_label("E-mail address").fill(ADA)
    page.get_by_label("Password").fill("short")
    page.get_by_role("button", name="Create the account").click()
    expect(page.get_by_role("alert")).to_be_visible()


def new_account(page: Page, _shop: LiveShop) -> None:
    steps.ask_for_account(page, email=f"new{next(_numbers)}@example.com")


def refused_reset(page: Page, _shop: LiveShop) -> None:
    page.goto("/reset")
    page.get_by_label("E-mail address").fill(ADA)
    page.get_by_label("Code from the e-mail").fill("0000 0000")
    page.get_by_label("New password").fill("short")
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_role("alert")).to_be_visible()


def set_up_two_factor(page: Page, _shop: LiveShop) -> None:
    page.goto("/account/security/two-factor")
    begin = page.get_by_role("button", name="Set it up")
    if begin.count():
        begin.click()
    expect(page.get_by_role("img", name="QR code for an authenticator app")).to_be_visible()


def second_step(page: Page, shop: LiveShop) -> None:
    email = f"phone{next(_numbers)}@example.com"
    with shop.app.app_context():
        set_up(make_person(email=email))
    steps.sign_in(page, email)


def recovery_codes(page: Page, shop: LiveShop) -> None:
    email = f"paper{next(_numbers)}@example.com"
    with shop.app.app_context():
        make_person(email=email)
    steps.sign_in(page, email)
    steps.turn_on_two_factor(page)


def two_factor_on(page: Page, shop: LiveShop) -> None:
    recovery_codes(page, shop)
    page.goto("/account/security/two-factor")


def wishlist(page: Page, shop: LiveShop) -> None:
    page.goto(f"/p/{shop.mug.slug}")
    if page.get_by_role("button", name="Save for later: Stoneware mug").count():
        page.get_by_role("button", name="Save for later: Stoneware mug").click()
        expect(page.get_by_role("button", name="Saved: take Stoneware mug off")).to_be_visible()
    page.goto("/account/wishlist")


def shared_wishlist(page: Page, shop: LiveShop) -> None:
    wishlist(page, shop)
    if page.get_by_role("button", name="Make a link").count():
        page.get_by_role("button", name="Make a link").click()
    page.goto(page.get_by_label("Link").input_value())


def open_menu(page: Page, _shop: LiveShop) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/search")
    page.locator("summary").filter(visible=True).first.click()


def looked_at_sheet(page: Page, shop: LiveShop) -> None:
    page.goto("/admin/products/import")
    rows = "sku,name,category,price\nNEW-1,A new mug,Kitchen,12\nNEW-2,Nothing,Nowhere,1\n"
    page.get_by_label("CSV file").set_input_files(
        {"name": "products.csv", "mimeType": "text/csv", "buffer": rows.encode()}
    )
    page.get_by_role("button", name="Look at it").click()
    page.wait_for_url("**/import/*")


SCENES: Mapping[str, Scene] = {
    "home": Scene(at("/"), ""),
    "category": Scene(at("/c/kitchen"), "Kitchen"),
    "last page of a category": Scene(at("/c/kitchen?page=2"), "Kitchen"),
    "search": Scene(at("/search?q=bowl"), "Results for"),
    "search without a find": Scene(at("/search?q=unicorn"), "Nothing found"),
    "open menu": Scene(open_menu, "All products"),
    "product": Scene(at("/p/{mug}"), "Stoneware mug"),
    "product with variants": Scene(at("/p/{throw}"), "Wool throw"),
    "wishlist": Scene(wishlist, "Your wishlist", ADA),
    "empty wishlist": Scene(at("/account/wishlist"), "Your wishlist", NOVA),
    "shared wishlist": Scene(shared_wishlist, "A wishlist", ADA),
    "own review": Scene(at("/p/{mug}/review"), "Your review", ADA),
    "sold-out product": Scene(at("/p/{kettle}"), "Enamel kettle"),
    "empty cart": Scene(at("/cart"), "Your cart"),
    "full cart": Scene(full_cart, "Your cart"),
    "cart with a line saved for later": Scene(saved_lines, "Your cart"),
    "cart with a code": Scene(cart_with_a_code, "Your cart"),
    "checkout with a code": Scene(checkout_with_a_code, "Checkout"),
    "short cart": Scene(short_cart, "Your cart"),
    "checkout": Scene(checkout, "Checkout"),
    "checkout with an address book": Scene(checkout, "Checkout", ADA),
    "refused checkout": Scene(refused_checkout, "Checkout"),
    "declined checkout": Scene(declined_checkout, "Checkout"),
    "placed order": Scene(placed_order, "Thank you"),
    "cancelling an order": Scene(cancelling_an_order, "Cancel this order?"),
    "cancelled order": Scene(cancelled_order, "Your order"),
    "sign-in": Scene(at("/sign-in?next=/account"), "Sign in"),
    "refused sign-in": Scene(refused_sign_in, "Sign in"),
    "sign-up": Scene(at("/sign-up"), "Create an account"),
    "refused sign-up": Scene(refused_sign_up, "Create an account"),
    "code for a new account": Scene(new_account, "Check your inbox"),
    "forgotten password": Scene(at("/forgot"), "Forgotten your password?"),
    "new password": Scene(at("/reset"), "Choose a new password"),
    "refused new password": Scene(refused_reset, "Choose a new password"),
    "second step": Scene(second_step, "One more step"),
    "privacy choices": Scene(at("/privacy-choices"), "Privacy choices"),
    "asked for a choice": Scene(asked_for_a_choice, ""),
    "privacy": Scene(at("/account/privacy"), "Privacy", ADA),
    "erasing an account": Scene(at("/account/privacy/erase"), "Erase your account", ADA),
    "confirming": Scene(at("/confirm?next=/account"), "Confirm that it is you", ADA),
    "details": Scene(at("/account/details"), "Your details", ADA),
    "confirming a new address": Scene(at("/account/details/email/code"), "Confirm your new address", ADA),
    "security": Scene(at("/account/security"), "Security", ADA),
    "two-factor sign-in": Scene(at("/account/security/two-factor"), "Two-factor sign-in", ADA),
    "setting up two-factor sign-in": Scene(set_up_two_factor, "Two-factor sign-in", NOVA),
    "recovery codes": Scene(recovery_codes, "Your recovery codes"),
    "two-factor sign-in that is on": Scene(two_factor_on, "Two-factor sign-in"),
    "account": Scene(at("/account"), "Hello, Ada Buyer", ADA),
    "orders": Scene(at("/account/orders"), "Your orders", ADA),
    "own order": Scene(at("/orders/{order}"), "Your order", ADA),
    "new account": Scene(at("/account"), "Hello, Nova Newcomer", NOVA),
    "no orders": Scene(at("/account/orders"), "Your orders", NOVA),
    "not found": Scene(at("/nowhere"), "could not find"),
    "not for this account": Scene(at("/admin/"), "not for this account", ADA),
    "bad request": Scene(at("/search?page=abc"), "did not make sense"),
    "dashboard": Scene(at("/admin/"), "", ROOT),
    "find an order": Scene(at("/find-order"), "Find your order"),
    "addresses": Scene(at("/account/addresses"), "Your addresses", ADA),
    "new address": Scene(at("/account/addresses/new"), "Add an address", ADA),
    "admin e-mails": Scene(at("/admin/emails"), "", ROOT),
    "admin words of an e-mail": Scene(at("/admin/emails/words/order_shipped"), "Order sent", ROOT),
    "admin orders": Scene(at("/admin/orders"), "", ROOT),
    "admin order": Scene(at("/admin/orders/{order}"), "", ROOT),
    "admin products": Scene(at("/admin/products"), "", ROOT),
    "admin product": Scene(at("/admin/products/28"), "Wool throw", ROOT),
    "admin new variants": Scene(at("/admin/products/28/variants/new"), "Wool throw", ROOT),
    "admin product preview": Scene(at("/admin/products/28/preview"), "Wool throw", ROOT),
    "home of staff": Scene(at("/"), "", ROOT),
    "admin new product": Scene(at("/admin/products/new"), "A new product", ROOT),
    "admin reviews": Scene(at("/admin/reviews"), "", ROOT),
    "admin published reviews": Scene(at("/admin/reviews?state=published"), "", ROOT),
    "admin pages": Scene(at("/admin/pages"), "page", ROOT),
    "admin new page": Scene(at("/admin/pages/new"), "A new page", ROOT),
    "admin categories": Scene(at("/admin/categories"), "2 categories", ROOT),
    "admin category": Scene(at("/admin/categories/1"), "Kitchen", ROOT),
    "admin new category": Scene(at("/admin/categories/new"), "A new category", ROOT),
    "admin pictures": Scene(at("/admin/products/27/pictures"), "Stoneware mug", ROOT),
    "admin no pictures": Scene(at("/admin/products/28/pictures"), "Wool throw", ROOT),
    "admin related products": Scene(at("/admin/products/27/related?q=bowl"), "", ROOT),
    "admin promotions": Scene(at("/admin/promotions"), "", ROOT),
    "admin promotion": Scene(at("/admin/promotions/1"), "Ten per cent off", ROOT),
    "admin new promotion": Scene(at("/admin/promotions/new"), "A new promotion", ROOT),
    "admin stock": Scene(at("/admin/products/27/stock"), "Stoneware mug", ROOT),
    "admin stock of everything": Scene(at("/admin/stock"), "", ROOT),
    "admin product import": Scene(at("/admin/products/import"), "Import products", ROOT),
    "admin stock import": Scene(at("/admin/stock/import"), "Import stock", ROOT),
    "admin looked-at sheet": Scene(looked_at_sheet, "would be written", ROOT),
    "admin customers": Scene(at("/admin/customers"), "", ROOT),
    "erasing a customer": Scene(at("/admin/customers/1/erase"), "", ROOT),
    "admin customer": Scene(at("/admin/customers/1"), "", ROOT),
    "admin segments": Scene(at("/admin/segments"), "", ROOT),
    "admin table of segments": Scene(at("/admin/segments/table"), "Which scores make which segment", ROOT),
    "admin churn": Scene(at("/admin/churn"), "", ROOT),
    "admin values": Scene(at("/admin/clv"), "", ROOT),
    "admin groups": Scene(at("/admin/clusters"), "", ROOT),
    "admin cohorts": Scene(at("/admin/cohorts"), "", ROOT),
    "admin revenue of cohorts": Scene(at("/admin/cohorts?show=revenue"), "", ROOT),
    "admin activity": Scene(at("/admin/activity"), "", ROOT),
    "admin reports": Scene(at("/admin/reports"), "", ROOT),
    "admin delivery": Scene(at("/admin/shipping"), "zone", ROOT),
    "admin zone": Scene(at("/admin/shipping/zones/1"), "Everywhere", ROOT),
    "admin method": Scene(at("/admin/shipping/methods/1"), "Standard delivery", ROOT),
    "admin taxes": Scene(at("/admin/tax"), "taxes of its own", ROOT),
    "admin tax": Scene(at("/admin/tax/1"), "United Kingdom", ROOT),
    "admin models": Scene(at("/admin/models"), "", ROOT),
    "admin model": Scene(at("/admin/models/churn"), "Churn risk", ROOT),
    "admin audit log": Scene(at("/admin/audit"), "record", ROOT),
    "admin team": Scene(at("/admin/team"), "on the team", ROOT),
    "admin member": Scene(at("/admin/team/3"), "Root Keeper", ROOT),
    "admin invite": Scene(at("/admin/team/invite"), "Invite somebody", ROOT),
    "admin roles": Scene(at("/admin/roles"), "roles", ROOT),
    "admin built-in role": Scene(at("/admin/roles/2"), "Support", ROOT),
    "admin new role": Scene(at("/admin/roles/new?copy=2"), "A new role", ROOT),
    "admin jobs": Scene(at("/admin/jobs"), "", ROOT),
}


def arrive(page: Page, shop: LiveShop, scene: Scene) -> None:
    """Go there, and see that it is the right place."""
    scene.way(page, shop)
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_count(1)
    expect(heading).to_contain_text(scene.heading)
