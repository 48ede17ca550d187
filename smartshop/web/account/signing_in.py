"""Sign-up, sign-in and sign-out."""

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from smartshop.activity.rules import Kind
from smartshop.identity.operations import accounts
from smartshop.kernel.errors import Invalid
from smartshop.kernel.extensions import limiter
from smartshop.kernel.permissions import Permission
from smartshop.messaging.operations import outbox
from smartshop.web import parsing, tracking
from smartshop.web.account.blueprint import bp
from smartshop.web.entering import enter, leave
from smartshop.web.guards import PUBLIC, access
from smartshop.web.signing import current_person, current_token, door

ATTEMPTS = "20 per minute"
DESKS = (
    (Permission.ANALYTICS_VIEW, "admin.dashboard"),
    (Permission.ORDERS_VIEW, "admin.orders"),
    (Permission.PRODUCTS_VIEW, "admin.products"),
)
"""Where staff begin, by what they may do."""


def _next() -> str | None:
    return parsing.safe_path(request.values.get("next"))


def _home() -> str:
    """Where a sign-in leads: back to where it was asked for, else the first page the person may open."""
    person = current_person()
    first = next((endpoint for permission, endpoint in DESKS if person and person.can(permission)), None)
    return _next() or url_for(first or "account.overview")


@bp.get("/sign-up")
@access(PUBLIC)
def sign_up() -> ResponseReturnValue:
    if current_person():
        return redirect(_home())
    return render_template("account/sign_up.html", values={}, problems={}, next=_next())


@bp.post("/sign-up")
@limiter.limit(ATTEMPTS)
@access(PUBLIC)
def create_account() -> ResponseReturnValue:
    values = {name: request.form.get(name, "") for name in ("name", "email", "password")}
    cost = current_app.config["SETTINGS"].password_cost
    try:
        person_id = accounts.sign_up(**values, password_cost=cost)
    except Invalid as error:
        page = render_template("account/sign_up.html", values=values, problems=error.fields, next=_next())
        return page, error.status
    outbox.welcome(
        recipient=values["email"].strip().lower(), name=values["name"].strip(), person_id=person_id
    )
    enter(person_id, accounts.open_sign_in(person_id=person_id, door=door()))
    tracking.note(Kind.SIGN_UP)
    flash(_("Welcome, %(name)s. Your account is ready.", name=values["name"].strip()), "success")
    return redirect(_home(), 303)


@bp.get("/sign-in")
@access(PUBLIC)
def sign_in() -> ResponseReturnValue:
    if current_person():
        return redirect(_home())
    return render_template("account/sign_in.html", values={}, message="", next=_next())


@bp.post("/sign-in")
@limiter.limit(ATTEMPTS)
@access(PUBLIC)
def open_session() -> ResponseReturnValue:
    email, password = request.form.get("email", ""), request.form.get("password", "")
    cost = current_app.config["SETTINGS"].password_cost
    try:
        person_id, token = accounts.sign_in(email=email, password=password, door=door(), password_cost=cost)
    except accounts.WrongCredentials as error:
        tracking.note(Kind.SIGN_IN_FAILED)
        page = render_template(
            "account/sign_in.html", values={"email": email}, message=error.message, next=_next()
        )
        return page, error.status
    enter(person_id, token, is_lasting=request.form.get("remember") == "yes")
    tracking.note(Kind.SIGN_IN)
    return redirect(_home(), 303)


@bp.post("/sign-out")
@access(PUBLIC)
def sign_out() -> ResponseReturnValue:
    token = current_token()
    if token:
        tracking.note(Kind.SIGN_OUT)
        accounts.sign_out(token=token)
        leave()
        flash(_("You are signed out."), "info")
    return redirect(url_for("shop.home"), 303)
