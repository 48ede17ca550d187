"""A buyer's review of a product."""

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from smartshop.catalog.queries import browsing, reviews
from smartshop.catalog.rules.reviews import Opinion, State
from smartshop.identity.queries.sign_ins import SignedIn
from smartshop.kernel.errors import Invalid
from smartshop.kernel.extensions import limiter
from smartshop.kernel.permissions import Permission
from smartshop.orders.operations import opining
from smartshop.orders.queries import opining as buyers
from smartshop.web import parsing
from smartshop.web.guards import access
from smartshop.web.shop.blueprint import bp
from smartshop.web.signing import current_person
from smartshop.web.throttling import WRITINGS

NOTHING_YET = Opinion(-1, "", "")


def _me() -> SignedIn:
    return current_person() or abort(403)


@bp.get("/p/<slug>/review")
@access(Permission.ACCOUNT_USE)
def review(slug: str) -> ResponseReturnValue:
    product, me = browsing.product(slug), _me()
    buyers.require_buyer(product_id=product.id, person_id=me.person_id)
    own = reviews.own(product_id=product.id, person_id=me.person_id)
    opinion = own.opinion if own else NOTHING_YET
    return render_template("shop/review.html", product=product, own=own, opinion=opinion, problems={})


@bp.post("/p/<slug>/review")
@limiter.limit(WRITINGS)
@access(Permission.ACCOUNT_USE)
def write_review(slug: str) -> ResponseReturnValue:
    product, me, opinion = browsing.product(slug), _me(), _opinion()
    at_once = current_app.config["SETTINGS"].reviews_at_once
    try:
        state = opining.review(
            product_id=product.id,
            person_id=me.person_id,
            name=me.name,
            opinion=opinion,
            is_published=at_once,
        )
    except Invalid as error:
        page = render_template(
            "shop/review.html", product=product, own=None, opinion=opinion, problems=error.fields
        )
        return page, error.status
    flash(_thanks(state), "success")
    return redirect(url_for("shop.product", slug=slug, _anchor="reviews"), 303)


def _opinion() -> Opinion:
    sent = request.form
    return Opinion(parsing.whole_number(sent.get("rating")), sent.get("title", ""), sent.get("body", ""))


def _thanks(state: State) -> str:
    if state == State.PUBLISHED:
        return str(_("Thank you: your review is published."))
    return str(_("Thank you: we read your review, and publish it then."))
