"""The outbox: e-mails queued in the transaction that causes them; and the words the shop chose for them."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
import sqlalchemy.orm as so

from smartshop.kernel.db import Base
from smartshop.messaging.rules.letters import STATES


class Email(Base):
    __tablename__ = "emails"
    __table_args__ = (
        sa.CheckConstraint(f"state IN {STATES}", name="state_is_known"),
        sa.Index("ix_emails_due", "state", "next_attempt_at"),
    )

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    kind: so.Mapped[str] = so.mapped_column(sa.String(40))
    recipient: so.Mapped[str] = so.mapped_column(sa.String(254))
    person_id: so.Mapped[int | None] = so.mapped_column(
        sa.ForeignKey("people.id", ondelete="SET NULL"), index=True
    )
    facts: so.Mapped[dict[str, Any]]
    state: so.Mapped[str] = so.mapped_column(sa.String(10), default="queued")
    attempts: so.Mapped[int] = so.mapped_column(default=0)
    created_at: so.Mapped[datetime]
    next_attempt_at: so.Mapped[datetime]
    sent_at: so.Mapped[datetime | None]
    last_error: so.Mapped[str] = so.mapped_column(sa.String(500), default="")


class EmailTemplate(Base):
    """The shop's own words for a kind of e-mail, in place of those in ``templates/email``."""

    __tablename__ = "email_templates"

    kind: so.Mapped[str] = so.mapped_column(sa.String(40), primary_key=True)
    subject: so.Mapped[str] = so.mapped_column(sa.String(200))
    text: so.Mapped[str] = so.mapped_column(sa.Text)
    html: so.Mapped[str] = so.mapped_column(sa.Text)
    changed_at: so.Mapped[datetime]
