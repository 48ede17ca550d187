"""The payment attempts and refunds behind a reference."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from smartshop.kernel import statements
from smartshop.kernel.extensions import db
from smartshop.kernel.prepared import Prepared
from smartshop.payments.models import KeyRefusal, PaymentAttempt, Refund, WebhookEvent
from smartshop.payments.rules import gateways

UNANSWERED = Prepared(
    sa.select(
        PaymentAttempt.reference,
        PaymentAttempt.id,
        PaymentAttempt.provider_reference,
        PaymentAttempt.page_url,
    )
    .where(
        PaymentAttempt.reference.in_(sa.bindparam("references", expanding=True)),
        PaymentAttempt.settled_at.is_(None),
    )
    .order_by(PaymentAttempt.id)
)

UNANSWERED_REFERENCES = sa.select(PaymentAttempt.reference).where(PaymentAttempt.settled_at.is_(None))
"""What is still asked of gateways."""


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


@dataclass(frozen=True)
class OpenAttempt:
    """An attempt that no gateway has answered yet."""

    attempt_id: int
    provider_reference: str
    page_url: str
    """The provider's page to pay on, if that is how it is paid."""


def open_attempts(references: Collection[str]) -> dict[str, OpenAttempt]:
    """The latest unanswered attempt by reference; references without one are left out."""
    rows = statements.run(UNANSWERED, {"references": list(references)})
    return {row[0]: OpenAttempt(row[1], row[2] or "", row[3]) for row in rows}


def page_to_pay(reference: str) -> str:
    """The provider's page where this reference is still to be paid, if any."""
    attempt = open_attempts([reference]).get(reference)
    return attempt.page_url if attempt else ""


def last_attempt(reference: str) -> int | None:
    """The id of the latest attempt to pay this reference."""
    return db.session.scalar(
        sa.select(sa.func.max(PaymentAttempt.id)).where(PaymentAttempt.reference == reference)
    )


def with_pending_refunds() -> list[str]:
    """The references of which money is still on its way back."""
    return list(
        db.session.scalars(
            sa.select(PaymentAttempt.reference)
            .distinct()
            .join(Refund, Refund.attempt_id == PaymentAttempt.id)
            .where(Refund.state == "pending")
            .order_by(PaymentAttempt.reference)
        )
    )


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


@dataclass(frozen=True)
class Misreport:
    """A report of another amount than was asked for, which nobody has looked at."""

    provider: str
    event_id: str
    received_at: datetime


def misreports(reference: str) -> list[Misreport]:
    """The reports under this reference that somebody must look at, oldest first."""
    rows = db.session.execute(
        sa.select(WebhookEvent.provider, WebhookEvent.provider_event_id, WebhookEvent.received_at)
        .where(WebhookEvent.reference == reference, WebhookEvent.effect == "amount")
        .order_by(WebhookEvent.id)
    )
    return [Misreport(*row) for row in rows]


@dataclass(frozen=True)
class RefusedKey:
    """The key that the shop uses is refused by its provider, for payments or for refunds (``asked``)."""

    gateway: str
    asked: str
    key_ending: str
    is_known: bool
    message: str
    since: datetime


def refused_keys() -> list[RefusedKey]:
    """The keys in use that were refused when they were last used; one that was replaced since is none of them."""
    rows = db.session.scalars(sa.select(KeyRefusal).order_by(KeyRefusal.gateway, KeyRefusal.asked))
    found = []
    for row in rows:
        way: object = gateways.GATEWAYS.get(row.gateway)
        if isinstance(way, gateways.Keyed) and way.key_ending == row.key_ending:
            found.append(
                RefusedKey(row.gateway, row.asked, row.key_ending, row.is_known, row.message, row.since)
            )
    return found
