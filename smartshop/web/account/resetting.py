"""A forgotten password: asking for a code, and choosing a new password with it."""

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from smartshop.activity.rules import Kind
from smartshop.identity.operations import resetting
from smartshop.identity.operations.one_time import WrongCode
from smartshop.identity.rules.one_time import Purpose
from smartshop.kernel.errors import Invalid
from smartshop.kernel.extensions import limiter
from smartshop.messaging.operations import outbox
from smartshop.web import tracking
from smartshop.web.account.blueprint import bp
from smartshop.web.guards import PUBLIC, access
from smartshop.web.presenting import settings
from smartshop.web.signing import door, seal
from smartshop.web.throttling import ATTEMPTS

FACTS = {"purpose": Purpose.RESET.value}


@bp.get("/forgot")
@access(PUBLIC)
def forgot() -> ResponseReturnValue:
    return render_template("account/forgot.html", values={}, problems={})


@bp.post("/forgot")
@limiter.limit(ATTEMPTS)
@access(PUBLIC)
def ask_for_code() -> ResponseReturnValue:
    email = request.form.get("email", "")
    try:
        session["reset_email"] = resetting.ask(email=email, door=door(), post=outbox.enqueue)
    except Invalid as error:
        page = render_template("account/forgot.html", values={"email": email}, problems=error.fields)
        return page, error.status
    tracking.note(Kind.CODE_ASKED, facts=FACTS)
    return redirect(url_for("account.reset"), 303)


@bp.get("/reset")
@access(PUBLIC)
def reset() -> ResponseReturnValue:
    sent_to = session.get("reset_email", "")
    return render_template("account/reset.html", values={"email": sent_to}, problems={}, sent_to=sent_to)


@bp.post("/reset")
@limiter.limit(ATTEMPTS)
@access(PUBLIC)
def reset_password() -> ResponseReturnValue:
    answers = {name: request.form.get(name, "") for name in ("email", "code", "password")}
    cost = settings().password_cost
    try:
        resetting.complete(**answers, password_cost=cost, seal=seal(), door=door(), post=outbox.enqueue)
    except Invalid as error:
        return _again(answers, error.fields), error.status
    except WrongCode as error:
        tracking.note(Kind.CODE_WRONG, facts=FACTS)
        return _again(answers, {"code": error.message}), error.status
    session.pop("reset_email", None)
    tracking.note(Kind.ACCOUNT_CHANGED, facts={"what": "password reset"})
    flash(_("Your password is changed, and every device is signed out. Sign in with the new one."), "success")
    return redirect(url_for("account.sign_in"), 303)


def _again(answers: dict[str, str], problems: dict[str, str]) -> str:
    values = {"email": answers["email"], "code": answers["code"][:16]}
    return render_template("account/reset.html", values=values, problems=problems, sent_to="")
