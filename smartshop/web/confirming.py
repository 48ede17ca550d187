"""Asking once more who somebody is. What they had typed is kept: the question stands between the form and its view."""

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from smartshop.identity.operations import confirming
from smartshop.identity.operations.two_factor import Proof, TooManyTries
from smartshop.identity.queries.sign_ins import SignedIn
from smartshop.kernel.errors import DomainError, Invalid
from smartshop.web.presenting import settings
from smartshop.web.signing import actor, current_person, current_token, seal

PASSWORD, CODE = "confirm_password", "confirm_code"
OURS = frozenset({PASSWORD, CODE, "csrf_token"})


def before_view(person: SignedIn) -> ResponseReturnValue | None:
    """The question, unless this request brings a right answer: then the view may go on."""
    if person.has_confirmed:
        return None
    if request.method == "GET":
        return redirect(url_for("account.confirm", next=request.full_path.rstrip("?")))
    if PASSWORD not in request.form:
        return page(), 403
    return answered()


def answered() -> ResponseReturnValue | None:
    """Check the answer in this form; the question again when it is wrong."""
    person, form = current_person() or abort(403), request.form
    try:
        confirming.confirm(
            person_id=person.person_id,
            token=current_token() or "",
            proof=Proof(form.get(PASSWORD, ""), form.get(CODE, "")),
            seal=seal(),
            password_cost=settings().password_cost,
            actor=actor(),
        )
    except (Invalid, TooManyTries) as error:
        return page(error), error.status
    return None


def page(error: DomainError | None = None) -> str:
    """The question, with whatever else was sent to the same address."""
    problems = error.fields if isinstance(error, Invalid) else {}
    names = {"present_password": PASSWORD, "code": CODE}
    return render_template(
        "account/confirm.html",
        waiting=[pair for pair in request.form.items(multi=True) if pair[0] not in OURS],
        problems={names.get(field, field): words for field, words in problems.items()},
        message=error.message if error and not problems else "",
    )
