"""Giving money back: reserved in one transaction, asked of the gateway outside any, written down in another."""

import sqlalchemy as sa

from smartshop.kernel import clock
from smartshop.kernel.errors import Conflict, NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.money import Money
from smartshop.kernel.uow import unit_of_work
from smartshop.payments.models import PaymentAttempt, Refund
from smartshop.payments.rules import gateways
from smartshop.payments.rules.gateways import Outcome, Result


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


def ask(*, key: str) -> Outcome | None:
    """Ask the gateway for what was reserved under this key, outside any transaction; None when it has answered before.

    A gateway that raises leaves the refund pending: it may be asked again, and is given the same key.

    Raises NotFound, GatewayAway.
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
        return None
    return gateways.gateway(attempt.gateway).refund(
        Money(refund.amount_minor, attempt.currency), reference=attempt.provider_reference or "", key=key
    )


def is_done(outcome: Outcome) -> bool:
    """Whether the money is on its way."""
    return outcome.result is Result.CAPTURED


def settle(*, key: str, outcome: Outcome) -> bool:
    """Write down what the gateway said, once; False when this refund was settled before.

    What was refused is no longer set aside.
    """
    with unit_of_work():
        row = db.session.execute(
            sa.update(Refund)
            .where(Refund.key == key, Refund.state == "pending")
            .values(
                state="done" if is_done(outcome) else "failed",
                provider_reference=outcome.provider_reference,
                message=outcome.message[:255],
                settled_at=clock.now(),
            )
            .returning(Refund.attempt_id, Refund.amount_minor)
        ).one_or_none()
        if row is not None and not is_done(outcome):
            _free(row.attempt_id, row.amount_minor)
    return row is not None


def take_back(*, key: str, provider: str) -> str:
    """A refund that seemed to be on its way did not arrive: it is no longer set aside, and owed again.

    Returns the reference it was paid under; empty when there is no such refund, or it is known to have failed.
    """
    with unit_of_work():
        is_theirs = Refund.attempt_id.in_(
            sa.select(PaymentAttempt.id).where(PaymentAttempt.gateway == provider)
        )
        row = db.session.execute(
            sa.update(Refund)
            .where(Refund.key == key, Refund.state != "failed", is_theirs)
            .values(state="failed", settled_at=clock.now())
            .returning(Refund.attempt_id, Refund.amount_minor)
            .execution_options(synchronize_session=False)
        ).one_or_none()
        return _free(row.attempt_id, row.amount_minor) if row is not None else ""


def _free(attempt_id: int, amount_minor: int) -> str:
    """Set an amount aside no more; returns the reference it was paid under."""
    reference: str = db.session.scalars(
        sa.update(PaymentAttempt)
        .where(PaymentAttempt.id == attempt_id)
        .values(refunded_minor=PaymentAttempt.refunded_minor - amount_minor)
        .returning(PaymentAttempt.reference)
    ).one()
    return reference
