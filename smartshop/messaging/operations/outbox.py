"""Queueing e-mails, inside the transaction that causes them."""

from typing import Any

import sqlalchemy as sa

from smartshop.kernel import audit, clock, statements
from smartshop.kernel.errors import Conflict, NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.prepared import Prepared
from smartshop.kernel.uow import unit_of_work
from smartshop.messaging.models import Email

QUEUE = Prepared(sa.insert(Email))


def enqueue(*, kind: str, recipient: str, facts: dict[str, Any], person_id: int | None = None) -> None:
    """Queue an e-mail of this kind (a folder of ``templates/email``) with the facts its template shows."""
    with unit_of_work():
        moment = clock.now()
        statements.run(
            QUEUE,
            {
                "kind": kind,
                "recipient": recipient,
                "person_id": person_id,
                "facts": facts,
                "created_at": moment,
                "next_attempt_at": moment,
            },
        )


def welcome(*, recipient: str, name: str, person_id: int) -> None:
    """Queue the e-mail that greets a new account."""
    enqueue(kind="welcome", recipient=recipient, person_id=person_id, facts={"name": name})


def resend(*, email_id: int, actor: audit.Actor) -> None:
    """Queue an e-mail once more, with the facts it had; the log keeps both.

    Raises NotFound, and Conflict while it is still queued.
    """
    with unit_of_work():
        email = db.session.get(Email, email_id)
        if email is None:
            raise NotFound("There is no such e-mail.")
        if email.state == "queued":
            raise Conflict("This e-mail is queued already: it is sent by itself.")
        enqueue(kind=email.kind, recipient=email.recipient, facts=email.facts, person_id=email.person_id)
        audit.record(
            actor=actor, action="email.resent", subject=f"email:{email_id}", after={"kind": email.kind}
        )
