"""Holding the run that somebody went back to: no training replaces it until somebody releases it."""

import sqlalchemy as sa

from smartshop.insights import rules
from smartshop.insights.models import LiveRun, RunHold, TrainingRun
from smartshop.kernel import audit
from smartshop.kernel.errors import Conflict, NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work


class LiveRunIsHeld(Conflict):
    """Somebody went back to the live run, and nobody has released it."""

    code = "live_run_is_held"


class NotHeld(Conflict):
    """There is nothing to release."""

    code = "not_held"


def pointer_of(question: str) -> LiveRun | None:
    """Inside a unit of work: what the question serves, which nobody else moves, holds or releases until it ends."""
    return db.session.get(LiveRun, question, populate_existing=True, with_for_update=True)


def hold(pointer: LiveRun) -> None:
    """Inside the unit of work that went back: hold what the question serves since then."""
    db.session.merge(RunHold(question=pointer.question, since=pointer.promoted_at))


def refuse_if_held(pointer: LiveRun) -> None:
    """Inside the unit of work that would move the pointer. Raises LiveRunIsHeld."""
    held = db.session.get(RunHold, pointer.question, populate_existing=True)
    if held is not None:
        live = db.session.get_one(TrainingRun, pointer.run_id)
        raise LiveRunIsHeld(
            rules.held_back(live.code, held.since), run=live.code, since=held.since.isoformat()
        )


def release(*, question: str, actor: audit.Actor, reason: str = "") -> str:
    """Let the next training replace what the question serves, and return the code of the run that was held.

    Raises NotFound for a question that serves nothing, NotHeld when nobody went back, or somebody released it already.
    """
    with unit_of_work():
        pointer = pointer_of(question)
        if pointer is None:
            raise NotFound(f"{question} has no live run. Train it first: flask ml train {question}")
        live = db.session.get_one(TrainingRun, pointer.run_id)
        held = db.session.get(RunHold, question, populate_existing=True)
        if held is None:
            raise NotHeld(f"{live.code} is not held: the next training may replace it already.")
        db.session.execute(sa.delete(RunHold).where(RunHold.question == question))
        audit.record(
            actor=actor,
            action="model.released",
            subject=f"question:{question}",
            before={"held": live.code, "since": held.since.isoformat()},
            reason=reason,
        )
        return live.code
