"""Forgetting who used a promotion."""

from collections.abc import Collection

import sqlalchemy as sa

from smartshop.kernel.extensions import db
from smartshop.pricing.models.promotions import PromotionUse
from smartshop.pricing.rules.eligibility import mailbox


def forget(*, person_id: int, addresses: Collection[str], references: Collection[str]) -> None:
    """Keep that promotions were used, and not by whom, inside the caller's unit of work."""
    boxes = {mailbox(address) for address in addresses}
    db.session.execute(
        sa.update(PromotionUse)
        .where(
            sa.or_(
                PromotionUse.person_id == person_id,
                PromotionUse.email.in_(boxes),
                PromotionUse.reference.in_(references),
            )
        )
        .values(person_id=None, email="")
    )
