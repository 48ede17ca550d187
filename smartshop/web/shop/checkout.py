"""Checkout: one page, guest or signed in, without JavaScript."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from smartshop.activity.rules import Kind
from smartshop.cart import operations as filling
from smartshop.cart import queries as carts
from smartshop.cart.queries import CartSnapshot
from smartshop.identity.operations import accounts
from smartshop.inventory.operations import stock
from smartshop.kernel.errors import Invalid
from smartshop.orders.operations import placing, recovering
from smartshop.orders.queries import reading
from smartshop.orders.rules.checkout import PlaceOrder
from smartshop.orders.rules.states import State
from smartshop.payments import queries as payments
from smartshop.payments.rules import gateways
from smartshop.pricing.queries import shipping
from smartshop.web import basket, places, tracking
from smartshop.web.entering import enter
from smartshop.web.guards import PUBLIC, access
from smartshop.web.presenting import settings
from smartshop.web.shop import ways
from smartshop.web.shop.blueprint import bp
from smartshop.web.shop.checkout_form import CheckoutForm
from smartshop.web.signing import current_person, door


@bp.get("/checkout")
@access(PUBLIC)
def checkout() -> ResponseReturnValue:
    cart = carts.snapshot(basket.key())
    if not cart.items or cart.has_shortage or not _is_held():
        flash(_("Your cart shows what you can order now."), "info")
        return redirect(url_for("shop.cart"))
    tracking.note(Kind.CHECKOUT, value=cart.goods_minor)
    person = current_person()
    form = CheckoutForm({"name": person.name if person else "", "email": person.email if person else ""})
    return _page(cart, form)


@bp.post("/checkout")
@access(PUBLIC)
def place_order() -> ResponseReturnValue:
    form = CheckoutForm(request.form)
    person = current_person()
    command = form.command(person.email if person else None)
    if command is None:
        return _page(
            carts.snapshot(basket.key()), form, _("Please correct the marked fields.")
        ), Invalid.status
    try:
        number = _place(command, form)
    except (Invalid, placing.PriceChanged, placing.PaymentDeclined) as error:
        form.problems = error.fields if isinstance(error, Invalid) else {}
        return _page(carts.snapshot(basket.key()), form, error.message), error.status
    except placing.CartShort as error:
        flash(error.message, "warning")
        return render_template("shop/cart.html", cart=carts.snapshot(basket.key())), error.status
    return redirect(payments.page_to_pay(number) or url_for("shop.order", number=number), 303)


@bp.get("/checkout/pay/<number>")
@access(PUBLIC)
def pay(number: str) -> ResponseReturnValue:
    """Back to the provider's page of an order that is not paid yet."""
    found = reading.order(number, seen_by=_viewer())
    return redirect(payments.page_to_pay(found.number) or url_for("shop.order", number=number))


@bp.get("/checkout/paid/<number>")
@access(PUBLIC)
def paid(number: str) -> ResponseReturnValue:
    """The customer comes back from the provider's page."""
    found = reading.order(number, seen_by=_viewer())
    recovering.look_up(number=found.number, ways=gateways.GATEWAYS)
    return redirect(url_for("shop.order", number=number))


@bp.get("/checkout/left/<number>")
@access(PUBLIC)
def left(number: str) -> ResponseReturnValue:
    """The customer leaves the provider's page without paying: the order is given up, the cart open again."""
    found = reading.order(number, seen_by=_viewer())
    recovering.look_up(number=found.number, ways=gateways.GATEWAYS, gives_up=True)
    if reading.order(number, seen_by=_viewer()).state != State.CANCELLED:
        return redirect(url_for("shop.order", number=number))
    flash(_("You left the payment page. Nothing was charged, and your cart is as it was."), "info")
    return redirect(url_for("shop.cart"))


def _viewer() -> int | None:
    person = current_person()
    return person.person_id if person else None


def _is_held() -> bool:
    """Keep the stock of the cart for its owner; False when somebody else has just taken it."""
    try:
        filling.reserve(key=basket.key(), minutes=settings().hold_minutes)
    except stock.OutOfStock:
        return False
    return True


def _place(command: PlaceOrder, form: CheckoutForm) -> str:
    """Open the account that was asked for, then place the order; a finished order is noted, once."""
    currency = settings().currency
    is_known = placing.placed(idempotency_key=command.idempotency_key) is not None
    if not is_known and form.wants_account and current_person() is None:
        placing.check(command=command, key=basket.key(), currency=currency)
        _open_account(command, form)
    number = placing.place(command=command, key=basket.key(), currency=currency)
    if not is_known:
        tracking.note(Kind.ORDER, value=command.expected_total_minor, facts={"number": number})
    return number


def _open_account(command: PlaceOrder, form: CheckoutForm) -> None:
    person_id = accounts.sign_up(
        email=command.email,
        name=command.address.name,
        password=form.values.get("password", ""),
        country=command.address.country,
        password_cost=settings().password_cost,
    )
    enter(person_id, accounts.open_sign_in(person_id=person_id, door=door()))
    flash(_("Your account is ready, and you are signed in."), "success")
    tracking.note(Kind.SIGN_UP)


def _page(cart: CartSnapshot, form: CheckoutForm, message: str = "") -> str:
    made_with = settings()
    country = form.values.get("country") or made_with.country
    methods = shipping.shipping_methods()
    quotes = {
        method.code: placing.quote_for(
            cart, shipping_code=method.code, country=country, currency=made_with.currency
        )
        for method in methods
    }
    chosen = form.values.get("shipping")
    return render_template(
        "shop/checkout.html",
        cart=cart,
        form=form,
        message=message,
        methods=methods,
        quotes=quotes,
        chosen=chosen if chosen in quotes else methods[0].code,
        gateways=list(ways.on_offer().values()),
        countries=places.countries(made_with.country),
    )
