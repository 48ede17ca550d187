"""Sign-up: what the account is to be, and the code that opens it."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from smartshop.activity.rules import Kind
from smartshop.identity.operations import joining as operations
from smartshop.identity.operations.joining import Wanted
from smartshop.identity.operations.one_time import WrongCode
from smartshop.identity.rules.one_time import Purpose
from smartshop.kernel.errors import Invalid
from smartshop.kernel.extensions import limiter
from smartshop.messaging.operations import outbox
from smartshop.orders.operations import claiming
from smartshop.web import joining, tracking
from smartshop.web.account.blueprint import bp
from smartshop.web.account.signing_in import home, next_path
from smartshop.web.entering import let_in
from smartshop.web.guards import PUBLIC, access
from smartshop.web.signing import current_person, door, seal
from smartshop.web.throttling import ATTEMPTS, NEW_ACCOUNTS

FACTS = {"purpose": Purpose.SIGN_UP.value}


@bp.get("/sign-up")
@access(PUBLIC)
def sign_up() -> ResponseReturnValue:
    if current_person():
        return redirect(home())
    return render_template("account/sign_up.html", values={}, problems={}, next=next_path())


@bp.post("/sign-up")
@limiter.limit(NEW_ACCOUNTS)
@access(PUBLIC)
def create_account() -> ResponseReturnValue:
    values = {name: request.form.get(name, "") for name in ("name", "email", "password")}
    try:
        joining.begin(Wanted(values["email"], values["name"], values["password"]))
    except Invalid as error:
        page = render_template("account/sign_up.html", values=values, problems=error.fields, next=next_path())
        return page, error.status
    tracking.note(Kind.CODE_ASKED, facts=FACTS)
    return redirect(url_for("account.enter_sign_up_code", next=next_path()), 303)


@bp.get("/sign-up/code")
@access(PUBLIC)
def enter_sign_up_code() -> ResponseReturnValue:
    if not joining.has_begun():
        return redirect(url_for("account.sign_up", next=next_path()))
    return _page({})


@bp.post("/sign-up/code")
@limiter.limit(ATTEMPTS)
@access(PUBLIC)
def finish_sign_up() -> ResponseReturnValue:
    given = {"token": joining.token(), "code": request.form.get("code", "")}
    try:
        entry = operations.finish(
            **given, seal=seal(), door=door(), post=outbox.enqueue, opened=claiming.claim
        )
    except WrongCode as error:
        tracking.note(Kind.CODE_WRONG, facts=FACTS)
        return _page({"code": error.message}), error.status
    joining.forget()
    let_in(entry)
    tracking.note(Kind.SIGN_UP)
    person = current_person()
    flash(_("Welcome, %(name)s. Your account is ready.", name=person.name if person else ""), "success")
    return redirect(home(), 303)


@bp.post("/sign-up/send-again")
@limiter.limit(NEW_ACCOUNTS)
@access(PUBLIC)
def send_sign_up_code() -> ResponseReturnValue:
    operations.again(token=joining.token(), post=outbox.enqueue)
    flash(_("A new code is on its way, unless you had several already: then wait an hour."), "info")
    return redirect(url_for("account.enter_sign_up_code", next=next_path()), 303)


def _page(problems: dict[str, str]) -> str:
    return render_template(
        "account/sign_up_code.html", sent_to=joining.address(), problems=problems, next=next_path()
    )
