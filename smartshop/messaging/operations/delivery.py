"""Sending what is due, each e-mail by one process, outside any transaction."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
import structlog
from flask_mailman import EmailMultiAlternatives

from smartshop.kernel import clock
from smartshop.kernel.extensions import db, mail
from smartshop.kernel.sealing import Seal
from smartshop.kernel.uow import unit_of_work
from smartshop.messaging import queries
from smartshop.messaging.models import Email
from smartshop.messaging.rules import letters

log = structlog.get_logger(__name__)
CLAIMED_FOR = timedelta(minutes=5)


@dataclass(frozen=True)
class Delivery:
    """How many e-mails were sent, and how many could not be this time."""

    sent: int
    failed: int


def deliver_due(
    *, templates: Path, sender: str, shop_name: str, base_url: str, seal: Seal, limit: int = 200
) -> Delivery:
    """Send every e-mail that is due. One that fails waits longer each time and gives up after eight attempts."""
    sent = failed = 0
    surroundings = {"shop_name": shop_name, "base_url": base_url.rstrip("/")}
    own = queries.own_wordings()
    for email_id in _due(limit):
        email = _claim(email_id)
        if email is None:
            continue
        try:
            facts = {**surroundings, **seal.opened(email.facts)}
            _send(email, letters.render(templates, email.kind, facts, own.get(email.kind)), sender)
        except Exception as error:
            log.warning("email_failed", email_id=email_id, kind=email.kind, exc_info=True)
            _note_failure(email_id, repr(error))
            failed += 1
        else:
            _note_success(email_id)
            sent += 1
    return Delivery(sent, failed)


def _due(limit: int) -> list[int]:
    statement = (
        sa.select(Email.id)
        .where(Email.state == "queued", Email.next_attempt_at <= clock.now())
        .order_by(Email.next_attempt_at, Email.id)
        .limit(limit)
    )
    return list(db.session.scalars(statement))


def _claim(email_id: int) -> Email | None:
    """Take one e-mail for this process: pushing its next attempt away is the claim."""
    moment = clock.now()
    with unit_of_work():
        claimed = db.session.execute(
            sa.update(Email)
            .where(Email.id == email_id, Email.state == "queued", Email.next_attempt_at <= moment)
            .values(next_attempt_at=moment + CLAIMED_FOR, attempts=Email.attempts + 1)
            .execution_options(synchronize_session=False)
        )
        is_ours = bool(claimed.rowcount)  # type: ignore[attr-defined]
        return db.session.get(Email, email_id, populate_existing=True) if is_ours else None


def _send(email: Email, letter: letters.Letter, sender: str) -> None:
    message = EmailMultiAlternatives(letter.subject, letter.text, sender, [email.recipient])
    message.attach_alternative(letter.html, "text/html")
    with mail.get_connection() as connection:
        connection.send_messages([message])


def _note_success(email_id: int) -> None:
    with unit_of_work():
        db.session.execute(
            sa.update(Email)
            .where(Email.id == email_id)
            .values(state="sent", sent_at=clock.now(), last_error="")
        )


def _note_failure(email_id: int, problem: str) -> None:
    with unit_of_work():
        email = db.session.get(Email, email_id, populate_existing=True)
        if email is None:
            return
        email.last_error = problem[:500]
        email.next_attempt_at = clock.now() + letters.wait_after(email.attempts)
        if email.attempts >= letters.MOST_ATTEMPTS:
            email.state = "failed"
