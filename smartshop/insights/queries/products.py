"""Products with their stock and their sales."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from smartshop.catalog.models import Category, Product, Variant
from smartshop.insights.queries.counting import by_scan, clamped, containing, kept
from smartshop.inventory.models import StockLevel
from smartshop.kernel.extensions import db
from smartshop.kernel.pages import Page
from smartshop.orders.models import Order, OrderLine

SORTS = ("product", "category", "price", "stock", "orders", "quantity", "revenue")


@dataclass(frozen=True)
class ProductRow:
    """One product; money in minor units. ``stock`` is None when no variant is counted; sales are net of returns."""

    product_id: int
    slug: str
    external_code: str | None
    name: str
    category: str
    status: str
    price_minor: int | None
    stock: int | None
    orders: int
    quantity: int
    returned_quantity: int
    revenue_minor: int


def page_of_products(
    currency: str,
    *,
    text: str = "",
    sort: str = "revenue",
    is_descending: bool = True,
    page: int = 1,
    size: int = 50,
) -> Page[ProductRow]:
    """Products by one of `SORTS`, what is unknown last; two queries."""
    matching = _matching(text)
    total = db.session.scalar(sa.select(sa.func.count(Product.id)).where(*matching)) or 0
    number = clamped(page, size, total)
    statement, columns = _statement(currency)
    column = columns[sort]
    ordered = (
        statement.where(*matching)
        .order_by((column.desc() if is_descending else column.asc()).nulls_last(), Product.id)
        .limit(size)
        .offset((number - 1) * size)
    )
    return Page([_row(row) for row in db.session.execute(ordered)], number, size, total)


def every_product(currency: str) -> Iterator[ProductRow]:
    """Every product by id, without holding them all in memory; one query."""
    statement, _ = _statement(currency)
    rows = db.session.execute(statement.order_by(Product.id), execution_options={"yield_per": 500})
    return (_row(row) for row in rows)


def _matching(text: str) -> list[sa.ColumnElement[bool]]:
    if not text:
        return []
    pattern = containing(text.strip())
    return [sa.or_(*(column.ilike(pattern, escape="\\") for column in (Product.name, Product.external_code)))]


def _statement(currency: str) -> tuple[sa.Select[Any], dict[str, sa.ColumnElement[Any]]]:
    priced = (
        sa.select(
            Variant.product_id,
            sa.func.min(Variant.price_minor).label("price"),
            sa.func.sum(sa.case((StockLevel.is_tracked, StockLevel.on_hand))).label("stock"),
        )
        .outerjoin(StockLevel, StockLevel.variant_id == Variant.id)
        .where(Variant.is_active)
        .group_by(Variant.product_id)
        .subquery()
    )
    product, left_out = by_scan(OrderLine.product_id), sa.select(Order.id).where(~kept(currency))
    sold = (
        sa.select(
            product.label("product_id"),
            sa.func.count(OrderLine.order_id.distinct()).label("orders"),
            sa.func.sum(OrderLine.quantity - OrderLine.returned_quantity).label("quantity"),
            sa.func.sum(OrderLine.returned_quantity).label("returned"),
            sa.func.sum(OrderLine.total_minor - OrderLine.returned_minor).label("revenue"),
        )
        .where(
            OrderLine.order_id.not_in(left_out),
            OrderLine.kind == "product",
            OrderLine.product_id.is_not(None),
        )
        .group_by(product)
        .subquery()
    )
    sales = {
        name: sa.func.coalesce(sold.c[name], 0) for name in ("orders", "quantity", "returned", "revenue")
    }
    statement = (
        sa.select(
            Product.id, Product.slug, Product.external_code, Product.name, Category.name, Product.status,
            priced.c.price, priced.c.stock, *sales.values(),
        )
        .join(Category, Category.id == Product.category_id)
        .outerjoin(priced, priced.c.product_id == Product.id)
        .outerjoin(sold, sold.c.product_id == Product.id)
    )  # fmt: skip
    columns: dict[str, sa.ColumnElement[Any]] = {
        "product": sa.func.lower(Product.name),
        "category": Category.name.expression,
        "price": priced.c.price,
        "stock": priced.c.stock,
        **{name: sales[name] for name in ("orders", "quantity", "revenue")},
    }
    return statement, columns


def _row(row: Any) -> ProductRow:
    plain, counted = list(row[:7]), [None if value is None else int(value) for value in row[7:]]
    return ProductRow(*plain, *counted)
