"""Saving a product for later, and reading a list that somebody shares."""

from flask import abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from smartshop.catalog.operations import wishing
from smartshop.catalog.queries import browsing, wishes
from smartshop.kernel.errors import NotFound
from smartshop.kernel.extensions import limiter
from smartshop.kernel.permissions import Permission
from smartshop.web import parsing, wishlist
from smartshop.web.guards import PUBLIC, access
from smartshop.web.shop.blueprint import bp
from smartshop.web.signing import current_person
from smartshop.web.throttling import HEARTS


@bp.get("/wishes/<int:product_id>")
@access(PUBLIC)
def wish_later(product_id: int) -> ResponseReturnValue:
    """Where a guest's heart leads: to the sign-in, after which the product is saved."""
    cards = browsing.cards([product_id])
    if not cards:
        raise NotFound("We do not sell this any more. The search finds what we have.")
    page = url_for("shop.product", slug=cards[0].slug)
    if current_person():
        return redirect(page)
    wishlist.wait(product_id)
    flash(_("Sign in to save it: it is on your list then."), "info")
    return redirect(url_for("account.sign_in", next=page))


@bp.post("/wishes")
@limiter.limit(HEARTS)
@access(Permission.ACCOUNT_USE)
def change_wishes() -> ResponseReturnValue:
    person_id = (current_person() or abort(403)).person_id
    is_saved = "save" in request.form
    product_id = parsing.whole_number(request.form.get("save" if is_saved else "drop"))
    change = wishing.add if is_saved else wishing.remove
    change(person_id=person_id, product_id=product_id)
    if request.accept_mimetypes.best == "application/json":
        return jsonify(is_saved=is_saved)
    flash(_("Saved to your wishlist.") if is_saved else _("Taken off your wishlist."), "success")
    return redirect(parsing.safe_path(request.form.get("back")) or url_for("account.wishlist"), 303)


@bp.get("/wishlists/<token>")
@access(PUBLIC)
def shared_wishlist(token: str) -> ResponseReturnValue:
    page = wishes.of_person(wishes.behind(token), page=parsing.page_number())
    return render_template("shop/wishlist.html", page=page)
