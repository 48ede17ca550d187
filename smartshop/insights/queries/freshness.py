"""How fresh the served predictions are, and why there are none where there are none."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
import sqlalchemy.orm as so

from smartshop.insights import rules
from smartshop.insights.models import LiveRun, RunHold, TrainingRun
from smartshop.kernel import clock
from smartshop.kernel.extensions import db
from smartshop.orders.models import Order

SHELF_LIFE = timedelta(days=8)
"""Predictions older than this, in a shop that has sold since, are stale."""


@dataclass(frozen=True)
class Freshness:
    """What a question serves: its run and the moment it knew the shop at; ``problem`` says why it serves nothing.

    ``is_held`` says that no training replaces it until somebody releases it. ``last_state`` and ``problem`` come from the last training; both are empty when none was ever begun.
    """

    question: str
    run_code: str | None
    as_of: datetime | None
    verdict: str
    is_stale: bool
    last_state: str
    problem: str
    is_held: bool = False

    @property
    def is_available(self) -> bool:
        return self.run_code is not None


def of(question: str) -> Freshness:
    """The freshness of one question; two queries."""
    return all_questions()[question]


def all_questions() -> dict[str, Freshness]:
    """The freshness of every question; two queries."""
    sold = db.session.scalar(sa.select(sa.func.max(Order.placed_at)).where(Order.state != "cancelled"))
    live, last = so.aliased(TrainingRun), so.aliased(TrainingRun)
    latest = (
        sa.select(TrainingRun.question, sa.func.max(TrainingRun.id).label("id"))
        .group_by(TrainingRun.question)
        .subquery()
    )
    rows = db.session.execute(
        sa.select(
            latest.c.question, live.code, live.as_of, live.verdict, last.state, last.reason, RunHold.since
        )
        .join(last, last.id == latest.c.id)
        .outerjoin(LiveRun, LiveRun.question == latest.c.question)
        .outerjoin(live, live.id == LiveRun.run_id)
        .outerjoin(RunHold, RunHold.question == latest.c.question)
    )
    found = {
        row.question: Freshness(
            row.question,
            row.code,
            row.as_of,
            row.verdict or "",
            row.as_of is not None and _is_stale(row.as_of, sold),
            row.state,
            "" if row.state == "promoted" else row.reason,
            is_held=row.since is not None,
        )
        for row in rows
    }
    never = {
        question: Freshness(question, None, None, "", is_stale=False, last_state="", problem="")
        for question in rules.QUESTIONS
    }
    return never | found


def _is_stale(as_of: datetime, last_order_at: datetime | None) -> bool:
    """Whether the shop has sold for longer than the shelf life without its predictions knowing."""
    return last_order_at is not None and min(clock.now(), last_order_at) - as_of > SHELF_LIFE
