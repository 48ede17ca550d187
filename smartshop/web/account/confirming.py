"""The question who somebody is, on its own page: for what is read or downloaded."""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from smartshop.kernel.extensions import limiter
from smartshop.kernel.permissions import Permission
from smartshop.web import confirming, parsing
from smartshop.web.account.blueprint import bp
from smartshop.web.guards import access
from smartshop.web.throttling import ATTEMPTS


@bp.get("/confirm")
@access(Permission.ACCOUNT_USE)
def confirm() -> ResponseReturnValue:
    return confirming.page()


@bp.post("/confirm")
@limiter.limit(ATTEMPTS)
@access(Permission.ACCOUNT_USE)
def finish_confirming() -> ResponseReturnValue:
    onward = parsing.safe_path(request.args.get("next")) or url_for("account.overview")
    return confirming.answered() or redirect(onward, 303)
