"""One order, as its customer sees it: where it stands, its papers, and the way to order it again."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from smartshop.kernel import clock
from smartshop.kernel.errors import NotFound
from smartshop.kernel.extensions import limiter
from smartshop.orders.operations import reordering
from smartshop.orders.queries import aftercare, opining, reading
from smartshop.orders.queries.aftercare import Aftercare
from smartshop.orders.queries.reading import OrderView
from smartshop.orders.rules.states import State
from smartshop.orders.rules.withdrawing import may_withdraw
from smartshop.payments import queries as payments
from smartshop.payments.rules import gateways
from smartshop.web import basket, documents, joining
from smartshop.web.guards import PUBLIC, access
from smartshop.web.presenting import settings
from smartshop.web.shop.blueprint import bp
from smartshop.web.signing import current_person_id
from smartshop.web.throttling import ATTEMPTS


@bp.get("/orders/<number>")
@access(PUBLIC)
def order(number: str) -> ResponseReturnValue:
    return page(number)


def page(number: str, message: str = "") -> str:
    """The page of an order; ``message`` says what could not be done to it.

    Raises NotFound.
    """
    found = reading.order(number, seen_by=current_person_id())
    after = aftercare.of(found.number)
    return render_template(
        "shop/order.html",
        order=found,
        after=after,
        message=message,
        can_withdraw=can_be_withdrawn(found, after),
        way_to_pay=gateways.GATEWAYS.get(found.payment_method),
        attempts=payments.attempts(found.number),
        bank=documents.seller().bank,
        joins_as=joining.address(),
        to_review=opining.of_order(found.number, person_id=current_person_id()),
    )


def can_be_withdrawn(found: OrderView, after: Aftercare) -> bool:
    """Whether its customer may cancel an order now."""
    return may_withdraw(
        State(found.state),
        is_begun=after.delivery != "none",
        placed_at=found.placed_at,
        now=clock.now(),
        hours=settings().cancel_hours,
    )


@bp.get("/orders/<number>/documents/<document>")
@access(PUBLIC)
def order_document(number: str, document: str) -> ResponseReturnValue:
    found = reading.order(number, seen_by=current_person_id())
    return documents.send_document(
        aftercare.document(order_number=found.number, document_number=document.removesuffix(".pdf"))
    )


@bp.post("/orders/<number>/reorder")
@access(PUBLIC)
def reorder(number: str) -> ResponseReturnValue:
    again = reordering.again(number=number, seen_by=current_person_id(), key=basket.key())
    basket.keep(again.token)
    if again.lines:
        flash(
            ngettext("%(num)d line is in your cart.", "%(num)d lines are in your cart.", again.lines),
            "success",
        )
    if again.short:
        flash(_("Fewer than you ordered then went in: %(names)s.", names=", ".join(again.short)), "warning")
    if again.gone:
        flash(_("Not to be had at the moment: %(names)s.", names=", ".join(again.gone)), "warning")
    return redirect(url_for("shop.cart") if again.lines else url_for("shop.order", number=number), 303)


@bp.get("/find-order")
@access(PUBLIC)
def find_order() -> ResponseReturnValue:
    return render_template("shop/order_find.html", values={}, message="")


@bp.post("/find-order")
@limiter.limit(ATTEMPTS)
@access(PUBLIC)
def look_up_order() -> ResponseReturnValue:
    values = {name: request.form.get(name, "")[:254] for name in ("number", "email")}
    try:
        number = reading.found(values["number"], values["email"])
    except NotFound as error:
        return render_template("shop/order_find.html", values=values, message=error.message), 422
    return redirect(url_for("shop.order", number=number), 303)
