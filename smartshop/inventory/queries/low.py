"""Stock across all products, and where it is low."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from smartshop.catalog.models import Product, Variant
from smartshop.inventory.models import StockLevel
from smartshop.kernel.extensions import db
from smartshop.kernel.pages import Page

VIEWS = ("low", "none", "uncounted")


@dataclass(frozen=True)
class StockRow:
    """One variant's stock; ``low_at`` is its own mark, ``mark`` the one that counts."""

    product_id: int
    variant_id: int
    product_name: str
    variant_name: str
    sku: str
    is_active: bool
    on_hand: int
    reserved: int
    is_tracked: bool
    low_at: int | None
    mark: int
    is_low: bool


def is_low(low_stock: int) -> sa.ColumnElement[bool]:
    """Whether a variant that is for sale has as few left as its mark, or the shop's ``low_stock``, or fewer."""
    return sa.and_(
        StockLevel.is_tracked,
        StockLevel.on_hand <= sa.func.coalesce(StockLevel.low_at, low_stock),
        Variant.is_active,
        Product.status == "published",
    )


def low_count(low_stock: int) -> int:
    """How many variants are low; one query."""
    statement = _joined(sa.select(sa.func.count())).where(is_low(low_stock))
    return db.session.scalar(statement) or 0


def page_of_stock(
    low_stock: int, *, text: str = "", view: str = "", page: int = 1, size: int = 50
) -> Page[StockRow]:
    """Variants with their stock, the fewest first; ``view`` is one of `VIEWS` or empty. Two queries."""
    matching = [*_matching(text), *_of_view(view, low_stock)]
    total = db.session.scalar(_joined(sa.select(sa.func.count())).where(*matching)) or 0
    number = max(1, min(page, -(-total // size)))
    ordered = (
        _rows(low_stock)
        .where(*matching)
        .order_by(
            sa.func.coalesce(StockLevel.is_tracked, sa.true()).desc(),
            sa.func.coalesce(StockLevel.on_hand, 0),
            Product.name,
            Variant.id,
        )
        .limit(size)
        .offset((number - 1) * size)
    )
    return Page([StockRow(*row) for row in db.session.execute(ordered)], number, size, total)


def low(low_stock: int) -> list[StockRow]:
    """Every variant that is low, the fewest first; one query."""
    ordered = _rows(low_stock).where(is_low(low_stock)).order_by(StockLevel.on_hand, Product.name, Variant.id)
    return [StockRow(*row) for row in db.session.execute(ordered)]


def _rows(low_stock: int) -> sa.Select[*tuple[Any, ...]]:
    return _joined(
        sa.select(
            Product.id,
            Variant.id,
            Product.name,
            Variant.name,
            Variant.sku,
            Variant.is_active,
            sa.func.coalesce(StockLevel.on_hand, 0),
            sa.func.coalesce(StockLevel.reserved, 0),
            sa.func.coalesce(StockLevel.is_tracked, sa.true()),
            StockLevel.low_at,
            sa.func.coalesce(StockLevel.low_at, low_stock),
            sa.func.coalesce(is_low(low_stock), sa.false()),
        )
    )


def _joined(statement: sa.Select[*tuple[Any, ...]]) -> sa.Select[*tuple[Any, ...]]:
    return (
        statement.select_from(Variant)
        .join(Product, Product.id == Variant.product_id)
        .outerjoin(StockLevel, StockLevel.variant_id == Variant.id)
    )


def _matching(text: str) -> list[sa.ColumnElement[bool]]:
    return (
        [sa.or_(Product.name.icontains(text, autoescape=True), Variant.sku.icontains(text, autoescape=True))]
        if text
        else []
    )


def _of_view(view: str, low_stock: int) -> list[sa.ColumnElement[bool]]:
    if view == "low":
        return [is_low(low_stock)]
    if view == "none":
        return [
            sa.func.coalesce(StockLevel.is_tracked, sa.true()),
            sa.func.coalesce(StockLevel.on_hand, 0) == 0,
        ]
    return [sa.not_(StockLevel.is_tracked)] if view == "uncounted" else []
