"""Having one's account and everything about oneself erased."""

from flask import abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from smartshop.identity.operations import two_factor
from smartshop.identity.operations.two_factor import Proof, TooManyTries
from smartshop.identity.queries.sign_ins import SignedIn
from smartshop.kernel.errors import Conflict, DomainError, Invalid
from smartshop.kernel.extensions import limiter
from smartshop.kernel.permissions import Permission
from smartshop.privacy.operations import erasing
from smartshop.privacy.queries import erasing as queries
from smartshop.web.account.blueprint import bp
from smartshop.web.guards import access
from smartshop.web.presenting import settings
from smartshop.web.signing import current_person, forget, seal

ATTEMPTS = "20 per minute"


@bp.get("/account/privacy/erase", endpoint="erase")
@access(Permission.ACCOUNT_USE)
def ask_to_erase() -> ResponseReturnValue:
    return _page(current_person() or abort(403))


@bp.post("/account/privacy/erase")
@limiter.limit(ATTEMPTS)
@access(Permission.ACCOUNT_USE)
def erase_me() -> ResponseReturnValue:
    me = current_person() or abort(403)
    try:
        require_proof(me)
        erasing.erase(
            person_id=me.person_id, keeps_reviews=_keeps_reviews(), actor=erasing.THEMSELVES, reason=""
        )
    except (Invalid, TooManyTries, Conflict) as error:
        return _page(me, error), error.status
    forget()
    session.clear()
    flash(_("Your account is erased, and with it what we knew of you. Goodbye, and thank you."), "success")
    return redirect(url_for("shop.home"), 303)


def require_proof(me: SignedIn) -> None:
    """Ask for the password, and for a code where two factors are on, in the form that was sent.

    Raises Invalid by field, and TooManyTries.
    """
    proof = Proof(request.form.get("present_password", ""), request.form.get("code", ""))
    two_factor.require(
        person_id=me.person_id, proof=proof, seal=seal(), password_cost=settings().password_cost
    )


def _keeps_reviews() -> bool:
    return request.form.get("reviews") != "remove"


def _page(me: SignedIn, error: DomainError | None = None) -> str:
    problems = error.fields if isinstance(error, Invalid) else {}
    return render_template(
        "account/erase.html",
        open_orders=queries.open_orders(me.person_id),
        problems=problems,
        message=error.message if error and not problems else "",
        keeps_reviews=_keeps_reviews(),
    )
