"""Acting on what a payment provider reports: in any order, any number of times, with one effect."""

import structlog
from sqlalchemy.exc import IntegrityError

from smartshop.kernel.errors import NotFound
from smartshop.kernel.money import Money
from smartshop.kernel.uow import unit_of_work
from smartshop.orders.operations import placing
from smartshop.orders.queries import reading
from smartshop.payments import queries as payments
from smartshop.payments.operations import reports
from smartshop.payments.rules.reports import Report

log = structlog.get_logger(__name__)


def hear(*, report: Report) -> str:
    """Act on a report and keep it, in one transaction; returns the effect.

    ``settled``, ``ignored`` (a kind that changes nothing), ``unknown`` (no such order), ``amount`` (it is not what
    was asked for: somebody must look), ``known`` (heard before).
    """
    try:
        with unit_of_work():
            effect = _effect(report)
            reports.keep(report=report, effect=effect)
            if effect == "settled" and report.outcome is not None:
                attempt_id = payments.last_attempt(report.reference)
                placing.settle(number=report.reference, attempt_id=attempt_id or 0, outcome=report.outcome)
    except IntegrityError:
        effect = "known"
    log.info(
        "report_heard", provider=report.provider, kind=report.kind, reference=report.reference, effect=effect
    )
    return effect


def _effect(report: Report) -> str:
    if report.outcome is None:
        return "ignored"
    try:
        order = reading.order(report.reference, seen_by=None, is_staff=True)
    except NotFound:
        return "unknown"
    if order.payment_method != report.provider:
        return "unknown"
    return "settled" if report.amount == Money(order.total_minor, order.currency) else "amount"
