"""Coupon codes: using one and dropping it."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from smartshop.kernel.errors import Invalid
from smartshop.kernel.extensions import limiter
from smartshop.orders.operations import coupons
from smartshop.orders.operations.coupons import CodeRefused
from smartshop.pricing.rules.eligibility import Buyer
from smartshop.web import basket
from smartshop.web.guards import PUBLIC, access
from smartshop.web.shop import cart_page, offers, refusals
from smartshop.web.shop.blueprint import bp
from smartshop.web.throttling import COUPONS


@bp.post("/cart/code")
@limiter.limit(COUPONS)
@access(PUBLIC)
def cart_code() -> ResponseReturnValue:
    problem = change(offers.buyer())
    if problem:
        return cart_page.render(problem), Invalid.status
    flash(
        _("The code is out of your cart.")
        if "drop_code" in request.form
        else _("Your code is in your cart."),
        "info",
    )
    return redirect(url_for("shop.cart"), 303)


def is_meant() -> bool:
    """Whether this form was sent to use or drop a code."""
    return "drop_code" in request.form or "use_code" in request.form or is_typed()


def is_typed() -> bool:
    """Whether a code stands in the form that is not in use yet."""
    return bool(request.form.get("code", "").strip())


def change(asker: Buyer) -> str:
    """Use the code that was sent, or drop the one in use; returns what is wrong with it, nothing when all is well."""
    if "drop_code" in request.form:
        coupons.drop(key=basket.key())
        return ""
    code = request.form.get("code", "")
    if not code.strip():
        return str(_("Enter the code first."))
    try:
        coupons.use(key=basket.key(), code=code, buyer=asker)
    except CodeRefused as refused:
        return refusals.told(refused.refusal)
    return ""
