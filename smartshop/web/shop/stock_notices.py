"""Hearing when something sold out is back, and being forgotten again."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from smartshop.inventory.operations import wishes
from smartshop.kernel import codes
from smartshop.kernel.errors import Conflict, Invalid, NotFound
from smartshop.kernel.extensions import limiter
from smartshop.web import parsing
from smartshop.web.guards import PUBLIC, access
from smartshop.web.presenting import settings
from smartshop.web.shop.blueprint import bp
from smartshop.web.signing import current_person
from smartshop.web.throttling import NOTICES


@bp.post("/p/<slug>/tell-me")
@limiter.limit(NOTICES)
@access(PUBLIC)
def tell_me(slug: str) -> ResponseReturnValue:
    person, variant_id = current_person(), parsing.whole_number(request.form.get("variant_id"))
    try:
        wishes.wish(
            slug=slug, variant_id=variant_id, email=person.email if person else request.form.get("email", "")
        )
    except (Conflict, Invalid) as error:
        flash(error.message, "error")
    else:
        flash(_("We will write to you once, when it is back."), "success")
    return redirect(url_for("shop.product", slug=slug), 303)


@bp.get("/stock-notices/forget")
@access(PUBLIC)
def ask_to_forget() -> ResponseReturnValue:
    token = request.args.get("token", "")
    return render_template("shop/stock_forget.html", token=token, email=_address(token))


@bp.post("/stock-notices/forget")
@access(PUBLIC)
def forget_me() -> ResponseReturnValue:
    wishes.forget(email=_address(request.form.get("token", "")))
    flash(_("Done: you get no more of these e-mails."), "success")
    return redirect(url_for("shop.home"), 303)


def _address(token: str) -> str:
    """The address that a link of ours was sent to; raises NotFound."""
    email = codes.signed_text(token, settings().secret, "stock-wish")
    if email is None:
        raise NotFound(_("This link is not whole. Copy all of it from the e-mail."))
    return email
