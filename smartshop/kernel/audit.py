"""The append-only record of who did what, to what, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
import sqlalchemy.orm as so

from smartshop.kernel import clock
from smartshop.kernel.db import Base
from smartshop.kernel.extensions import db


class AuditRecord(Base):
    __tablename__ = "audit_records"

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    at: so.Mapped[datetime] = so.mapped_column(index=True)
    actor_id: so.Mapped[int | None] = so.mapped_column(index=True)
    actor_label: so.Mapped[str] = so.mapped_column(sa.String(255))
    action: so.Mapped[str] = so.mapped_column(sa.String(60), index=True)
    subject: so.Mapped[str] = so.mapped_column(sa.String(120), index=True)
    before: so.Mapped[dict[str, Any]] = so.mapped_column(default=dict)
    after: so.Mapped[dict[str, Any]] = so.mapped_column(default=dict)
    reason: so.Mapped[str] = so.mapped_column(sa.String(500), default="")
    address: so.Mapped[str] = so.mapped_column(sa.String(45), default="")


@dataclass(frozen=True)
class Actor:
    """Who acts: a person, or the program itself (``person_id`` None)."""

    person_id: int | None
    label: str
    address: str = ""


SYSTEM = Actor(None, "system")


def record(
    *,
    actor: Actor,
    action: str,
    subject: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Add to the audit log, inside the caller's unit of work."""
    db.session.add(
        AuditRecord(
            at=clock.now(),
            actor_id=actor.person_id,
            actor_label=actor.label,
            action=action,
            subject=subject,
            before=before or {},
            after=after or {},
            reason=reason,
            address=actor.address,
        )
    )


@dataclass(frozen=True)
class Entry:
    """One thing that was done, as ``record`` takes it."""

    action: str
    subject: str
    before: dict[str, Any]
    after: dict[str, Any]
    reason: str = ""


def record_many(*, actor: Actor, entries: Iterable[Entry]) -> None:
    """Add many entries to the audit log at once, inside the caller's unit of work."""
    doer = {"actor_id": actor.person_id, "actor_label": actor.label, "address": actor.address}
    rows = [{"at": clock.now(), **doer, **vars(entry)} for entry in entries]
    if rows:
        db.session.execute(sa.insert(AuditRecord), rows)
