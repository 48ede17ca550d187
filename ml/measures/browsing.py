"""What a customer looked at and left behind, as known at each moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ibis import _

from ml.measures.orders import KEY
from ml.measures.timing import days, first_moment, opened, second, since_first

if TYPE_CHECKING:
    from collections.abc import Sequence

WINDOW_DAYS, LATELY_DAYS = 90, 30


def recent(events: Any, at: Sequence[int]) -> Any:
    """visits_90, views_90, searches_90, carts_left_90, looks_90, and visits_30: what happened before the moment."""
    placed = events.filter(events.session_id != "").select(
        "customer_id", "session_id", "kind", known=second(events["at"])
    )  # fmt: skip
    sessions = opened(placed, at, within_days=WINDOW_DAYS).group_by(*KEY, "session_id").agg(
        views=(_.kind == "view").cast("int64").sum(),
        searches=(_.kind == "search").cast("int64").sum(),
        added=(_.kind == "cart_add").ifelse(_.known, None).max(),
        ordered=(_.kind == "order").ifelse(_.known, None).max(),
        latest=_.known.max(),
    )  # fmt: skip
    is_left = sessions.added.notnull() & (sessions.ordered.isnull() | (sessions.ordered < sessions.added))
    is_late = sessions["at"] - sessions.latest <= days(LATELY_DAYS)
    told = {"left": is_left, "late": is_late, "looked": sessions.ordered.isnull()}
    counted = sessions.mutate(**{name: each.cast("int64") for name, each in told.items()})
    return counted.group_by(KEY).agg(
        visits_90=_.count(), views_90=_.views.sum(), searches_90=_.searches.sum(), carts_left_90=_.left.sum(),
        visits_30=_.late.sum(), looks_90=_.looked.sum(),
    )  # fmt: skip


def last_seen(events: Any, at: Sequence[int]) -> Any:
    """The last second of any event before the moment."""
    known = second(events["at"])
    by_moment = events.select("customer_id", known=known, first_at=first_moment(known, at))
    latest = (
        by_moment.filter(_.first_at.notnull()).group_by("customer_id", "first_at").agg(seen=_.known.max())
    )
    return since_first(latest, at).group_by(KEY).agg(seen=_.seen.max())
