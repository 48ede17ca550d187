"""The payment attempts behind a reference."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from smartshop.kernel.extensions import db
from smartshop.payments.models import PaymentAttempt


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
