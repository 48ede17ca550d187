"""Checkout: one page, guest or signed in, without JavaScript."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from smartshop.activity.rules import Kind
from smartshop.cart.operations import filling
from smartshop.cart.queries import CartSnapshot
from smartshop.identity.operations import addresses
from smartshop.identity.operations.joining import Wanted
from smartshop.identity.queries import addresses as books
from smartshop.inventory.operations import stock
from smartshop.kernel.errors import Conflict, DomainError, Invalid
from smartshop.kernel.extensions import limiter
from smartshop.orders.operations import placing, recovering
from smartshop.orders.queries import reading
from smartshop.orders.rules.checkout import PlaceOrder
from smartshop.orders.rules.states import State
from smartshop.payments import queries as payments
from smartshop.payments.rules import gateways
from smartshop.pricing.operations.using import PromotionGone
from smartshop.pricing.rules.eligibility import Refusal
from smartshop.web import basket, choices, joining, parsing, places, tracking
from smartshop.web.guards import PUBLIC, access
from smartshop.web.presenting import settings
from smartshop.web.shop import cart_page, coupons, offers, refusals, ways
from smartshop.web.shop.blueprint import bp
from smartshop.web.shop.checkout_form import CheckoutForm
from smartshop.web.signing import current_person, current_person_id
from smartshop.web.throttling import COUPONS, NEW_ACCOUNTS


@bp.get("/checkout")
@access(PUBLIC)
def checkout() -> ResponseReturnValue:
    cart = basket.snapshot()
    if not cart.items:
        flash(_("Your cart is empty. Put something into it first."), "info")
        return redirect(url_for("shop.cart"))
    if cart.has_shortage or not _is_held():
        flash(_("Your cart shows what you can order now."), "info")
        return redirect(url_for("shop.cart"))
    tracking.note(Kind.CHECKOUT, value=cart.goods_minor)
    return _page(cart, CheckoutForm(_known()))


@bp.post("/checkout/update")
@limiter.limit(COUPONS, exempt_when=lambda: not coupons.is_typed())
@access(PUBLIC)
def update_checkout() -> ResponseReturnValue:
    """The same form with what was asked for: another country's deliveries, a saved address, a coupon code."""
    cart = basket.snapshot()
    if not cart.items:
        return redirect(url_for("shop.cart"), 303)
    form = CheckoutForm(request.form.to_dict() | _saved_address())
    offers.remember(form.values.get("country", ""))
    if not coupons.is_meant():
        return _page(cart, form)
    problem = coupons.change(offers.buyer(form.values))
    return _page(basket.snapshot(), form, problem=problem), Invalid.status if problem else 200


@bp.post("/checkout")
@limiter.limit(COUPONS, exempt_when=lambda: not coupons.is_typed())
@limiter.limit(NEW_ACCOUNTS, exempt_when=lambda: request.form.get("create_account") != "yes")
@access(PUBLIC)
def place_order() -> ResponseReturnValue:
    if coupons.is_typed():
        return update_checkout()
    form = CheckoutForm(request.form)
    person = current_person()
    command = form.command(person.email if person else None)
    if command is None:
        return _again(form, _("Please correct the marked fields.")), Invalid.status
    try:
        number = _place(command, form)
    except (Invalid, placing.PriceChanged, placing.PaymentDeclined, PromotionGone) as error:
        form.problems = error.fields if isinstance(error, Invalid) else {}
        return _again(form, _told(error)), error.status
    except placing.CartShort as error:
        flash(error.message, "warning")
        return cart_page.render(), error.status
    _keep_address(command, form)
    page = payments.page_to_pay(number) if gateways.gateway(command.payment_code).has_page else ""
    return redirect(page or url_for("shop.order", number=number), 303)


@bp.get("/checkout/pay/<number>")
@access(PUBLIC)
def pay(number: str) -> ResponseReturnValue:
    """To the provider's page of an order that is not paid yet, which is asked for again if it was not answered."""
    found = reading.order(number, seen_by=current_person_id())
    try:
        page = recovering.page_to_pay(number=found.number, ways=gateways.GATEWAYS)
    except placing.PaymentDeclined as error:
        flash(error.message, "warning")
        return redirect(url_for("shop.cart"))
    if not page and found.state == State.PENDING:
        flash(_("The payment page does not answer. Nothing was charged: try again in a minute."), "warning")
    return redirect(page or url_for("shop.order", number=number))


@bp.get("/checkout/paid/<number>")
@access(PUBLIC)
def paid(number: str) -> ResponseReturnValue:
    """The customer comes back from the provider's page."""
    found = reading.order(number, seen_by=current_person_id())
    recovering.look_up(number=found.number, ways=gateways.GATEWAYS)
    return redirect(url_for("shop.order", number=number))


@bp.get("/checkout/left/<number>")
@access(PUBLIC)
def left(number: str) -> ResponseReturnValue:
    """The customer leaves the provider's page without paying: the order is given up, the cart open again."""
    found = reading.order(number, seen_by=current_person_id())
    recovering.look_up(number=found.number, ways=gateways.GATEWAYS, gives_up=True)
    now = reading.order(number, seen_by=current_person_id()).state
    if now != State.CANCELLED or found.state == State.CANCELLED:
        return redirect(url_for("shop.order", number=number))
    flash(_("You left the payment page. Nothing was charged, and your cart is as it was."), "info")
    return redirect(url_for("shop.cart"))


def _is_held() -> bool:
    """Keep the stock of the cart for its owner; False when somebody else has just taken it."""
    try:
        filling.reserve(key=basket.key(), minutes=settings().hold_minutes)
    except stock.OutOfStock:
        return False
    return True


def _place(command: PlaceOrder, form: CheckoutForm) -> str:
    """Place the order, noting it once; the account that was asked for opens with the code that is mailed then."""
    currency = settings().currency
    is_noted = choices.allows_analytics() and placing.placed(idempotency_key=command.idempotency_key) is None
    number = placing.place(command=command, key=basket.key(), currency=currency)
    if is_noted:
        tracking.note(Kind.ORDER, value=command.expected_total_minor, facts={"number": number})
    if form.wants_account and current_person() is None and not joining.has_begun():
        joining.begin(Wanted(command.email, command.address.name, form.values["password"], command.address))
    return number


def _known() -> dict[str, str]:
    """What the form can be filled in with before anything is typed: the account, and its default address."""
    person, kept = current_person(), offers.book()
    known = {"name": person.name, "email": person.email or ""} if person else {}
    return known | {"country": offers.country(kept)} | (kept[0].address.frozen() if kept else {})


def _saved_address() -> dict[str, str]:
    """The address of the book that is to be filled in, if one is.

    Raises NotFound for one that is not theirs.
    """
    person = current_person()
    if person is None or "use_saved" not in request.form:
        return {}
    address_id = parsing.whole_number(request.form.get("saved_address"))
    return books.one(person_id=person.person_id, address_id=address_id).address.frozen()


def _keep_address(command: PlaceOrder, form: CheckoutForm) -> None:
    """Put the address into the book of whoever asked for it, unless it is in it."""
    person = current_person()
    if person is None or "save_address" not in form.values:
        return
    if any(kept.address == command.address for kept in offers.book()):
        return
    try:
        addresses.keep(person_id=person.person_id, address=command.address, is_default=False)
    except Conflict as error:
        flash(error.message, "info")


def _told(error: DomainError) -> str:
    """What went wrong; with a coupon code that counts no more, why."""
    refusal = error.facts.get("refusal")
    return f"{refusals.told(refusal)} {error.message}" if isinstance(refusal, Refusal) else error.message


def _again(form: CheckoutForm, message: str) -> str | bytes:
    """The form with what was wrong; a cart that is empty by now has none, and shows itself."""
    cart = basket.snapshot()
    if cart.items:
        return _page(cart, form, message)
    flash(_("Your cart is empty. Put something into it first."), "info")
    return cart_page.render()


def _page(cart: CartSnapshot, form: CheckoutForm, message: str = "", problem: str = "") -> str:
    home, kept = settings().country, offers.book()
    found = offers.offers(cart, form.values.get("country") or offers.country(kept), offers.buyer(form.values))
    chosen = found.chosen(form.values.get("shipping"))
    refusal = found.refusal(chosen)
    return render_template(
        "shop/checkout.html",
        cart=cart,
        form=form,
        message=message,
        offers=found,
        chosen=chosen,
        why=refusals.told(refusal) if refusal else "",
        problem=problem,
        book=kept,
        gateways=tuple(ways.on_offer().values()),
        countries=places.countries(home),
    )
