"""Giving money back: reserved in one transaction, asked of the gateway outside any, written down in another."""

import sqlalchemy as sa

from smartshop.kernel import clock
from smartshop.kernel.errors import Conflict, NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.money import Money
from smartshop.kernel.uow import unit_of_work
from smartshop.payments.models import PaymentAttempt, Refund
from smartshop.payments.rules import gateways
from smartshop.payments.rules.gateways import Result


class TooMuch(Conflict):
    """More was to be given back than was captured and not given back yet."""

    code = "too_much"


def reserve(*, reference: str, amount: Money, key: str) -> None:
    """Set an amount aside to be given back; the same key again changes nothing.

    Raises TooMuch. One conditional update keeps two refunds at once within what was captured.
    """
    with unit_of_work():
        if db.session.scalar(sa.select(Refund.id).where(Refund.key == key)) is not None:
            return
        attempt_id = db.session.scalar(
            sa.update(PaymentAttempt)
            .where(
                PaymentAttempt.reference == reference,
                PaymentAttempt.state == "captured",
                PaymentAttempt.currency == amount.currency,
                PaymentAttempt.refunded_minor + amount.minor <= PaymentAttempt.amount_minor,
            )
            .values(refunded_minor=PaymentAttempt.refunded_minor + amount.minor)
            .returning(PaymentAttempt.id)
        )
        if attempt_id is None:
            raise TooMuch("That is more than was paid and not refunded yet.", reference=reference)
        db.session.add(
            Refund(attempt_id=attempt_id, key=key, amount_minor=amount.minor, created_at=clock.now())
        )


def carry_out(*, key: str) -> bool:
    """Ask the gateway for what was reserved under this key; True when the money is on its way.

    A refund that was carried out before is not asked for again. One whose gateway raised stays pending: the same
    key may be carried out again, and the gateway is given the same key.
    """
    found = db.session.execute(
        sa.select(Refund, PaymentAttempt)
        .join(PaymentAttempt, PaymentAttempt.id == Refund.attempt_id)
        .where(Refund.key == key)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such refund.")
    refund, attempt = found
    if refund.state != "pending":
        return bool(refund.state == "done")
    outcome = gateways.gateway(attempt.gateway).refund(
        Money(refund.amount_minor, attempt.currency), reference=attempt.provider_reference or "", key=key
    )
    is_done = outcome.result is Result.CAPTURED
    _settle(key, is_done=is_done, reference=outcome.provider_reference, message=outcome.message)
    return is_done


def _settle(key: str, *, is_done: bool, reference: str | None, message: str) -> None:
    with unit_of_work():
        row = db.session.execute(
            sa.update(Refund)
            .where(Refund.key == key, Refund.state == "pending")
            .values(
                state="done" if is_done else "failed",
                provider_reference=reference,
                message=message[:255],
                settled_at=clock.now(),
            )
            .returning(Refund.attempt_id, Refund.amount_minor)
        ).one_or_none()
        if row is not None and not is_done:
            db.session.execute(
                sa.update(PaymentAttempt)
                .where(PaymentAttempt.id == row.attempt_id)
                .values(refunded_minor=PaymentAttempt.refunded_minor - row.amount_minor)
            )
