"""Queueing e-mails, inside the transaction that causes them."""

from typing import Any

from smartshop.kernel import clock
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.messaging.models import Email


def enqueue(*, kind: str, recipient: str, facts: dict[str, Any], person_id: int | None = None) -> None:
    """Queue an e-mail of this kind (a folder of ``templates/email``) with the facts its template shows."""
    with unit_of_work():
        moment = clock.now()
        db.session.add(
            Email(
                kind=kind,
                recipient=recipient,
                person_id=person_id,
                facts=facts,
                created_at=moment,
                next_attempt_at=moment,
            )
        )
