"""How an account is protected, and where it is signed in."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from smartshop.activity.rules import Kind
from smartshop.identity.operations import sign_ins
from smartshop.identity.queries import second_factors
from smartshop.identity.queries import sign_ins as queries
from smartshop.kernel.permissions import Permission
from smartshop.web import tracking
from smartshop.web.account.blueprint import bp
from smartshop.web.guards import access, lacks_second_factor
from smartshop.web.signing import actor, current_person, current_token


@bp.get("/account/security")
@access(Permission.ACCOUNT_USE)
def security() -> ResponseReturnValue:
    person = current_person() or abort(403)
    return render_template(
        "account/security.html",
        second_factor=second_factors.of(person.person_id),
        must_set_up=lacks_second_factor(person),
        open_sign_ins=queries.open_of(person.person_id, token=current_token() or ""),
    )


@bp.post("/account/security/sign-ins/<int:sign_in_id>/end")
@access(Permission.ACCOUNT_USE)
def end_sign_in(sign_in_id: int) -> ResponseReturnValue:
    person = current_person() or abort(403)
    sign_ins.end_one(person_id=person.person_id, sign_in_id=sign_in_id, actor=actor())
    tracking.note(Kind.ACCOUNT_CHANGED, facts={"what": "sign-in ended"})
    flash(_("That device is signed out."), "success")
    return redirect(url_for("account.security"), 303)


@bp.post("/account/security/sign-ins/end-others")
@access(Permission.ACCOUNT_USE)
def end_other_sign_ins() -> ResponseReturnValue:
    person = current_person() or abort(403)
    sign_ins.end_others(person_id=person.person_id, token=current_token() or "", actor=actor())
    tracking.note(Kind.ACCOUNT_CHANGED, facts={"what": "other sign-ins ended"})
    flash(_("Every other device is signed out."), "success")
    return redirect(url_for("account.security"), 303)
