"""Setting up two-factor sign-in, new recovery codes, and turning it off."""

from typing import Any

import segno
from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from smartshop.activity.rules import Kind
from smartshop.identity.operations import two_factor as operations
from smartshop.identity.operations.two_factor import Proof, TooManyTries
from smartshop.identity.queries import second_factors
from smartshop.identity.queries.sign_ins import SignedIn
from smartshop.identity.rules import two_factor as rules
from smartshop.kernel.errors import Conflict, DomainError, Invalid
from smartshop.kernel.extensions import limiter
from smartshop.kernel.permissions import Permission
from smartshop.messaging.operations import outbox
from smartshop.web import tracking
from smartshop.web.account.blueprint import bp
from smartshop.web.guards import access
from smartshop.web.presenting import settings
from smartshop.web.signing import actor, current_person, current_token, renew, seal
from smartshop.web.throttling import ATTEMPTS


def _me() -> SignedIn:
    return current_person() or abort(403)


@bp.get("/account/security/two-factor", endpoint="two_factor")
@access(Permission.ACCOUNT_USE)
def show() -> ResponseReturnValue:
    return _page(_me())


@bp.post("/account/security/two-factor/begin")
@access(Permission.ACCOUNT_USE)
def begin_two_factor() -> ResponseReturnValue:
    try:
        operations.begin(person_id=_me().person_id)
    except Conflict as error:
        flash(error.message, "info")
    return redirect(url_for("account.two_factor"), 303)


@bp.post("/account/security/two-factor")
@limiter.limit(ATTEMPTS)
@access(Permission.ACCOUNT_USE)
def confirm_two_factor() -> ResponseReturnValue:
    me = _me()
    try:
        token, codes = operations.confirm(**_given(me), token=current_token() or "", post=outbox.enqueue)
    except (Invalid, Conflict, TooManyTries) as error:
        return _refused(me, error, "confirm")
    renew(token)
    tracking.note(Kind.ACCOUNT_CHANGED, facts={"what": "two-factor on"})
    return render_template("account/recovery_codes.html", codes=codes, is_new=True)


@bp.post("/account/security/recovery-codes")
@limiter.limit(ATTEMPTS)
@access(Permission.ACCOUNT_USE)
def renew_recovery_codes() -> ResponseReturnValue:
    me = _me()
    try:
        codes = operations.new_recovery_codes(**_given(me))
    except (Invalid, TooManyTries) as error:
        return _refused(me, error, "renew")
    tracking.note(Kind.ACCOUNT_CHANGED, facts={"what": "recovery codes"})
    return render_template("account/recovery_codes.html", codes=codes, is_new=False)


@bp.post("/account/security/two-factor/off")
@limiter.limit(ATTEMPTS)
@access(Permission.ACCOUNT_USE)
def turn_off_two_factor() -> ResponseReturnValue:
    me = _me()
    try:
        operations.turn_off(**_given(me), token=current_token() or "", post=outbox.enqueue)
    except (Invalid, TooManyTries) as error:
        return _refused(me, error, "off")
    tracking.note(Kind.ACCOUNT_CHANGED, facts={"what": "two-factor off"})
    flash(_("Two-factor sign-in is off. Your password alone opens the account."), "success")
    return redirect(url_for("account.security"), 303)


def _given(me: SignedIn) -> dict[str, Any]:
    """What every change to the second factor is told."""
    return {
        "person_id": me.person_id,
        "proof": Proof(request.form.get("present_password", ""), request.form.get("code", "")),
        "seal": seal(),
        "password_cost": settings().password_cost,
        "actor": actor(),
    }


def _refused(me: SignedIn, error: DomainError, form: str) -> ResponseReturnValue:
    problems = error.fields if isinstance(error, Invalid) else {}
    return _page(me, problems, "" if problems else error.message, form), error.status


def _page(me: SignedIn, problems: dict[str, str] | None = None, message: str = "", form: str = "") -> str:
    secret = second_factors.secret_to_confirm(me.person_id, seal())
    return render_template(
        "account/two_factor.html",
        second_factor=second_factors.of(me.person_id),
        qr=_qr(rules.uri(secret, account=me.email, issuer=settings().shop_name)) if secret else "",
        key=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)) if secret else "",
        problems=problems or {},
        message=message,
        form=form,
    )


def _qr(text: str) -> Markup:
    """A QR code as SVG, which segno makes of nothing but squares."""
    drawn = segno.make(text, error="m").svg_inline(border=2, omitsize=True, svgclass="qr", lineclass=None)
    return Markup(drawn)  # noqa: S704
