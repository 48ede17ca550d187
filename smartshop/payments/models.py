"""Payment attempts, refunds and what providers reported or refused. A payment knows no order, only a reference."""

from datetime import datetime

import sqlalchemy as sa
import sqlalchemy.orm as so

from smartshop.kernel.db import Base

STATES = ("pending", "authorized", "captured", "declined", "failed")
REFUND_STATES = ("pending", "done", "failed")
ASKED = ("payment", "refund")


class PaymentAttempt(Base):
    __tablename__ = "payment_attempts"
    __table_args__ = (
        sa.CheckConstraint(f"state IN {STATES}", name="state_is_known"),
        sa.CheckConstraint("amount_minor >= 0", name="amount_not_negative"),
        sa.CheckConstraint("refunded_minor BETWEEN 0 AND amount_minor", name="refunded_within_amount"),
        sa.UniqueConstraint("gateway", "provider_reference"),
    )

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    reference: so.Mapped[str] = so.mapped_column(sa.String(80), index=True)
    gateway: so.Mapped[str] = so.mapped_column(sa.String(40))
    provider_reference: so.Mapped[str | None] = so.mapped_column(sa.String(120))
    state: so.Mapped[str] = so.mapped_column(sa.String(12), default="pending")
    amount_minor: so.Mapped[int] = so.mapped_column(sa.BigInteger)
    currency: so.Mapped[str] = so.mapped_column(sa.String(3))
    message: so.Mapped[str] = so.mapped_column(sa.String(255), default="")
    page_url: so.Mapped[str] = so.mapped_column(sa.Text, default="", server_default="")
    """The provider's page where the customer pays, while they may."""
    created_at: so.Mapped[datetime]
    settled_at: so.Mapped[datetime | None]
    refunded_minor: so.Mapped[int] = so.mapped_column(sa.BigInteger, default=0, server_default="0")
    """What was given back, with what is on its way back."""


class Refund(Base):
    """Money on its way back, or back. The key names one intention: asked twice, it is refunded once."""

    __tablename__ = "refunds"
    __table_args__ = (
        sa.CheckConstraint(f"state IN {REFUND_STATES}", name="state_is_known"),
        sa.CheckConstraint("amount_minor > 0", name="amount_positive"),
    )

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    attempt_id: so.Mapped[int] = so.mapped_column(sa.ForeignKey("payment_attempts.id"), index=True)
    key: so.Mapped[str] = so.mapped_column(sa.String(80), unique=True)
    amount_minor: so.Mapped[int] = so.mapped_column(sa.BigInteger)
    state: so.Mapped[str] = so.mapped_column(sa.String(10), default="pending")
    provider_reference: so.Mapped[str | None] = so.mapped_column(sa.String(120))
    message: so.Mapped[str] = so.mapped_column(sa.String(255), default="")
    created_at: so.Mapped[datetime]
    settled_at: so.Mapped[datetime | None]


class WebhookEvent(Base):
    """An event a provider reported. It is written with its effect, so that it has one once."""

    __tablename__ = "webhook_events"
    __table_args__ = (sa.UniqueConstraint("provider", "provider_event_id"),)

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    provider: so.Mapped[str] = so.mapped_column(sa.String(20))
    provider_event_id: so.Mapped[str] = so.mapped_column(sa.String(255))
    kind: so.Mapped[str] = so.mapped_column(sa.String(80))
    reference: so.Mapped[str] = so.mapped_column(sa.String(200), default="", index=True)
    effect: so.Mapped[str] = so.mapped_column(sa.String(20))
    """What it did; ``amount`` waits for somebody to look at it, and is ``looked_at`` then."""
    received_at: so.Mapped[datetime]


class KeyRefusal(Base):
    """A provider refuses the shop's key for what is asked here; the row goes when it takes it again."""

    __tablename__ = "key_refusals"
    __table_args__ = (sa.CheckConstraint(f"asked IN {ASKED}", name="asked_is_known"),)

    gateway: so.Mapped[str] = so.mapped_column(sa.String(40), primary_key=True)
    asked: so.Mapped[str] = so.mapped_column(sa.String(10), primary_key=True)
    key_ending: so.Mapped[str] = so.mapped_column(sa.String(4))
    """The last characters of the key, by which another one is told from it."""
    is_known: so.Mapped[bool]
    """Whether the provider knows the key, and only does not let it do this."""
    message: so.Mapped[str] = so.mapped_column(sa.String(255))
    since: so.Mapped[datetime]
