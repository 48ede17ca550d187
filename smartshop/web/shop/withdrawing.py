"""The page on which customers cancel an order of which nothing was sent yet."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from smartshop.kernel.errors import Conflict, Invalid
from smartshop.orders.operations import withdrawing
from smartshop.orders.queries import aftercare, reading
from smartshop.orders.queries.aftercare import Aftercare
from smartshop.orders.queries.reading import OrderView
from smartshop.orders.rules.states import State
from smartshop.payments.rules.gateways import GATEWAYS, GatewayAway
from smartshop.web import documents, parsing, presenting
from smartshop.web.guards import PUBLIC, access
from smartshop.web.presenting import settings
from smartshop.web.shop import orders
from smartshop.web.shop.blueprint import bp
from smartshop.web.signing import actor, current_person_id


@bp.get("/orders/<number>/cancel")
@access(PUBLIC)
def confirm_withdrawal(number: str) -> ResponseReturnValue:
    found, after = reading.order(number, seen_by=current_person_id()), aftercare.of(number)
    if not orders.can_be_withdrawn(found, after):
        flash(_("This order cannot be cancelled here any more. Write to us if something is wrong."), "info")
        return redirect(url_for("shop.order", number=number))
    return _page(found, after)


@bp.post("/orders/<number>/cancel")
@access(PUBLIC)
def withdraw(number: str) -> ResponseReturnValue:
    found = reading.order(number, seen_by=current_person_id())
    try:
        if found.state != State.CANCELLED:  # a form that was sent twice has what it asks for
            flash(_withdrawn(found), "success")
    except Invalid as error:
        return _page(found, aftercare.of(number), error.fields), error.status
    except Conflict as error:
        return orders.page(number, error.message), error.status
    except GatewayAway:
        flash(
            _("Your order is cancelled. Your money follows as soon as the payment provider answers."), "info"
        )
    return redirect(url_for("shop.order", number=number), 303)


def _withdrawn(order: OrderView) -> str:
    settled = withdrawing.withdraw(
        number=order.number,
        seen_by=current_person_id(),
        revision=parsing.whole_number(request.form.get("revision")),
        cause=request.form.get("cause", ""),
        hours=settings().cancel_hours,
        seller=documents.seller(),
        ways=GATEWAYS,
        actor=actor(),
    )
    if not settled.refunded_minor:
        return str(_("Your order is cancelled. Nothing is owed for it."))
    back = presenting.money(settled.refunded_minor, order.currency)
    return str(_("Your order is cancelled. %(amount)s went back to you, the way you paid.", amount=back))


def _page(order: OrderView, after: Aftercare, problems: dict[str, str] | None = None) -> str:
    return render_template(
        "shop/order_cancel.html", order=order, after=after, problems=problems or {}, typed=request.form
    )
