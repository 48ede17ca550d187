"""What providers report by themselves, kept once."""

import sqlalchemy as sa

from smartshop.kernel import clock
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.payments.models import WebhookEvent
from smartshop.payments.rules.reports import Report


def keep(*, report: Report, effect: str) -> None:
    """Write an event down in the unit of its effect.

    Raises IntegrityError when it is known already: the effect is then undone with it.
    """
    with unit_of_work():
        db.session.add(
            WebhookEvent(
                provider=report.provider,
                provider_event_id=report.event_id,
                kind=report.kind[:80],
                reference=report.reference[:200],
                effect=effect,
                received_at=clock.now(),
            )
        )
        db.session.flush()


def settle_by_hand(*, reference: str) -> int:
    """Somebody has looked at the reports of another amount than was asked for; returns how many there were."""
    with unit_of_work():
        waiting = sa.update(WebhookEvent).where(
            WebhookEvent.reference == reference, WebhookEvent.effect == "amount"
        )
        changed = db.session.scalars(waiting.values(effect="looked_at").returning(WebhookEvent.id))
        return len(changed.all())
