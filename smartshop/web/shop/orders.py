"""One order, as its customer sees it."""

from flask import render_template
from flask.typing import ResponseReturnValue

from smartshop.orders.queries import reading
from smartshop.payments import queries as payments
from smartshop.payments.rules import gateways
from smartshop.web.guards import PUBLIC, access
from smartshop.web.shop.blueprint import bp
from smartshop.web.signing import current_person


@bp.get("/orders/<number>")
@access(PUBLIC)
def order(number: str) -> ResponseReturnValue:
    person = current_person()
    found = reading.order(number, seen_by=person.person_id if person else None)
    way_to_pay = gateways.GATEWAYS.get(found.payment_method)
    attempts = payments.attempts(found.number)
    return render_template("shop/order.html", order=found, way_to_pay=way_to_pay, attempts=attempts)
