"""The payment attempts behind a reference."""

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
