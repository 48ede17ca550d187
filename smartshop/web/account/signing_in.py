"""Sign-in and sign-out."""

from flask import flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from smartshop.activity.rules import Kind
from smartshop.identity.operations import sign_ins, signing_in
from smartshop.identity.operations.stuffing import TooSoon
from smartshop.identity.operations.two_factor import TooManyTries
from smartshop.kernel.errors import Busy
from smartshop.kernel.extensions import limiter
from smartshop.web import parsing, tracking
from smartshop.web.account.blueprint import bp
from smartshop.web.desks import desk
from smartshop.web.entering import leave, let_in
from smartshop.web.errors import when_to_retry
from smartshop.web.guards import PUBLIC, access
from smartshop.web.presenting import settings
from smartshop.web.signing import current_person, current_token, door, seal
from smartshop.web.throttling import ATTEMPTS


def next_path() -> str | None:
    """Where the visitor wanted to go."""
    return parsing.safe_path(request.values.get("next"))


def home() -> str:
    """Where a sign-in leads: back to where it was asked for, else the first page the person may open."""
    return next_path() or desk(current_person()) or url_for("account.overview")


@bp.get("/sign-in")
@access(PUBLIC)
def sign_in() -> ResponseReturnValue:
    if current_person():
        return redirect(home())
    return render_template("account/sign_in.html", values={}, message="", next=next_path())


@bp.post("/sign-in")
@limiter.limit(ATTEMPTS)
@access(PUBLIC)
def open_session() -> ResponseReturnValue:
    email, password = request.form.get("email", ""), request.form.get("password", "")
    is_lasting, cost = request.form.get("remember") == "yes", settings().password_cost
    try:
        entry = signing_in.sign_in(
            email=email, password=password, door=door(), password_cost=cost, is_lasting=is_lasting
        )
    except (signing_in.WrongCredentials, TooSoon, Busy) as error:
        tracking.note(Kind.SIGN_IN_FAILED)
        return _sign_in_page(email, error.message), error.status, when_to_retry(error)
    if entry.needs_code:
        session["half_signed_in"] = entry.token
        return redirect(url_for("account.second_step", next=next_path()), 303)
    return _welcomed(entry)


def _sign_in_page(email: str, message: str) -> str:
    return render_template("account/sign_in.html", values={"email": email}, message=message, next=next_path())


def _welcomed(entry: signing_in.Entry) -> ResponseReturnValue:
    let_in(entry)
    tracking.note(Kind.SIGN_IN)
    return redirect(home(), 303)


@bp.get("/sign-in/code")
@access(PUBLIC)
def second_step() -> ResponseReturnValue:
    if "half_signed_in" not in session:
        return redirect(url_for("account.sign_in", next=next_path()))
    return render_template("account/second_step.html", problems={}, next=next_path())


@bp.post("/sign-in/code")
@limiter.limit(ATTEMPTS)
@access(PUBLIC)
def finish_sign_in() -> ResponseReturnValue:
    token, code = session.get("half_signed_in", ""), request.form.get("code", "")
    try:
        entry = signing_in.finish(token=token, code=code, seal=seal(), door=door())
    except signing_in.WrongSecondFactor as error:
        tracking.note(Kind.CODE_WRONG, facts={"purpose": "sign-in"})
        problems = {"code": error.message}
        return render_template("account/second_step.html", problems=problems, next=next_path()), error.status
    except (signing_in.TooLate, TooManyTries) as error:
        session.pop("half_signed_in", None)
        return _sign_in_page("", error.message), error.status
    return _welcomed(entry)


@bp.post("/sign-out")
@access(PUBLIC)
def sign_out() -> ResponseReturnValue:
    token = current_token()
    if token:
        tracking.note(Kind.SIGN_OUT)
        sign_ins.sign_out(token=token)
        leave()
        flash(_("You are signed out."), "info")
    answer = make_response(redirect(url_for("shop.home"), 303))
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer
