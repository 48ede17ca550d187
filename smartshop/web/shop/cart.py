"""The cart page and what it does."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from smartshop.activity.rules import Kind
from smartshop.cart.operations import filling as carts
from smartshop.web import basket, parsing, tracking
from smartshop.web.guards import PUBLIC, access
from smartshop.web.shop import cart_page, offers
from smartshop.web.shop.blueprint import bp


@bp.get("/cart")
@access(PUBLIC)
def cart() -> ResponseReturnValue:
    return cart_page.render()


@bp.post("/cart/country")
@access(PUBLIC)
def choose_country() -> ResponseReturnValue:
    """Show what delivery to another country costs."""
    chosen = request.form.get("country", "")
    if not offers.remember(chosen):
        flash(_("Choose one of the countries in the list."), "error")
    return redirect(url_for("shop.cart"), 303)


@bp.post("/cart/add")
@access(PUBLIC)
def add_to_cart() -> ResponseReturnValue:
    quantity = parsing.whole_number(request.form.get("quantity", "1"))
    variant_id = parsing.whole_number(request.form.get("variant_id"))
    added = carts.add(key=basket.key(), variant_id=variant_id, quantity=quantity)
    basket.keep(added.token)
    tracking.note(Kind.CART_ADD, product_id=added.product_id, value=quantity)
    if added.is_clipped:
        flash(_("We have only %(left)s left: your cart holds all of them.", left=added.quantity), "warning")
    else:
        flash(_("Added to your cart."), "success")
    return redirect(url_for("shop.cart"), 303)


@bp.post("/cart/lines/<int:variant_id>")
@access(PUBLIC)
def change_cart(variant_id: int) -> ResponseReturnValue:
    is_removal = "remove" in request.form
    quantity = 0 if is_removal else parsing.whole_number(request.form.get("quantity"))
    is_clipped = carts.set_quantity(key=basket.key(), variant_id=variant_id, quantity=quantity)
    if is_clipped:
        flash(_("There are fewer left than that: your cart holds what there is."), "warning")
    elif not quantity:
        flash(_("Taken out of your cart."), "info")
    return redirect(url_for("shop.cart"), 303)
