"""A customer's own account and orders."""

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from smartshop.identity.queries.sign_ins import SignedIn
from smartshop.kernel.permissions import Permission
from smartshop.orders.queries import reading
from smartshop.web import parsing
from smartshop.web.account.blueprint import bp
from smartshop.web.guards import access
from smartshop.web.signing import current_person


def _me() -> SignedIn:
    return current_person() or abort(403)


@bp.get("/account")
@access(Permission.ACCOUNT_USE)
def overview() -> ResponseReturnValue:
    recent = reading.orders_of(_me().person_id, size=5)
    return render_template("account/overview.html", recent=recent, gone=reading.gone(recent.items))


@bp.get("/account/orders")
@access(Permission.ACCOUNT_USE)
def orders() -> ResponseReturnValue:
    page = reading.orders_of(_me().person_id, page=parsing.page_number())
    return render_template("account/orders.html", page=page, gone=reading.gone(page.items))
