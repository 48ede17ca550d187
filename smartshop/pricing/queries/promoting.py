"""Promotions as those see them who make them."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from smartshop.kernel import clock
from smartshop.kernel.errors import NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.pages import Page
from smartshop.pricing.models.promotions import Promotion, PromotionCode, PromotionTarget
from smartshop.pricing.rules.editing import PromotionFacts, State, state
from smartshop.pricing.rules.promotions import Kind


@dataclass(frozen=True)
class PromotionRow:
    """A promotion in a list; ``code`` is its shared code, ``codes`` how many it has."""

    id: int
    name: str
    kind: Kind
    state: State
    is_active: bool
    needs_code: bool
    code: str
    codes: int
    starts_at: datetime | None
    ends_at: datetime | None
    used: int
    limit_total: int | None
    updated_at: datetime
    """Tells two states of it apart."""


@dataclass(frozen=True)
class CodeRow:
    code: str
    used: int
    limit_total: int | None


def page_of_promotions(*, page: int = 1, size: int = 50) -> Page[PromotionRow]:
    """Every promotion, the newest first; two queries."""
    total = db.session.scalar(sa.select(sa.func.count()).select_from(Promotion)) or 0
    number = min(max(1, page), max(1, -(-total // size)))
    found = db.session.execute(
        _rows().order_by(Promotion.id.desc()).limit(size).offset((number - 1) * size)
    ).all()
    return Page([_row(*row) for row in found], number, size, total)


def promotion(promotion_id: int) -> PromotionRow:
    """One promotion's row.

    Raises NotFound.
    """
    found = db.session.execute(_rows().where(Promotion.id == promotion_id)).one_or_none()
    if found is None:
        raise NotFound("There is no such promotion.")
    return _row(*found)


def facts(promotion_id: int) -> PromotionFacts:
    """What was said of a promotion.

    Raises NotFound.
    """
    shown = promotion(promotion_id)
    row = db.session.get_one(Promotion, promotion_id)
    target = sa.func.coalesce(PromotionTarget.category_id, PromotionTarget.product_id)
    targets = db.session.scalars(sa.select(target).where(PromotionTarget.promotion_id == promotion_id))
    own = {"code", "target_ids", "segments", "unreadable"}
    columns = [name for name in PromotionFacts.__dataclass_fields__ if name not in own]
    return PromotionFacts(
        **{name: getattr(row, name) for name in columns},
        code=shown.code,
        target_ids=frozenset(targets),
        segments=tuple(row.audience.get("segments", [])),
    )


def codes_of(promotion_id: int) -> list[CodeRow]:
    """Every code of a promotion, the oldest first."""
    rows = db.session.execute(
        sa.select(PromotionCode.code, PromotionCode.used, PromotionCode.limit_total)
        .where(PromotionCode.promotion_id == promotion_id)
        .order_by(PromotionCode.id)
    )
    return [CodeRow(*row) for row in rows]


def _rows() -> sa.Select[Promotion, str, int]:
    of_it = PromotionCode.promotion_id == Promotion.id
    shared = (
        sa.select(PromotionCode.code)
        .where(of_it, PromotionCode.limit_total.is_(None))
        .order_by(PromotionCode.id)
    )
    count = sa.select(sa.func.count()).select_from(PromotionCode).where(of_it)
    return sa.select(
        Promotion,
        sa.func.coalesce(shared.limit(1).correlate(Promotion).scalar_subquery(), ""),
        count.correlate(Promotion).scalar_subquery(),
    ).execution_options(populate_existing=True)


def _row(row: Promotion, code: str, codes: int) -> PromotionRow:
    now_in = state(
        is_active=row.is_active,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        used=row.used,
        limit_total=row.limit_total,
        at=clock.now(),
    )
    return PromotionRow(
        id=row.id,
        name=row.name,
        kind=Kind(row.kind),
        state=now_in,
        is_active=row.is_active,
        needs_code=row.needs_code,
        code=code,
        codes=codes,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        used=row.used,
        limit_total=row.limit_total,
        updated_at=row.updated_at,
    )
