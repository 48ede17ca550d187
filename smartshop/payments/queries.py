"""The payment attempts and refunds behind a reference."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from smartshop.kernel.extensions import db
from smartshop.payments.models import PaymentAttempt, Refund


@dataclass(frozen=True)
class Attempt:
    gateway: str
    state: str
    amount_minor: int
    currency: str
    message: str
    created_at: datetime


def attempts(reference: str) -> list[Attempt]:
    """Every attempt to pay this reference, oldest first."""
    rows = db.session.scalars(
        sa.select(PaymentAttempt).where(PaymentAttempt.reference == reference).order_by(PaymentAttempt.id)
    )
    return [Attempt(a.gateway, a.state, a.amount_minor, a.currency, a.message, a.created_at) for a in rows]


def open_attempts(references: Collection[str]) -> dict[str, int]:
    """The id of the latest attempt that no gateway has answered yet, by reference; the others are left out."""
    rows = db.session.execute(
        sa.select(PaymentAttempt.reference, sa.func.max(PaymentAttempt.id))
        .where(PaymentAttempt.reference.in_(references), PaymentAttempt.settled_at.is_(None))
        .group_by(PaymentAttempt.reference)
    )
    return {row[0]: row[1] for row in rows}


@dataclass(frozen=True)
class Balance:
    """What came in under a reference, and what went back (or is on its way back); minor units."""

    captured_minor: int
    refunded_minor: int


def balance(reference: str) -> Balance:
    """The money of a reference."""
    row = db.session.execute(
        sa.select(
            sa.func.coalesce(sa.func.sum(PaymentAttempt.amount_minor), 0),
            sa.func.coalesce(sa.func.sum(PaymentAttempt.refunded_minor), 0),
        ).where(PaymentAttempt.reference == reference, PaymentAttempt.state == "captured")
    ).one()
    return Balance(int(row[0]), int(row[1]))


def pending_refunds(reference: str) -> list[str]:
    """The keys of refunds that were reserved and not carried out yet, oldest first."""
    return list(
        db.session.scalars(
            sa.select(Refund.key)
            .join(PaymentAttempt, PaymentAttempt.id == Refund.attempt_id)
            .where(PaymentAttempt.reference == reference, Refund.state == "pending")
            .order_by(Refund.id)
        )
    )


def refund_amount(key: str) -> int:
    """The minor units of the refund under this key; 0 when there is none."""
    return db.session.scalar(sa.select(Refund.amount_minor).where(Refund.key == key)) or 0
