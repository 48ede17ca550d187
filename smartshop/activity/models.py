"""Events: what people did in the shop."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
import sqlalchemy.orm as so

from smartshop.kernel.db import Base


class Event(Base):
    __tablename__ = "events"
    __table_args__ = (
        sa.Index("ix_events_person_at", "person_id", "at"),
        sa.Index("ix_events_kind_at", "kind", "at"),
    )

    id: so.Mapped[int] = so.mapped_column(
        sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True
    )
    at: so.Mapped[datetime] = so.mapped_column(index=True)
    kind: so.Mapped[str] = so.mapped_column(sa.String(20))
    visitor_id: so.Mapped[str] = so.mapped_column(sa.String(32))
    session_id: so.Mapped[str] = so.mapped_column(sa.String(32), default="")
    person_id: so.Mapped[int | None] = so.mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    product_id: so.Mapped[int | None] = so.mapped_column(sa.ForeignKey("products.id", ondelete="SET NULL"))
    value: so.Mapped[int | None] = so.mapped_column(sa.BigInteger)
    facts: so.Mapped[dict[str, Any]] = so.mapped_column(default=dict)
