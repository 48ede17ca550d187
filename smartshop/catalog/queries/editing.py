"""A product as those see it who keep it: drafts and variants that are not sold too."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from smartshop.catalog.models import Category, Product, Variant
from smartshop.kernel.errors import NotFound
from smartshop.kernel.extensions import db


@dataclass(frozen=True)
class VariantKept:
    """One variant; its price in minor units of the shop's currency."""

    id: int
    sku: str
    name: str
    price_minor: int
    is_active: bool
    weight_grams: int
    options: dict[str, Any]


@dataclass(frozen=True)
class ProductKept:
    """A product with all of its variants; ``updated_at`` tells two states of it apart."""

    id: int
    slug: str
    name: str
    description: str
    category_id: int
    status: str
    updated_at: datetime
    tax_class: str
    attributes: dict[str, Any]
    variants: tuple[VariantKept, ...]


def product(product_id: int) -> ProductKept:
    """One product, published or not; two queries.

    Raises NotFound.
    """
    columns: tuple[Any, ...] = (
        Product.id,
        Product.slug,
        Product.name,
        Product.description,
        Product.category_id,
        Product.status,
        Product.updated_at,
        Product.tax_class,
        Product.attributes,
    )
    found = db.session.execute(sa.select(*columns).where(Product.id == product_id)).one_or_none()
    if found is None:
        raise NotFound("There is no such product.")
    variants = db.session.execute(
        sa.select(
            Variant.id,
            Variant.sku,
            Variant.name,
            Variant.price_minor,
            Variant.is_active,
            Variant.weight_grams,
            Variant.options,
        )
        .where(Variant.product_id == product_id)
        .order_by(Variant.position)
    )
    return ProductKept(**found._asdict(), variants=tuple(VariantKept(*row) for row in variants))


def categories() -> list[tuple[int, str]]:
    """(id, name) of every category, empty ones too, by name."""
    rows = db.session.execute(sa.select(Category.id, Category.name).order_by(Category.name, Category.id))
    return [(row.id, row.name) for row in rows]


def products_of(skus: Collection[str]) -> dict[str, int]:
    """The id of the product of each code (SKU) that is known."""
    rows = db.session.execute(sa.select(Variant.sku, Variant.product_id).where(Variant.sku.in_(skus)))
    return {row.sku: row.product_id for row in rows}


def skus_of(product_ids: Collection[int]) -> list[str]:
    """A code (SKU) for each of these products: that of its first variant."""
    rows = db.session.execute(
        sa.select(Variant.product_id, Variant.sku)
        .where(Variant.product_id.in_(product_ids))
        .order_by(Variant.product_id, Variant.position.desc())
    )
    return list({row.product_id: row.sku for row in rows}.values())
