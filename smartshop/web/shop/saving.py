"""Saving a line of the cart for later, and taking it back."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from smartshop.activity.rules import Kind
from smartshop.cart.operations import saving
from smartshop.web import basket, tracking
from smartshop.web.guards import PUBLIC, access
from smartshop.web.shop.blueprint import bp


@bp.post("/cart/lines/<int:variant_id>/save")
@access(PUBLIC)
def save_for_later(variant_id: int) -> ResponseReturnValue:
    saving.save(key=basket.key(), variant_id=variant_id)
    flash(_("Saved for later. It waits below your cart."), "info")
    return redirect(url_for("shop.cart"), 303)


@bp.post("/cart/saved/<int:variant_id>/cart")
@access(PUBLIC)
def take_back(variant_id: int) -> ResponseReturnValue:
    added = saving.take_back(key=basket.key(), variant_id=variant_id)
    basket.keep(added.token)
    tracking.note(Kind.CART_ADD, product_id=added.product_id, value=added.quantity)
    if added.is_clipped:
        flash(_("We have only %(left)s left: your cart holds all of them.", left=added.quantity), "warning")
    else:
        flash(_("Moved to your cart."), "success")
    return redirect(url_for("shop.cart"), 303)


@bp.post("/cart/saved/<int:variant_id>/remove")
@access(PUBLIC)
def forget_saved(variant_id: int) -> ResponseReturnValue:
    saving.forget(key=basket.key(), variant_id=variant_id)
    flash(_("No longer saved for later."), "info")
    return redirect(url_for("shop.cart"), 303)
