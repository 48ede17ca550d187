"""What payment providers report to the shop."""

from flask import abort, jsonify, request
from flask.typing import ResponseReturnValue

from smartshop.kernel.extensions import csrf
from smartshop.orders.operations import hearing
from smartshop.payments.rules import gateways
from smartshop.payments.rules.gateways import GatewayAway
from smartshop.payments.rules.reports import NotFromProvider, Reporting
from smartshop.web.guards import PUBLIC, access
from smartshop.web.machine.blueprint import bp


@bp.post("/webhooks/stripe")
@access(PUBLIC)
def stripe() -> ResponseReturnValue:
    """Signed by Stripe instead of by a form token; whatever is signed is answered with 200 and kept.

    A failure that cannot be asked about is answered with 503, so that it is reported again.
    """
    way: object = gateways.GATEWAYS.get("stripe")
    if not isinstance(way, Reporting):
        abort(404)
    try:
        report = way.read_report(request.get_data(), request.headers.get("Stripe-Signature", ""))
    except NotFromProvider as problem:
        return jsonify(problem=problem.message), problem.status
    try:
        return jsonify(effect=hearing.hear(report=report))
    except GatewayAway as away:
        return jsonify(problem=str(away)), 503


csrf.exempt(stripe)
