"""Many products at once, from an imported history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from smartshop.catalog.models import Category, Product, Variant
from smartshop.catalog.operations import listing
from smartshop.catalog.rules import categories, wording
from smartshop.kernel import clock
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work


@dataclass(frozen=True)
class NewProduct:
    """A product as a history tells of it; the raw name is tidied here."""

    code: str
    raw_name: str
    price_minor: int
    created_at: datetime
    is_sellable: bool = True


@dataclass(frozen=True)
class ImportedProduct:
    """What an order line copies of a product."""

    product_id: int
    variant_id: int | None
    name: str
    category_name: str


def known_codes() -> set[str]:
    """The external codes of all products."""
    found = db.session.scalars(sa.select(Product.external_code).where(Product.external_code.is_not(None)))
    return {code for code in found if code}


def imported_products() -> dict[str, ImportedProduct]:
    """Every product that has an external code, by that code."""
    rows = db.session.execute(
        sa.select(Product.external_code, Product.id, sa.func.min(Variant.id), Product.name, Category.name)
        .join(Category, Category.id == Product.category_id)
        .outerjoin(Variant, Variant.product_id == Product.id)
        .where(Product.external_code.is_not(None))
        .group_by(Product.external_code, Product.id, Product.name, Category.name)
    )
    return {row[0]: ImportedProduct(*row[1:]) for row in rows if row[0]}


def add_products(*, products: Sequence[NewProduct]) -> list[int]:
    """Add products of one variant each, in categories learned from all names; returns the variants' ids.

    The codes must be new: known_codes() tells.
    """
    if not products:
        return []
    with unit_of_work():
        earlier = [found.name for found in imported_products().values()]
        names = [wording.tidy_name(product.raw_name) or product.code for product in products]
        learned = categories.learn([*names, *earlier])
        category_ids = _category_ids(learned.names)
        _insert_products(products, names, [category_ids[name] for name in learned.of[: len(names)]])
        variant_ids = _insert_variants(products)
        codes = {product.code for product in products}
        listing.refresh([found.product_id for code, found in imported_products().items() if code in codes])
        return variant_ids


def _known_categories() -> dict[str, int]:
    return {row.name: row.id for row in db.session.execute(sa.select(Category.name, Category.id))}


def _category_ids(names: Sequence[str]) -> dict[str, int]:
    """The ids of categories by name; those that are missing are made."""
    known = _known_categories()
    taken = set(db.session.scalars(sa.select(Category.slug)))
    last = db.session.scalar(sa.select(sa.func.max(Category.position))) or 0
    rows = [
        {"name": name, "slug": wording.unique_slug(name, "", taken), "position": last + place}
        for place, name in enumerate((name for name in names if name not in known), 1)
    ]
    if rows:
        db.session.execute(sa.insert(Category), rows)
        known = _known_categories()
    return known


def _insert_products(
    products: Sequence[NewProduct], names: Sequence[str], category_ids: Sequence[int]
) -> None:
    taken, now = set(db.session.scalars(sa.select(Product.slug))), clock.now()
    rows = [
        {
            "slug": wording.unique_slug(name, product.code, taken),
            "external_code": product.code,
            "name": name,
            "category_id": category_id,
            "status": "published" if product.is_sellable and product.price_minor > 0 else "draft",
            "created_at": product.created_at,
            "updated_at": now,
        }
        for product, name, category_id in zip(products, names, category_ids, strict=True)
    ]
    db.session.execute(sa.insert(Product), rows)


def _insert_variants(products: Sequence[NewProduct]) -> list[int]:
    codes = sa.select(Product.external_code, Product.id).where(Product.external_code.is_not(None))
    ids = {code: product_id for code, product_id in db.session.execute(codes) if code}
    taken = set(db.session.scalars(sa.select(Variant.sku)))
    rows = []
    for product in products:
        sku = product.code if product.code not in taken else f"{product.code[:70]}-{ids[product.code]}"
        taken.add(sku)
        rows.append({"product_id": ids[product.code], "sku": sku, "price_minor": product.price_minor})
    db.session.execute(sa.insert(Variant), rows)
    new = {ids[product.code] for product in products}
    variants = db.session.execute(sa.select(Variant.id, Variant.product_id))
    return [variant_id for variant_id, product_id in variants if product_id in new]
