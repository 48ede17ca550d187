"""What is left."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import sqlalchemy as sa

from smartshop.catalog.models import Variant
from smartshop.inventory.models import Reservation, StockLevel, StockMovement
from smartshop.kernel import clock, statements
from smartshop.kernel.db import UtcDateTime
from smartshop.kernel.extensions import db
from smartshop.kernel.pages import Page
from smartshop.kernel.prepared import Prepared


@dataclass(frozen=True)
class Availability:
    """``quantity`` left of a variant; None when it is not counted and always sells."""

    quantity: int | None

    @property
    def is_available(self) -> bool:
        return self.quantity is None or self.quantity > 0

    @property
    def is_low(self) -> bool:
        """Few enough left to say how many."""
        return self.quantity is not None and 0 < self.quantity <= 5

    def clip(self, wanted: int) -> int:
        """As much of what is wanted as there is."""
        return wanted if self.quantity is None else max(0, min(wanted, self.quantity))


SOLD_OUT = Availability(0)


NOW = sa.bindparam("now", callable_=clock.now, type_=UtcDateTime())
"""The moment at which a statement runs, for statements that are built once."""


def held_by_others(holder: str | sa.ColumnElement[str]) -> sa.ScalarSelect[int]:
    """How much of a stock level is held now for anybody but this holder, for a statement over StockLevel."""
    held = sa.select(sa.func.coalesce(sa.func.sum(Reservation.quantity), 0)).where(
        Reservation.variant_id == StockLevel.variant_id,
        Reservation.expires_at > NOW,
        Reservation.reference != holder,
    )
    return held.correlate_except(Reservation).scalar_subquery()


def availability(variant_ids: Collection[int], *, holder: str = "") -> dict[int, Availability]:
    """What is left of each of these variants for this holder; one without a stock level is sold out."""
    rows = statements.run(_left(), {"variant_ids": list(variant_ids), "holder": holder})
    known = {row.variant_id: Availability(row.left if row.is_tracked else None) for row in rows}
    return {variant_id: known.get(variant_id, SOLD_OUT) for variant_id in variant_ids}


@cache
def _left() -> Prepared:
    left = StockLevel.on_hand - held_by_others(sa.bindparam("holder", type_=sa.String()))
    wanted = StockLevel.variant_id.in_(sa.bindparam("variant_ids", expanding=True))
    return Prepared(sa.select(StockLevel.variant_id, left.label("left"), StockLevel.is_tracked).where(wanted))


def products_on_sale(product_ids: Collection[int]) -> frozenset[int]:
    """Which of these products have an active variant left to sell."""
    rows = db.session.scalars(
        sa.select(Variant.product_id)
        .distinct()
        .join(StockLevel, StockLevel.variant_id == Variant.id)
        .where(
            Variant.product_id.in_(product_ids),
            Variant.is_active,
            sa.or_(sa.not_(StockLevel.is_tracked), StockLevel.on_hand > 0),
        )
    )
    return frozenset(rows)


@dataclass(frozen=True)
class Level:
    """The stock of one variant as staff sees it: ``held`` of what is on hand is kept for open checkouts."""

    variant_id: int
    sku: str
    name: str
    is_active: bool
    on_hand: int
    held: int
    is_tracked: bool
    low_at: int | None


@dataclass(frozen=True)
class Movement:
    """One line of the ledger."""

    at: datetime
    sku: str
    variant_name: str
    kind: str
    quantity: int
    reference: str


def levels(product_id: int) -> list[Level]:
    """The stock of each variant of a product, in their order; one without a stock level has none."""
    rows = db.session.execute(
        sa.select(
            Variant.id,
            Variant.sku,
            Variant.name,
            Variant.is_active,
            sa.func.coalesce(StockLevel.on_hand, 0),
            sa.func.coalesce(held_by_others(""), 0),
            sa.func.coalesce(StockLevel.is_tracked, sa.true()),
            StockLevel.low_at,
        )
        .outerjoin(StockLevel, StockLevel.variant_id == Variant.id)
        .where(Variant.product_id == product_id)
        .order_by(Variant.position)
    )
    return [Level(*row) for row in rows]


def movements(product_id: int, *, page: int = 1, size: int = 50) -> Page[Movement]:
    """The ledger of a product's variants, newest first; two queries."""
    of_product = sa.select(StockMovement.id).join(Variant).where(Variant.product_id == product_id)
    total = db.session.scalar(sa.select(sa.func.count()).select_from(of_product.subquery())) or 0
    number = max(1, min(page, -(-total // size)))
    rows = db.session.execute(
        sa.select(
            StockMovement.at,
            Variant.sku,
            Variant.name,
            StockMovement.kind,
            StockMovement.quantity,
            StockMovement.reference,
        )
        .join(Variant)
        .where(Variant.product_id == product_id)
        .order_by(StockMovement.id.desc())
        .limit(size)
        .offset((number - 1) * size)
    )
    return Page([Movement(*row) for row in rows], number, size, total)
