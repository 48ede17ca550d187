"""The record of who did what, to what, from where and why. It is append-only: the database refuses everything else."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
import sqlalchemy.orm as so

from smartshop.kernel import clock, statements
from smartshop.kernel.db import Base
from smartshop.kernel.extensions import db
from smartshop.kernel.marks import Marks
from smartshop.kernel.prepared import Prepared

LONGEST_BROWSER = 60


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
    browser: so.Mapped[str] = so.mapped_column(sa.String(60), default="", server_default="")


class AuditRedaction(Base):
    """Each time that somebody's name was taken out of the log; while one is open, its transaction may change records."""

    __tablename__ = "audit_redactions"

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    at: so.Mapped[datetime]
    is_open: so.Mapped[bool]


@dataclass(frozen=True)
class Actor:
    """Who acts: a person, or the program itself (``person_id`` None)."""

    person_id: int | None
    label: str
    address: str = ""
    browser: str = ""


SYSTEM = Actor(None, "system")
RECORD = Prepared(sa.insert(AuditRecord))


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
            browser=actor.browser[:LONGEST_BROWSER],
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
    doer = {
        "actor_id": actor.person_id,
        "actor_label": actor.label,
        "address": actor.address,
        "browser": actor.browser[:LONGEST_BROWSER],
    }
    rows = [{"at": clock.now(), **doer, **vars(entry)} for entry in entries]
    if rows:
        statements.run(RECORD, rows)


def pseudonymise(*, person_id: int, pseudonym: str, marks: Marks) -> int:
    """Take an erased person out of the log: what was done stays, who they were does not; returns how many records changed.

    Records by them or about them lose their number and network address; their marks go from every record.
    """
    own = f"person:{person_id}"
    is_theirs = sa.or_(AuditRecord.actor_id == person_id, AuditRecord.subject == own)
    found = db.session.scalars(sa.select(AuditRecord).where(sa.or_(is_theirs, *_mentions(marks)))).all()
    with redaction():
        for entry in found:
            _hide(entry, person_id, pseudonym, marks)
    return len(found)


def _hide(entry: AuditRecord, person_id: int, pseudonym: str, marks: Marks) -> None:
    own = f"person:{person_id}"
    if entry.actor_id == person_id or (entry.actor_id is None and entry.subject == own):
        entry.address = entry.browser = ""
    if entry.actor_id == person_id:
        entry.actor_id, entry.actor_label = None, pseudonym
    entry.subject = f"person:{pseudonym}" if entry.subject == own else marks.hide(entry.subject)
    entry.actor_label, entry.reason = marks.hide(entry.actor_label), marks.hide(entry.reason)
    entry.before, entry.after = marks.hide(entry.before), marks.hide(entry.after)


def _mentions(marks: Marks) -> list[sa.ColumnElement[bool]]:
    plain = (AuditRecord.actor_label, AuditRecord.subject, AuditRecord.reason)
    written = (sa.cast(AuditRecord.before, sa.Text), sa.cast(AuditRecord.after, sa.Text))
    return [
        *(column.icontains(text, autoescape=True) for text in marks.texts for column in plain),
        *(
            column.icontains(json.dumps(text)[1:-1], autoescape=True)
            for text in marks.texts
            for column in written
        ),
    ]


@contextmanager
def redaction() -> Iterator[None]:
    """Let records be changed inside, in the caller's unit of work, so that a person who is erased leaves the log too.

    Who, to what, before and after may be replaced; when and what was done may not, and nothing may be deleted. That the
    log was opened is kept.
    """
    door = AuditRedaction(at=clock.now(), is_open=True)
    db.session.add(door)
    db.session.flush()
    yield
    db.session.flush()
    door.is_open = False
    db.session.flush()
