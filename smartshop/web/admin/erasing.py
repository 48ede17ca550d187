"""Erasing a customer who asked for it by letter or telephone."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from smartshop.insights.queries import customers
from smartshop.kernel.errors import Conflict, DomainError, Invalid
from smartshop.kernel.permissions import Permission
from smartshop.privacy.operations import erasing
from smartshop.privacy.queries import erasing as queries
from smartshop.web.admin.blueprint import bp
from smartshop.web.admin.speaking import _
from smartshop.web.guards import access
from smartshop.web.presenting import settings
from smartshop.web.signing import actor

LONGEST_REASON = 300


@bp.get("/customers/<int:person_id>/erase", endpoint="erase_customer")
@access(Permission.CUSTOMERS_ERASE)
def ask_to_erase_customer(person_id: int) -> ResponseReturnValue:
    return _page(person_id)


@bp.post("/customers/<int:person_id>/erase")
@access(Permission.CUSTOMERS_ERASE, fresh=True)
def erase_the_customer(person_id: int) -> ResponseReturnValue:
    try:
        erasing.erase(
            person_id=person_id,
            keeps_reviews=request.form.get("reviews") != "remove",
            actor=actor(),
            reason=_reason(),
        )
    except (Invalid, Conflict) as error:
        return _page(person_id, error), error.status
    flash(_("The customer is erased. Their orders stay in the books, as nobody's."), "success")
    return redirect(url_for("admin.customers"), 303)


def _reason() -> str:
    """Raises Invalid."""
    reason = " ".join(request.form.get("reason", "").split())[:LONGEST_REASON]
    if not reason:
        raise Invalid(_("Please correct the marked fields."), {"reason": _("Say who asked for it, and how.")})
    return reason


def _page(person_id: int, error: DomainError | None = None) -> str:
    problems = error.fields if isinstance(error, Invalid) else {}
    return render_template(
        "admin/erase_customer.html",
        customer=customers.customer(person_id, settings().currency),
        open_orders=queries.open_orders(person_id),
        problems=problems,
        message=error.message if error and not problems else "",
        reason=request.form.get("reason", ""),
        keeps_reviews=request.form.get("reviews") != "remove",
    )
