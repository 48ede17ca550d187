"""Forgetting what has been kept for long enough."""

from dataclasses import dataclass
from datetime import timedelta

from smartshop.activity import operations as activity
from smartshop.catalog.operations import misses
from smartshop.insights.operations import segmenting
from smartshop.kernel import clock
from smartshop.messaging.operations import forgetting as messages
from smartshop.orders.operations import forgetting as orders


@dataclass(frozen=True)
class Keeping:
    """For how many days what is kept."""

    events: int
    emails: int
    searches: int
    unpaid: int
    moves: int


@dataclass(frozen=True)
class Forgotten:
    """How many rows of what are gone, or hold nobody any more."""

    events: int
    emails: int
    searches: int
    unpaid: int
    moves: int


def forget_old(keeping: Keeping) -> Forgotten:
    """Delete old events, e-mails, fruitless searches and moves between segments, and take people out of orders that were never paid."""
    now = clock.now()
    return Forgotten(
        events=activity.forget_old(before=now - timedelta(days=keeping.events)),
        emails=messages.forget_old(before=now - timedelta(days=keeping.emails)),
        searches=misses.forget_old(before=now - timedelta(days=keeping.searches)),
        unpaid=orders.forget_unpaid(before=now - timedelta(days=keeping.unpaid)),
        moves=segmenting.forget_old_moves(before=now - timedelta(days=keeping.moves)),
    )
