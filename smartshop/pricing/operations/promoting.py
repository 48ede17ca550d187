"""Making and changing promotions and their codes."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from smartshop.kernel import audit, clock, codes
from smartshop.kernel.errors import Invalid, NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.pricing.models.promotions import Promotion, PromotionCode, PromotionTarget
from smartshop.pricing.operations import revising
from smartshop.pricing.rules import editing
from smartshop.pricing.rules.editing import PromotionFacts
from smartshop.pricing.rules.eligibility import written
from smartshop.pricing.rules.promotions import Scope


def create(*, facts: PromotionFacts, actor: audit.Actor) -> int:
    """Make a promotion, which is switched on, and return its id.

    Raises Invalid.
    """
    facts, moment = editing.checked(facts), clock.now()
    with unit_of_work():
        row = Promotion(**facts.stored, created_at=moment, updated_at=moment)
        db.session.add(row)
        db.session.flush()
        _cover(row.id, facts)
        _share(row.id, facts)
        _note(row.id, "promotion.created", facts, actor)
    return row.id


def change(*, promotion_id: int, seen: datetime, facts: PromotionFacts, actor: audit.Actor) -> None:
    """Change a promotion; orders that used it stay as they are. ``seen`` is the ``updated_at`` of the form.

    Raises Invalid, NotFound and OutOfDate.
    """
    facts = editing.checked(facts)
    with unit_of_work():
        row = _locked(promotion_id)
        if row.updated_at != seen:
            raise revising.out_of_date("this promotion")
        if facts.limit_total is not None and facts.limit_total < row.used:
            problem = f"It was used {row.used} times by now; the limit cannot be below that."
            raise Invalid("Please correct the marked fields.", {"limit_total": problem})
        for name, value in facts.stored.items():
            setattr(row, name, value)
        row.updated_at = _later(row)
        _cover(row.id, facts)
        _share(row.id, facts)
        _note(row.id, "promotion.changed", facts, actor)


def switch(*, promotion_id: int, is_active: bool, actor: audit.Actor) -> None:
    """Switch a promotion on or off.

    Raises NotFound.
    """
    with unit_of_work():
        row = _locked(promotion_id)
        before, row.is_active, row.updated_at = row.is_active, is_active, _later(row)
        audit.record(
            actor=actor,
            action="promotion.switched",
            subject=f"promotion:{promotion_id}",
            before={"is_active": before},
            after={"is_active": is_active},
        )


def make_codes(*, promotion_id: int, count: int, actor: audit.Actor) -> list[str]:
    """Make codes for a promotion that work once each.

    Raises Invalid (how many, a promotion that needs no code) and NotFound.
    """
    if not 1 <= count <= editing.MOST_CODES_AT_ONCE:
        problem = f"Give a number from 1 to {editing.MOST_CODES_AT_ONCE}."
        raise Invalid(problem, {"count": problem})
    made = [codes.order_number() for _ in range(count)]
    with unit_of_work():
        if not _locked(promotion_id).needs_code:
            problem = "This promotion needs no code. Choose “With a code” and save it first."
            raise Invalid(problem, {"count": problem})
        rows = [
            {
                "promotion_id": promotion_id,
                "code": code,
                "limit_total": 1,
                "used": 0,
                "created_at": clock.now(),
            }
            for code in made
        ]
        db.session.execute(sa.insert(PromotionCode), rows)
        audit.record(
            actor=actor,
            action="promotion.codes_made",
            subject=f"promotion:{promotion_id}",
            after={"count": count},
        )
    return made


def _later(row: Promotion) -> datetime:
    return max(clock.now(), row.updated_at + timedelta(microseconds=1))


def _locked(promotion_id: int) -> Promotion:
    row = db.session.get(Promotion, promotion_id, populate_existing=True, with_for_update=True)
    if row is None:
        raise NotFound("There is no such promotion.")
    return row


def _cover(promotion_id: int, facts: PromotionFacts) -> None:
    db.session.execute(sa.delete(PromotionTarget).where(PromotionTarget.promotion_id == promotion_id))
    if facts.scope == Scope.ORDER:
        return
    name = "category_id" if facts.scope == Scope.CATEGORIES else "product_id"
    db.session.add_all(
        PromotionTarget(promotion_id=promotion_id, **{name: target}) for target in sorted(facts.target_ids)
    )
    try:
        with db.session.begin_nested():
            db.session.flush()
    except IntegrityError as error:
        raise Invalid(
            "Please correct the marked fields.", {facts.scope: "Choose from those shown."}
        ) from error


def _share(promotion_id: int, facts: PromotionFacts) -> None:
    """Keep, change or drop the code that anybody may use."""
    code = written(facts.code) if facts.needs_code else ""
    kept = db.session.scalar(
        sa.select(PromotionCode)
        .where(PromotionCode.promotion_id == promotion_id, PromotionCode.limit_total.is_(None))
        .order_by(PromotionCode.id)
        .limit(1)
    )
    try:
        with db.session.begin_nested():
            if kept is not None and not code:
                db.session.delete(kept)
            elif kept is not None:
                kept.code = code
            elif code:
                db.session.add(PromotionCode(promotion_id=promotion_id, code=code, created_at=clock.now()))
            db.session.flush()
    except IntegrityError as error:
        problem = "This code belongs to a promotion already. Choose another one."
        raise Invalid("Please correct the marked fields.", {"code": problem}) from error


def _note(promotion_id: int, action: str, facts: PromotionFacts, actor: audit.Actor) -> None:
    after: dict[str, Any] = {**facts.stored, "code": written(facts.code), "targets": sorted(facts.target_ids)}
    for name in ("starts_at", "ends_at"):
        after[name] = after[name].isoformat() if after[name] else None
    audit.record(actor=actor, action=action, subject=f"promotion:{promotion_id}", after=after)
