"""The log of e-mails, and the words in use."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from smartshop.kernel.extensions import db
from smartshop.kernel.pages import Page
from smartshop.messaging.models import Email, EmailTemplate
from smartshop.messaging.rules.letters import Wording


@dataclass(frozen=True)
class EmailRow:
    """An e-mail in the log."""

    id: int
    kind: str
    recipient: str
    state: str
    attempts: int
    created_at: datetime
    next_attempt_at: datetime
    sent_at: datetime | None
    last_error: str


def page_of_emails(*, state: str = "", kind: str = "", page: int = 1, size: int = 50) -> Page[EmailRow]:
    """The log, newest first; empty means any."""
    conditions = [column == value for column, value in ((Email.state, state), (Email.kind, kind)) if value]
    total = db.session.scalar(sa.select(sa.func.count(Email.id)).where(*conditions)) or 0
    number = min(max(1, page), max(1, -(-total // size)))
    columns = [getattr(Email, name) for name in EmailRow.__dataclass_fields__]
    rows = db.session.execute(
        sa.select(*columns)
        .where(*conditions)
        .order_by(Email.id.desc())
        .limit(size)
        .offset((number - 1) * size)
    )
    return Page([EmailRow(*row) for row in rows], number, size, total)


def failed_count() -> int:
    """How many e-mails were given up."""
    return db.session.scalar(sa.select(sa.func.count(Email.id)).where(Email.state == "failed")) or 0


def own_wordings() -> dict[str, Wording]:
    """The shop's own words by kind."""
    rows = db.session.execute(
        sa.select(EmailTemplate.kind, EmailTemplate.subject, EmailTemplate.text, EmailTemplate.html)
    )
    return {kind: Wording(subject, text, html) for kind, subject, text, html in rows}
