"""Acting on what a payment provider reports: in any order, any number of times, with one effect."""

from dataclasses import replace

import structlog
from sqlalchemy.exc import IntegrityError

from smartshop.kernel import audit
from smartshop.kernel.errors import NotFound
from smartshop.kernel.money import Money
from smartshop.kernel.uow import unit_of_work
from smartshop.orders.operations import moving, placing
from smartshop.orders.queries import reading
from smartshop.orders.rules import aftercare
from smartshop.payments import queries as payments
from smartshop.payments.operations import refunding, reports
from smartshop.payments.rules import gateways
from smartshop.payments.rules.gateways import Result
from smartshop.payments.rules.reports import Report

log = structlog.get_logger(__name__)


def hear(*, report: Report) -> str:
    """Act on a report and keep it, in one transaction; returns the effect.

    ``settled``, ``ignored`` (a kind that changes nothing), ``unknown`` (no such order), ``amount`` (it is not what
    was asked for: somebody must look), ``known`` (heard before), ``refund_failed`` (the money is owed again).
    Reports may come in any order, so one of a failure is
    held against what the provider says now, outside the transaction.

    Raises GatewayAway when the provider that reports a failure cannot be asked: it will report again.
    """
    report = _held_against_the_truth(report)
    try:
        with unit_of_work():
            effect = _take_back(report) if report.failed_refund else _effect(report)
            reports.keep(report=report, effect=effect)
            if effect == "settled" and report.outcome is not None:
                attempt_id = payments.last_attempt(report.reference)
                placing.settle(number=report.reference, attempt_id=attempt_id or 0, outcome=report.outcome)
            if effect == "amount":
                _note_amount(report)
    except IntegrityError:
        effect = "known"
    log.info(
        "report_heard", provider=report.provider, kind=report.kind, reference=report.reference, effect=effect
    )
    return effect


def looked_at(*, number: str, revision: int, reason: str, actor: audit.Actor) -> None:
    """Somebody has seen to the reports of another amount than was asked for.

    Raises Invalid (no reason), NotFound and OutOfDate.
    """
    reason = aftercare.checked_reason(reason)
    with unit_of_work():
        order = moving.locked(number=number, revision=revision)
        settled = reports.settle_by_hand(reference=number)
        if not settled:
            raise moving.OutOfDate("Nothing of this order needs attention any more.")
        moving.note(order, "order.report_looked_at", {"reports": settled}, actor=actor, reason=reason)


def _take_back(report: Report) -> str:
    """A refund did not arrive: what it was for is owed again, and the log of the order says so."""
    key = report.failed_refund
    number = refunding.take_back(key=key, provider=report.provider)
    if not number:
        return "unknown"
    order, amount = moving.locked(number=number, revision=None), payments.refund_amount(key)
    after = {"amount_minor": amount, "currency": order.currency, "key": key}
    moving.note(order, "order.refund_failed", after, actor=audit.SYSTEM)
    return "refund_failed"


def _held_against_the_truth(report: Report) -> Report:
    """A report that an order's payment failed, overtaken by the money, says that the money came."""
    outcome, amount = report.outcome, report.amount
    if outcome is None or outcome.result is not Result.DECLINED or amount is None:
        return report
    way = gateways.GATEWAYS.get(report.provider)
    if way is None or _effect(report) != "settled":
        return report
    found = way.find(amount, reference=report.reference, provider_reference=outcome.provider_reference or "")
    return replace(report, outcome=found) if found and found.result is Result.CAPTURED else report


def _note_amount(report: Report) -> None:
    amount = report.amount
    after = {"amount_minor": amount.minor, "currency": amount.currency} if amount else {}
    audit.record(
        actor=audit.SYSTEM,
        action="order.misreported",
        subject=f"order:{report.reference}",
        after={"provider": report.provider, **after},
    )


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
