"""One act on the orders that were ticked in the list."""

from dataclasses import replace

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from smartshop.insights.operations import exports
from smartshop.insights.queries import sales
from smartshop.insights.queries.reports import catalogue, writing
from smartshop.insights.queries.reports.declared import Wanted
from smartshop.insights.queries.sales import SalesSought
from smartshop.kernel.errors import Invalid
from smartshop.kernel.permissions import Permission
from smartshop.orders.operations import sending_many
from smartshop.orders.queries import aftercare, reading
from smartshop.web import documents
from smartshop.web.admin.blueprint import bp
from smartshop.web.admin.sheets import csv_file
from smartshop.web.admin.showing import sees_people
from smartshop.web.admin.speaking import _, ngettext
from smartshop.web.guards import access
from smartshop.web.presenting import settings
from smartshop.web.signing import actor

MOST = 200
SHOWN = 10


@bp.post("/orders/many/send")
@access(Permission.ORDERS_MANAGE)
def send_many_orders() -> ResponseReturnValue:
    done = sending_many.send(
        numbers=_ticked(),
        carrier=request.form.get("carrier", ""),
        seller=documents.seller(),
        actor=actor(),
    )
    sent, refused = [one for one in done if not one.problem], [one for one in done if one.problem]
    flash(
        ngettext("%(num)s order was sent.", "%(num)s orders were sent.", len(sent)),
        "success" if sent else "info",
    )
    for one in refused[:SHOWN]:
        flash(_("Not sent: %(number)s. %(reason)s", number=one.number, reason=one.problem), "warning")
    if len(refused) > SHOWN:
        flash(_("And %(count)s more were not sent.", count=len(refused) - SHOWN), "warning")
    return redirect(url_for("admin.orders"), 303)


@bp.post("/orders/many/packing-slips")
@access(Permission.ORDERS_MANAGE)
def many_packing_slips() -> ResponseReturnValue:
    slips, numbers = [], _ticked()
    for number in numbers:
        order, after = reading.order(number, seen_by=None, is_staff=True), aftercare.of(number)
        has_open = any(line.to_send for line in after.lines)
        slips.append({"order": order, "after": after, "has_open": has_open})
    exports.record_export(
        report="packing-slips", with_personal=True, filters={"orders": ", ".join(numbers)}, actor=actor()
    )
    return documents.send(
        "documents/packing_slips.html", "packing-slips.pdf", slips=slips, seller=documents.seller()
    )


@bp.post("/orders/many/export")
@access(Permission.ORDERS_MANAGE, fresh=Permission.CUSTOMERS_PII)
def export_many_orders() -> ResponseReturnValue:
    sought = SalesSought(numbers=tuple(_ticked()), with_personal=sees_people())
    report = replace(catalogue.report("orders"), rows=lambda _wanted: sales.every_order(sought))
    exports.record_export(
        report="orders",
        with_personal=sees_people(),
        filters={"orders": ", ".join(sought.numbers)},
        actor=actor(),
    )
    pieces = writing.as_csv(report, Wanted(settings().currency), with_personal=sees_people())
    return csv_file("orders", pieces)


def _ticked() -> list[str]:
    """The numbers that were ticked; raises Invalid."""
    numbers = [text.strip()[:40] for text in request.form.getlist("order") if text.strip()]
    if not numbers or len(numbers) > MOST:
        raise Invalid(_("Go back and tick at least one order, and at most %(most)s.", most=MOST))
    return list(dict.fromkeys(numbers))
