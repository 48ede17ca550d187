"""The audit log, searched."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from smartshop.insights.queries.counting import Condition, clamped
from smartshop.insights.queries.periods import midnight
from smartshop.insights.queries.reports.declared import Column, Report, plain
from smartshop.kernel.audit import AuditRecord
from smartshop.kernel.extensions import db
from smartshop.kernel.pages import Page


@dataclass(frozen=True)
class AuditRow:
    """One thing that was done."""

    id: int
    at: datetime
    actor_id: int | None
    actor: str
    action: str
    subject: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    reason: str
    address: str
    browser: str

    @property
    def changes(self) -> list[tuple[str, Any, Any]]:
        """What changed: its name, and what it was before and after; None where there is nothing to say."""
        names = dict.fromkeys([*self.before, *self.after])
        return [(name, self.before.get(name), self.after.get(name)) for name in names]


@dataclass(frozen=True)
class AuditSought:
    """Which records: part of the actor's name, an action, part of the subject, words anywhere, days. Empty means any.

    ``like`` are the actions that the words stand for where the log is shown, and no filter of their own.
    """

    actor: str = ""
    action: str = ""
    subject: str = ""
    words: str = ""
    since: date | None = None
    until: date | None = None
    like: tuple[str, ...] = ()

    @property
    def filters(self) -> dict[str, str]:
        """What was asked for, as text."""
        return {name: str(value) for name, value in vars(self).items() if value and name != "like"}


def page_of_records(sought: AuditSought, *, page: int = 1, size: int = 50) -> Page[AuditRow]:
    """The audit log, newest first; two queries."""
    total = db.session.scalar(sa.select(sa.func.count(AuditRecord.id)).where(*_conditions(sought))) or 0
    number = clamped(page, size, total)
    rows = db.session.execute(_records(sought).limit(size).offset((number - 1) * size))
    return Page([AuditRow(*row) for row in rows], number, size, total)


def actions() -> tuple[str, ...]:
    """Every action the log knows, by name; one query."""
    return tuple(db.session.scalars(sa.select(AuditRecord.action).distinct().order_by(AuditRecord.action)))


def report(sought: AuditSought) -> Report:
    """The records sought as a report, newest first, without holding them all in memory."""
    columns = (
        *plain("id", "at", "actor_id", "actor", "action", "subject"),
        Column("before", _facts("before")),
        Column("after", _facts("after")),
        *plain("reason", "address", "browser"),
    )
    return Report("audit", columns=lambda _wanted: columns, rows=lambda _wanted: _every(sought))


def _facts(name: str) -> Any:
    read = attrgetter(name)
    return lambda row: read(row) or None


def _every(sought: AuditSought) -> Iterator[AuditRow]:
    rows = db.session.execute(_records(sought), execution_options={"yield_per": 500})
    return (AuditRow(*row) for row in rows)


def _records(sought: AuditSought) -> sa.Select[Any]:
    names = (
        "id", "at", "actor_id", "actor_label", "action", "subject", "before", "after", "reason", "address", "browser",
    )  # fmt: skip
    return (
        sa.select(*(getattr(AuditRecord, name) for name in names))
        .where(*_conditions(sought))
        .order_by(AuditRecord.at.desc(), AuditRecord.id.desc())
    )


def _conditions(sought: AuditSought) -> list[Condition]:
    conditions: list[Condition] = []
    if sought.actor:
        conditions.append(AuditRecord.actor_label.icontains(sought.actor, autoescape=True))
    if sought.action:
        conditions.append(AuditRecord.action == sought.action)
    if sought.subject:
        conditions.append(AuditRecord.subject.icontains(sought.subject, autoescape=True))
    if sought.words:
        conditions.append(sa.or_(_mentions(sought.words), AuditRecord.action.in_(sought.like)))
    if sought.since:
        conditions.append(AuditRecord.at >= midnight(sought.since))
    if sought.until:
        conditions.append(AuditRecord.at < midnight(sought.until) + timedelta(days=1))
    return conditions


def _mentions(words: str) -> Condition:
    """The words in what was done, before, after, or why; facts are kept as JSON, with other letters escaped."""
    escaped = json.dumps(words)[1:-1]
    plain_text = (AuditRecord.action, AuditRecord.subject, AuditRecord.reason, AuditRecord.actor_label)
    facts = (sa.cast(AuditRecord.before, sa.Text), sa.cast(AuditRecord.after, sa.Text))
    return sa.or_(
        *(column.icontains(words, autoescape=True) for column in plain_text),
        *(column.icontains(escaped, autoescape=True) for column in facts),
    )
