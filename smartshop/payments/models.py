"""Payment attempts. A payment knows no order, only a reference."""

from datetime import datetime

import sqlalchemy as sa
import sqlalchemy.orm as so

from smartshop.kernel.db import Base

STATES = ("pending", "authorized", "captured", "declined", "failed")


class PaymentAttempt(Base):
    __tablename__ = "payment_attempts"
    __table_args__ = (
        sa.CheckConstraint(f"state IN {STATES}", name="state_is_known"),
        sa.CheckConstraint("amount_minor >= 0", name="amount_not_negative"),
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
    created_at: so.Mapped[datetime]
    settled_at: so.Mapped[datetime | None]
