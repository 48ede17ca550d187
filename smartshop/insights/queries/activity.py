"""What customers did and what staff changed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from smartshop.activity.models import Event
from smartshop.catalog.models import Product
from smartshop.identity.models import Person
from smartshop.insights.queries.counting import Condition, clamped
from smartshop.insights.queries.periods import midnight
from smartshop.kernel.audit import AuditRecord
from smartshop.kernel.extensions import db
from smartshop.kernel.pages import Page


@dataclass(frozen=True)
class EventRow:
    """Something a visitor did; who they are is known when they were signed in."""

    at: datetime
    kind: str
    visitor_id: str
    person_id: int | None
    name: str | None
    email: str | None
    product_id: int | None
    product: str | None
    value: int | None
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class ChangeRow:
    """Something staff, a command or the program itself did."""

    at: datetime
    actor_id: int | None
    actor: str
    action: str
    subject: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    reason: str


@dataclass(frozen=True)
class ActivitySought:
    """Which records: a kind of event or an action, a person by number or by words of their name or address, days.

    None or empty means any. ``is_security`` leaves only what concerns signing in, accounts and roles.
    """

    kind: str = ""
    person_id: int | None = None
    since: date | None = None
    until: date | None = None
    words: str = ""
    is_security: bool = False


SECURITY = (
    "sign_in.",
    "code.",
    "password.",
    "two_factor.",
    "recovery_code.",
    "email.asked",
    "email.changed",
    "email.undone",
    "role.",
    "person.",
    "invitation.",
)
"""How the names of actions begin that concern who gets in and what they may do."""


def page_of_events(sought: ActivitySought, *, page: int = 1, size: int = 50) -> Page[EventRow]:
    """Events, newest first; two queries."""
    total = db.session.scalar(sa.select(sa.func.count(Event.id)).where(*_of_events(sought))) or 0
    number = clamped(page, size, total)
    rows = db.session.execute(_events(sought).limit(size).offset((number - 1) * size))
    return Page([EventRow(*row) for row in rows], number, size, total)


def every_event(sought: ActivitySought) -> Iterator[EventRow]:
    """Every event sought, newest first, without holding them all in memory; one query."""
    rows = db.session.execute(_events(sought), execution_options={"yield_per": 500})
    return (EventRow(*row) for row in rows)


def page_of_changes(sought: ActivitySought, *, page: int = 1, size: int = 50) -> Page[ChangeRow]:
    """The audit log, newest first; two queries."""
    total = db.session.scalar(sa.select(sa.func.count(AuditRecord.id)).where(*_of_changes(sought))) or 0
    number = clamped(page, size, total)
    rows = db.session.execute(_changes(sought).limit(size).offset((number - 1) * size))
    return Page([ChangeRow(*row) for row in rows], number, size, total)


def every_change(sought: ActivitySought) -> Iterator[ChangeRow]:
    """The whole audit log sought, newest first, without holding it all in memory; one query."""
    rows = db.session.execute(_changes(sought), execution_options={"yield_per": 500})
    return (ChangeRow(*row) for row in rows)


def actions(*, is_security: bool = False) -> tuple[str, ...]:
    """Every action the audit log knows, or those of security, by name; one query."""
    conditions = [_is_security()] if is_security else []
    found = sa.select(AuditRecord.action).where(*conditions).distinct().order_by(AuditRecord.action)
    return tuple(db.session.scalars(found))


def _is_security() -> Condition:
    return sa.or_(*(AuditRecord.action.startswith(start, autoescape=True) for start in SECURITY))


def _named(words: str) -> sa.Select[int]:
    is_like = (column.icontains(words, autoescape=True) for column in (Person.name, Person.email))
    return sa.select(Person.id).where(sa.or_(*is_like))


def _events(sought: ActivitySought) -> sa.Select[Any]:
    return (
        sa.select(
            Event.at, Event.kind, Event.visitor_id, Event.person_id, Person.name, Person.email,
            Event.product_id, Product.name, Event.value, Event.facts,
        )
        .outerjoin(Person, Person.id == Event.person_id)
        .outerjoin(Product, Product.id == Event.product_id)
        .where(*_of_events(sought))
        .order_by(Event.at.desc(), Event.id.desc())
    )  # fmt: skip


def _changes(sought: ActivitySought) -> sa.Select[Any]:
    names = ("at", "actor_id", "actor_label", "action", "subject", "before", "after", "reason")
    return (
        sa.select(*(getattr(AuditRecord, name) for name in names))
        .where(*_of_changes(sought))
        .order_by(AuditRecord.at.desc(), AuditRecord.id.desc())
    )


def _of_events(sought: ActivitySought) -> list[Condition]:
    conditions = _between(Event.at, sought)
    if sought.kind:
        conditions.append(Event.kind == sought.kind)
    if sought.person_id is not None:
        conditions.append(Event.person_id == sought.person_id)
    if sought.words:
        conditions.append(Event.person_id.in_(_named(sought.words)))
    return conditions


def _of_changes(sought: ActivitySought) -> list[Condition]:
    conditions = _between(AuditRecord.at, sought)
    if sought.kind:
        conditions.append(AuditRecord.action == sought.kind)
    if sought.person_id is not None:
        theirs = AuditRecord.subject == f"person:{sought.person_id}"
        conditions.append(sa.or_(AuditRecord.actor_id == sought.person_id, theirs))
    if sought.words:
        about = sa.select("person:" + sa.cast(Person.id, sa.String)).where(
            Person.id.in_(_named(sought.words))
        )
        conditions.append(
            sa.or_(AuditRecord.actor_id.in_(_named(sought.words)), AuditRecord.subject.in_(about))
        )
    if sought.is_security:
        conditions.append(_is_security())
    return conditions


def _between(column: Any, sought: ActivitySought) -> list[Condition]:
    conditions: list[Condition] = []
    if sought.since:
        conditions.append(column >= midnight(sought.since))
    if sought.until:
        conditions.append(column < midnight(sought.until) + timedelta(days=1))
    return conditions
