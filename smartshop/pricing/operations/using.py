"""Counting the orders that use a promotion, so that no limit is ever passed."""

from collections.abc import Sequence

import sqlalchemy as sa

from smartshop.kernel import clock
from smartshop.kernel.errors import Conflict
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.pricing.models.promotions import Promotion, PromotionCode, PromotionUse
from smartshop.pricing.queries import promotions as queries
from smartshop.pricing.rules.eligibility import Buyer, mailbox
from smartshop.pricing.rules.promotions import Applied


class PromotionGone(Conflict):
    """A promotion ended or reached its limit meanwhile; facts: name, code."""

    code = "promotion_gone"


def use(*, reference: str, applied: Sequence[Applied], buyer: Buyer) -> None:
    """Count an order as a use of each promotion.

    Raises PromotionGone when one was switched off, ended or was used up, by everybody or by this customer.
    """
    with unit_of_work():
        for each in sorted(applied, key=lambda applied: applied.promotion_id):
            code_id = _count(each)
            _check_customer(each, buyer)
            db.session.add(
                PromotionUse(
                    promotion_id=each.promotion_id,
                    code_id=code_id,
                    reference=reference,
                    person_id=buyer.person_id,
                    email=mailbox(buyer.email),
                    at=clock.now(),
                )
            )
            db.session.flush()


def give_back(*, reference: str) -> None:
    """A cancelled order's uses are free for others again."""
    with unit_of_work():
        gone = db.session.execute(
            sa.delete(PromotionUse)
            .where(PromotionUse.reference == reference)
            .returning(PromotionUse.promotion_id, PromotionUse.code_id)
        ).all()
        for promotion_id, code_id in sorted(gone, key=lambda use: use.promotion_id):
            for table, row_id in ((Promotion, promotion_id), (PromotionCode, code_id)):
                db.session.execute(sa.update(table).where(table.id == row_id).values(used=table.used - 1))


def _count(each: Applied) -> int | None:
    """Add one to what is used of the promotion and of its code, whose id is returned."""
    now = clock.now()
    is_running = sa.and_(
        Promotion.is_active,
        sa.or_(Promotion.starts_at.is_(None), Promotion.starts_at <= now),
        sa.or_(Promotion.ends_at.is_(None), Promotion.ends_at > now),
    )
    _add_one(Promotion, each, sa.and_(Promotion.id == each.promotion_id, is_running))
    if not each.code:
        return None
    of_code = sa.and_(PromotionCode.code == each.code, PromotionCode.promotion_id == each.promotion_id)
    return _add_one(PromotionCode, each, of_code)


def _add_one(table: type[Promotion | PromotionCode], each: Applied, which: sa.ColumnElement[bool]) -> int:
    has_left = sa.or_(table.limit_total.is_(None), table.used < table.limit_total)
    row_id: int | None = db.session.scalar(
        sa.update(table).where(which, has_left).values(used=table.used + 1).returning(table.id)
    )
    if row_id is None:
        raise _gone(each)
    return row_id


def _check_customer(each: Applied, buyer: Buyer) -> None:
    """Count what this customer used, under the lock that the row of the promotion is by now."""
    promotion = db.session.get_one(Promotion, each.promotion_id, populate_existing=True)
    limit = queries.limit_of_customer(promotion)
    if limit is not None and queries.uses_of([promotion.id], buyer).get(promotion.id, 0) >= limit:
        raise _gone(each)


def _gone(each: Applied) -> PromotionGone:
    what = f"The code {each.code}" if each.code else f"The offer “{each.name}”"
    message = f"{what} cannot be used any more. Please look at the total again before you order."
    return PromotionGone(message, name=each.name, code=each.code)
