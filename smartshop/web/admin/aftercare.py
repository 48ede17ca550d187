"""What staff does to an order: money in, goods out, cancellations, returns, refunds and papers."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from smartshop.kernel.errors import Conflict, Invalid
from smartshop.kernel.permissions import Permission
from smartshop.orders.operations import fulfilling, hearing, invoicing, refunding, returning
from smartshop.orders.queries import aftercare, reading
from smartshop.orders.rules.aftercare import CARRIERS
from smartshop.payments import queries as payments
from smartshop.payments.rules.gateways import GATEWAYS, GatewayAway, KeyRefused
from smartshop.web import documents, parsing, presenting
from smartshop.web.admin.blueprint import bp
from smartshop.web.admin.speaking import _
from smartshop.web.guards import access
from smartshop.web.signing import actor


@bp.get("/orders/<number>")
@access(Permission.ORDERS_VIEW)
def order(number: str) -> ResponseReturnValue:
    return _page(number)


@bp.post("/orders/<number>/capture")
@access(Permission.ORDERS_MANAGE)
def capture_order(number: str) -> ResponseReturnValue:
    def act() -> str:
        amount = fulfilling.capture(
            number=number,
            revision=_revision(),
            reason=request.form.get("reason", ""),
            seller=documents.seller(),
            actor=actor(),
        )
        return _("%(amount)s received.", amount=_money(number, amount))

    return _done(number, "capture", act)


@bp.post("/orders/<number>/ship")
@access(Permission.ORDERS_MANAGE)
def ship_order(number: str) -> ResponseReturnValue:
    def act() -> str:
        is_whole = fulfilling.ship(
            number=number,
            revision=_revision(),
            quantities=_quantities(),
            carrier=request.form.get("carrier", ""),
            tracking_number=request.form.get("tracking_number", ""),
            seller=documents.seller(),
            actor=actor(),
        )
        return _("Everything is on its way.") if is_whole else _("Sent. The rest waits here.")

    return _done(number, "ship", act)


@bp.post("/orders/<number>/cancel")
@access(Permission.ORDERS_MANAGE)
def cancel_order(number: str) -> ResponseReturnValue:
    def act() -> str:
        settled = returning.cancel(
            number=number,
            revision=_revision(),
            reason=request.form.get("reason", ""),
            seller=documents.seller(),
            actor=actor(),
        )
        return _("Cancelled; what was not sent is back in stock.") + _went_back(
            number, settled.refunded_minor
        )

    return _done(number, "cancel", act)


@bp.post("/orders/<number>/return")
@access(Permission.ORDERS_REFUND)
def take_back_order(number: str) -> ResponseReturnValue:
    def act() -> str:
        settled = returning.take_back(
            number=number,
            revision=_revision(),
            quantities=_quantities(),
            is_restocked=request.form.get("restock") == "yes",
            reason=request.form.get("reason", ""),
            seller=documents.seller(),
            actor=actor(),
        )
        return _("The return is booked.") + _went_back(number, settled.refunded_minor)

    return _done(number, "return", act)


@bp.post("/orders/<number>/credit")
@access(Permission.ORDERS_REFUND)
def credit_order(number: str) -> ResponseReturnValue:
    def act() -> str:
        settled = returning.let_go(
            number=number,
            revision=_revision(),
            amount_minor=_amount(number),
            reason=request.form.get("reason", ""),
            seller=documents.seller(),
            actor=actor(),
        )
        credited = _money(number, settled.credited_minor)
        return _("The price is reduced by %(amount)s.", amount=credited) + _went_back(
            number, settled.refunded_minor
        )

    return _done(number, "credit", act)


@bp.post("/orders/<number>/refund")
@access(Permission.ORDERS_REFUND)
def refund_order(number: str) -> ResponseReturnValue:
    try:
        back = refunding.pay_back(number=number, actor=actor())
    except GatewayAway as away:
        flash(_refund_waits(away), "warning")
        return redirect(url_for("admin.order", number=number), 303)
    flash(
        _went_back(number, back).strip() or _("Nothing is owed to the customer."),
        "success" if back else "info",
    )
    return redirect(url_for("admin.order", number=number), 303)


@bp.post("/orders/<number>/invoice")
@access(Permission.ORDERS_MANAGE)
def invoice_order(number: str) -> ResponseReturnValue:
    def act() -> str:
        issued = invoicing.issue(
            number=number, revision=_revision(), seller=documents.seller(), actor=actor()
        )
        return _("Invoice %(number)s is issued.", number=issued)

    return _done(number, "invoice", act)


@bp.get("/orders/<number>/documents/<document>")
@access(Permission.ORDERS_MANAGE)
def order_document(number: str, document: str) -> ResponseReturnValue:
    return documents.send_document(
        aftercare.document(order_number=number, document_number=document.removesuffix(".pdf"))
    )


@bp.post("/orders/<number>/looked-at")
@access(Permission.ORDERS_MANAGE)
def look_at_order(number: str) -> ResponseReturnValue:
    def act() -> str:
        reason = request.form.get("reason", "")
        hearing.looked_at(number=number, revision=_revision(), reason=reason, actor=actor())
        return _("Noted. The order needs no more attention.")

    return _done(number, "look", act)


@bp.get("/orders/<number>/packing-slip.pdf")
@access(Permission.ORDERS_MANAGE)
def packing_slip(number: str) -> ResponseReturnValue:
    found, after = reading.order(number, seen_by=None, is_staff=True), aftercare.of(number)
    return documents.send(
        "documents/packing_slip.html",
        f"packing-slip-{found.number}.pdf",
        order=found,
        after=after,
        has_open=any(line.to_send for line in after.lines),
        seller=documents.seller(),
    )


def _page(number: str, *, form: str = "", message: str = "", problems: dict[str, str] | None = None) -> str:
    found = reading.order(number, seen_by=None, is_staff=True)
    return render_template(
        "admin/order.html",
        order=found,
        after=aftercare.of(number),
        attempts=payments.attempts(found.number),
        misreports=payments.misreports(found.number),
        refused_keys=[key for key in payments.refused_keys() if key.gateway == found.payment_method],
        ways=GATEWAYS,
        carriers=[(code, name) for code, (name, _url) in CARRIERS.items()],
        failed=form,
        message=message,
        problems=problems or {},
        typed=request.form,
    )


def _done(number: str, form: str, act: Callable[[], str]) -> ResponseReturnValue:
    """Do it and go back to the order; what was refused is said on its page, with what was typed."""
    try:
        flash(act(), "success")
    except Invalid as error:
        return _page(number, form=form, message=error.message, problems=error.fields), error.status
    except Conflict as error:
        return _page(number, form=form, message=error.message), error.status
    except GatewayAway as away:
        flash(_refund_waits(away), "warning")
    return redirect(url_for("admin.order", number=number), 303)


def _refund_waits(away: GatewayAway) -> str:
    if isinstance(away, KeyRefused):
        return _(
            "The payment provider refuses the shop's key. The refund is booked and goes out by itself once the key is put right."
        )
    return _("The payment provider does not answer. The refund is booked and is tried again by itself.")


def _revision() -> int:
    return parsing.whole_number(request.form.get("revision"))


def _quantities() -> dict[int, int]:
    """The quantities of the form by position; an empty field is 0, nonsense is -1."""
    return {
        int(name.removeprefix("quantity-")): parsing.whole_number(text) if text.strip() else 0
        for name, text in request.form.items()
        if name.startswith("quantity-") and parsing.whole_number(name.removeprefix("quantity-")) > 0
    }


def _amount(number: str) -> int:
    """The amount of the form in minor units of the order's currency; -1 when it is none."""
    currency = reading.order(number, seen_by=None, is_staff=True).currency
    return parsing.amount(request.form.get("amount"), currency)


def _money(number: str, minor: int) -> str:
    return presenting.money(minor, reading.order(number, seen_by=None, is_staff=True).currency)


def _went_back(number: str, minor: int) -> str:
    return " " + _("%(amount)s went back to the customer.", amount=_money(number, minor)) if minor else ""
