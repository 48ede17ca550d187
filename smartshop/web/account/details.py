"""One's own name, e-mail address and password."""

from flask import abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from smartshop.activity.rules import Kind
from smartshop.identity.operations import changing
from smartshop.identity.operations.changing import Change
from smartshop.identity.operations.one_time import WrongCode
from smartshop.identity.operations.two_factor import Proof, TooManyTries
from smartshop.identity.queries.sign_ins import SignedIn
from smartshop.kernel.errors import DomainError, Invalid, NotFound
from smartshop.kernel.extensions import limiter
from smartshop.kernel.permissions import Permission
from smartshop.messaging.operations import outbox
from smartshop.web import tracking
from smartshop.web.account.blueprint import bp
from smartshop.web.guards import PUBLIC, access
from smartshop.web.presenting import settings
from smartshop.web.signing import actor, current_person, current_token, renew, seal
from smartshop.web.throttling import ATTEMPTS


def _me() -> SignedIn:
    return current_person() or abort(403)


def _change() -> Change:
    return Change(
        person_id=_me().person_id,
        proof=Proof(request.form.get("present_password", ""), request.form.get("code", "")),
        token=current_token() or "",
        seal=seal(),
        password_cost=settings().password_cost,
        actor=actor(),
        post=outbox.enqueue,
    )


@bp.get("/account/details", endpoint="details")
@access(Permission.ACCOUNT_USE)
def show() -> ResponseReturnValue:
    return _page({"name": _me().name})


@bp.post("/account/details")
@access(Permission.ACCOUNT_USE)
def change_name() -> ResponseReturnValue:
    name = request.form.get("name", "")
    try:
        changing.change_name(person_id=_me().person_id, name=name)
    except Invalid as error:
        return _page({"name": name}, error, "name"), error.status
    flash(_("Your name is changed."), "success")
    return redirect(url_for("account.details"), 303)


@bp.post("/account/details/password")
@limiter.limit(ATTEMPTS)
@access(Permission.ACCOUNT_USE)
def change_password() -> ResponseReturnValue:
    try:
        token = changing.change_password(change=_change(), password=request.form.get("password", ""))
    except (Invalid, TooManyTries) as error:
        return _page({"name": _me().name}, error, "password"), error.status
    renew(token)
    tracking.note(Kind.ACCOUNT_CHANGED, facts={"what": "password"})
    flash(_("Your password is changed, and every other device is signed out."), "success")
    return redirect(url_for("account.details"), 303)


@bp.post("/account/details/email")
@limiter.limit(ATTEMPTS)
@access(Permission.ACCOUNT_USE)
def change_email() -> ResponseReturnValue:
    email = request.form.get("email", "")
    try:
        session["new_email"] = changing.ask_for_email(change=_change(), email=email)
    except (Invalid, TooManyTries) as error:
        return _page({"name": _me().name, "email": email}, error, "email"), error.status
    return redirect(url_for("account.confirm_email"), 303)


@bp.get("/account/details/email/code", endpoint="confirm_email")
@access(Permission.ACCOUNT_USE)
def enter_email_code() -> ResponseReturnValue:
    return _code_page({})


@bp.post("/account/details/email/code")
@limiter.limit(ATTEMPTS)
@access(Permission.ACCOUNT_USE)
def finish_email() -> ResponseReturnValue:
    try:
        token = changing.confirm_email(
            person_id=_me().person_id,
            code=request.form.get("code", ""),
            token=current_token() or "",
            seal=seal(),
            actor=actor(),
            post=outbox.enqueue,
        )
    except WrongCode as error:
        return _code_page({"code": error.message}), error.status
    session.pop("new_email", None)
    renew(token)
    tracking.note(Kind.ACCOUNT_CHANGED, facts={"what": "e-mail address"})
    flash(_("Your e-mail address is changed, and every other device is signed out."), "success")
    return redirect(url_for("account.details"), 303)


@bp.get("/account/email-change/<link>/<token>")
@access(PUBLIC)
def undo_email(link: str, token: str) -> ResponseReturnValue:
    if not changing.is_undoable(link=link, token=token, seal=seal()):
        raise NotFound(_("This link is not valid any more."))
    return render_template("account/undo_email.html", link=link, token=token)


@bp.post("/account/email-change/<link>/<token>")
@limiter.limit(ATTEMPTS)
@access(PUBLIC)
def confirm_undo_email(link: str, token: str) -> ResponseReturnValue:
    changing.undo_email(link=link, token=token, seal=seal(), address=request.remote_addr or "")
    flash(
        _("The change is taken back, and every device is signed out. Now choose a new password."), "success"
    )
    return redirect(url_for("account.forgot"), 303)


def _page(values: dict[str, str], error: DomainError | None = None, form: str = "") -> str:
    problems = error.fields if isinstance(error, Invalid) else {}
    return render_template(
        "account/details.html",
        values=values,
        problems=problems,
        message=error.message if error and not problems else "",
        form=form,
    )


def _code_page(problems: dict[str, str]) -> str:
    return render_template(
        "account/confirm_email.html", sent_to=session.get("new_email", ""), problems=problems
    )
