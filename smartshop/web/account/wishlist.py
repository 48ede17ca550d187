"""A person's own wishlist."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from smartshop.cart.operations import filling as carts
from smartshop.catalog.operations import wishing
from smartshop.catalog.queries import wishes
from smartshop.kernel.permissions import Permission
from smartshop.web import basket, parsing
from smartshop.web.account.blueprint import bp
from smartshop.web.guards import access
from smartshop.web.signing import current_person


def _me() -> int:
    return (current_person() or abort(403)).person_id


@bp.get("/account/wishlist")
@access(Permission.ACCOUNT_USE)
def wishlist() -> ResponseReturnValue:
    page = wishes.of_person(_me(), page=parsing.page_number())
    return render_template("account/wishlist.html", page=page, token=wishes.link(_me()))


@bp.post("/account/wishlist/<int:product_id>/cart")
@access(Permission.ACCOUNT_USE)
def wish_to_cart(product_id: int) -> ResponseReturnValue:
    variant_id = parsing.whole_number(request.form.get("variant_id"))
    added = carts.add(key=basket.key(), variant_id=variant_id, quantity=1)
    wishing.remove(person_id=_me(), product_id=product_id)
    basket.keep(added.token)
    flash(_("Moved to your cart."), "success")
    return redirect(url_for("account.wishlist"), 303)


@bp.post("/account/wishlist/link")
@access(Permission.ACCOUNT_USE)
def share_wishlist() -> ResponseReturnValue:
    if request.form.get("share") == "yes":
        wishing.share(person_id=_me())
        flash(_("Whoever has the link can read your list."), "success")
    else:
        wishing.stop_sharing(person_id=_me())
        flash(_("The link opens nothing any more."), "info")
    return redirect(url_for("account.wishlist"), 303)
