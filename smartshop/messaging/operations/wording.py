"""Wording e-mails anew, and going back."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from smartshop.kernel import audit, clock
from smartshop.kernel.errors import Invalid, NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.messaging.models import EmailTemplate
from smartshop.messaging.rules import letters
from smartshop.messaging.rules.letters import Wording


def word(*, folder: Path, kind: str, own: Wording, facts: Mapping[str, Any], actor: audit.Actor) -> None:
    """Use these words for a kind of e-mail from now on, once they make a letter of the sample facts.

    Raises NotFound, and Invalid with a message per part.
    """
    require_kind(folder, kind)
    problems = letters.problems(folder, kind, own, facts)
    if problems:
        raise Invalid("These words do not make a letter yet. Please correct the marked fields.", problems)
    with unit_of_work():
        row = db.session.get(EmailTemplate, kind, with_for_update=True)
        before = {"subject": row.subject, "text": row.text, "html": row.html} if row else {}
        if row is None:
            row = EmailTemplate(kind=kind, subject="", text="", html="", changed_at=clock.now())
            db.session.add(row)
        row.subject, row.text, row.html, row.changed_at = own.subject, own.text, own.html, clock.now()
        audit.record(
            actor=actor, action="email.worded", subject=f"email:{kind}", before=before, after=asdict(own)
        )


def reset(*, folder: Path, kind: str, actor: audit.Actor) -> None:
    """Go back to the words the program comes with.

    Raises NotFound.
    """
    require_kind(folder, kind)
    with unit_of_work():
        row = db.session.get(EmailTemplate, kind, with_for_update=True)
        if row is None:
            return
        before = {"subject": row.subject, "text": row.text, "html": row.html}
        db.session.delete(row)
        audit.record(actor=actor, action="email.reset", subject=f"email:{kind}", before=before)


def require_kind(folder: Path, kind: str) -> None:
    """Raise NotFound when there is no such kind of e-mail."""
    if kind not in letters.kinds(folder):
        raise NotFound("There is no such kind of e-mail.")
