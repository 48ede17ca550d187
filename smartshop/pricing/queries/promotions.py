"""The promotions a buyer may use now."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from smartshop.kernel import clock, statements
from smartshop.kernel.db import UtcDateTime
from smartshop.kernel.extensions import db
from smartshop.kernel.prepared import Prepared
from smartshop.pricing.models.promotions import (
    AudienceMember,
    Promotion,
    PromotionCode,
    PromotionTarget,
    PromotionUse,
)
from smartshop.pricing.rules import promotions as rules
from smartshop.pricing.rules.eligibility import Buyer, OnOffer, Refusal, Why, mailbox, written

Offer = Any
"""A row of the promotions: their columns, of an object or of a statement."""


@dataclass(frozen=True)
class _Given:
    """The code of a promotion that was given: how often it was used, and how often it may be."""

    used: int
    most: int | None


@dataclass(frozen=True)
class _Known:
    """What is known of a buyer: uses by promotion, their segment, whether they ordered before."""

    uses: Mapping[int, int]
    segment: str
    is_new: bool


def on_offer(*, code: str, buyer: Buyer, has_ordered: Callable[[], bool]) -> OnOffer:
    """What this buyer may use, with the code they gave; one query when there are no promotions, at most four else.

    A guest who is not named yet is taken for somebody new; placing the order asks again. ``has_ordered`` is only
    called when it matters.
    """
    at, code = clock.now(), written(code)
    found = _found(code, at)
    known = _known([promotion for promotion, _given in found], buyer, has_ordered)
    usable, refusal = [], Refusal(code, Why.UNKNOWN) if code else None
    for promotion, given in found:
        why = _why_not_now(promotion, given, at) or _why_not_them(promotion, known)
        if given is not None:
            moment = (
                {Why.ENDED: promotion.ends_at, Why.NOT_YET: promotion.starts_at}.get(why) if why else None
            )
            refusal = Refusal(code, why, at=moment) if why else None
        if why is None:
            usable.append((promotion, code if given is not None else ""))
    return OnOffer(tuple(_read(usable)), refusal)


def uses_of(promotion_ids: Iterable[int], buyer: Buyer) -> dict[int, int]:
    """How often this customer used each promotion, by account or by mailbox."""
    mine = []
    if buyer.person_id is not None:
        mine.append(PromotionUse.person_id == buyer.person_id)
    if buyer.email:
        mine.append(PromotionUse.email == mailbox(buyer.email))
    if not mine:
        return {}
    rows = db.session.execute(
        sa.select(PromotionUse.promotion_id, sa.func.count().label("uses"))
        .where(PromotionUse.promotion_id.in_(list(promotion_ids)), sa.or_(*mine))
        .group_by(PromotionUse.promotion_id)
    )
    return {row.promotion_id: row.uses for row in rows}


def limit_of_customer(promotion: Offer) -> int | None:
    """How often one customer may use it: once when it is for new ones."""
    limit: int | None = 1 if promotion.is_for_new_customers else promotion.limit_per_customer
    return limit


def _found(code: str, at: datetime) -> list[tuple[Offer, _Given | None]]:
    rows = statements.run(_running_or_given(), {"code": code, "at": at})
    return [(row, None if row.code_id is None else _Given(row.code_used, row.code_limit)) for row in rows]


@cache
def _running_or_given() -> Prepared:
    code, at = sa.bindparam("code", type_=sa.String()), sa.bindparam("at", type_=UtcDateTime())
    is_automatic = sa.and_(
        sa.not_(Promotion.needs_code),
        sa.or_(Promotion.starts_at.is_(None), Promotion.starts_at <= at),
        sa.or_(Promotion.ends_at.is_(None), Promotion.ends_at > at),
        sa.or_(Promotion.limit_total.is_(None), Promotion.used < Promotion.limit_total),
    )
    with_code = sa.and_(
        PromotionCode.promotion_id == Promotion.id, PromotionCode.code == code, Promotion.needs_code
    )
    return Prepared(
        sa.select(
            *Promotion.__table__.columns,
            PromotionCode.id.label("code_id"),
            PromotionCode.used.label("code_used"),
            PromotionCode.limit_total.label("code_limit"),
        )
        .outerjoin(PromotionCode, with_code)
        .where(Promotion.is_active, sa.or_(is_automatic, PromotionCode.id.is_not(None)))
        .order_by(Promotion.id)
    )


def _known(found: list[Offer], buyer: Buyer, has_ordered: Callable[[], bool]) -> _Known:
    limited = [promotion.id for promotion in found if limit_of_customer(promotion) is not None]
    is_segmented = any(promotion.audience.get("segments") for promotion in found)
    member = db.session.get(AudienceMember, buyer.person_id) if is_segmented and buyer.person_id else None
    asks_if_new = buyer.is_named and any(promotion.is_for_new_customers for promotion in found)
    return _Known(
        uses_of(limited, buyer) if limited else {},
        member.segment if member else "",
        not (asks_if_new and has_ordered()),
    )


def _why_not_now(promotion: Offer, given: _Given | None, at: datetime) -> Why | None:
    if promotion.starts_at is not None and promotion.starts_at > at:
        return Why.NOT_YET
    if promotion.ends_at is not None and promotion.ends_at <= at:
        return Why.ENDED
    limits = [(promotion.used, promotion.limit_total)] + ([(given.used, given.most)] if given else [])
    return Why.USED_UP if any(limit is not None and used >= limit for used, limit in limits) else None


def _why_not_them(promotion: Offer, known: _Known) -> Why | None:
    segments, limit = promotion.audience.get("segments", []), limit_of_customer(promotion)
    is_theirs = (not segments or known.segment in segments) and (
        known.is_new or not promotion.is_for_new_customers
    )
    has_left = limit is None or known.uses.get(promotion.id, 0) < limit
    return None if is_theirs and has_left else Why.NOT_FOR_YOU


def _read(usable: list[tuple[Offer, str]]) -> list[rules.Promotion]:
    targets = _targets([promotion.id for promotion, _code in usable if promotion.scope != rules.Scope.ORDER])
    return [
        rules.Promotion(
            id=promotion.id,
            name=promotion.name,
            kind=rules.Kind(promotion.kind),
            code=code,
            basis_points=promotion.basis_points,
            amount_minor=promotion.amount_minor,
            buy_quantity=promotion.buy_quantity,
            get_quantity=promotion.get_quantity,
            scope=rules.Scope(promotion.scope),
            target_ids=targets[promotion.id],
            minimum_goods_minor=promotion.minimum_goods_minor,
            minimum_quantity=promotion.minimum_quantity,
            is_combinable=promotion.is_combinable,
            priority=promotion.priority,
        )
        for promotion, code in usable
    ]


def _targets(promotion_ids: list[int]) -> Mapping[int, frozenset[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    if promotion_ids:
        target = sa.func.coalesce(PromotionTarget.category_id, PromotionTarget.product_id)
        which = PromotionTarget.promotion_id.in_(promotion_ids)
        for promotion_id, target_id in db.session.execute(
            sa.select(PromotionTarget.promotion_id, target).where(which)
        ):
            found[promotion_id].add(target_id)
    return defaultdict(frozenset, {promotion_id: frozenset(ids) for promotion_id, ids in found.items()})
