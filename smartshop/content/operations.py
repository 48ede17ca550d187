"""Pages of text that staff writes, orders and takes away."""

from dataclasses import asdict
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from smartshop.content import rules
from smartshop.content.models import TextPage
from smartshop.content.rules import PageFacts
from smartshop.kernel import audit, clock
from smartshop.kernel.errors import Conflict, Invalid, NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work


class PageOutOfDate(Conflict):
    """Somebody else saved the page meanwhile."""

    code = "out_of_date"


def create(*, facts: PageFacts, actor: audit.Actor) -> int:
    """A new page, last of all; returns its id.

    Raises Invalid.
    """
    facts = rules.checked(facts)
    with unit_of_work():
        last = db.session.scalar(sa.select(sa.func.max(TextPage.position))) or 0
        made = TextPage(**asdict(facts), position=last + 1, updated_at=clock.now())
        db.session.add(made)
        _flush()
        audit.record(actor=actor, action="page.created", subject=f"page:{made.id}", after=asdict(facts))
        return made.id


def change(*, page_id: int, seen: datetime, facts: PageFacts, actor: audit.Actor) -> None:
    """Change a page; ``seen`` is the ``updated_at`` of the form.

    Raises Invalid, NotFound, PageOutOfDate.
    """
    facts = rules.checked(facts)
    with unit_of_work():
        row = _find(_held(), page_id)
        if row.updated_at != seen:
            raise PageOutOfDate(
                "Somebody else saved this page since you opened it. Your words are still here: compare them, and "
                "save again to keep them."
            )
        wanted = asdict(facts)
        before = {name: getattr(row, name) for name in wanted if getattr(row, name) != wanted[name]}
        if not before:
            return
        for name in before:
            setattr(row, name, wanted[name])
        row.updated_at = max(clock.now(), row.updated_at + timedelta(microseconds=1))
        _flush()
        after = {name: wanted[name] for name in before}
        audit.record(
            actor=actor, action="page.changed", subject=f"page:{page_id}", before=before, after=after
        )


def move(*, page_id: int, is_up: bool, actor: audit.Actor) -> None:
    """Swap a page with the one before it, or behind it; at the end of the row nothing happens.

    Raises NotFound.
    """
    with unit_of_work():
        rows = _held()
        place = rows.index(_find(rows, page_id))
        other = place + (-1 if is_up else 1)
        if not 0 <= other < len(rows):
            return
        rows[place], rows[other] = rows[other], rows[place]
        for number, row in enumerate(rows, 1):
            row.position = number
        order = [row.slug for row in rows]
        audit.record(actor=actor, action="page.ordered", subject=f"page:{page_id}", after={"order": order})


def remove(*, page_id: int, actor: audit.Actor) -> None:
    """Take a page away for good; the audit log keeps its words.

    Raises NotFound.
    """
    with unit_of_work():
        row = _find(_held(), page_id)
        before = {"title": row.title, "slug": row.slug, "body": row.body}
        db.session.delete(row)
        audit.record(actor=actor, action="page.removed", subject=f"page:{page_id}", before=before)


def _held() -> list[TextPage]:
    """Every page in order; others who change one wait."""
    held = sa.select(TextPage).order_by(TextPage.id).with_for_update()
    found = db.session.scalars(held.execution_options(populate_existing=True)).all()
    return sorted(found, key=lambda row: (row.position, row.id))


def _find(rows: list[TextPage], page_id: int) -> TextPage:
    found = next((row for row in rows if row.id == page_id), None)
    if found is None:
        raise NotFound("There is no such page. Somebody may have taken it away.")
    return found


def _flush() -> None:
    try:
        db.session.flush()
    except IntegrityError as error:
        text = "Another page has this address already. Choose another."
        raise Invalid(text, {"slug": text}) from error
