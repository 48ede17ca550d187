"""Products as the product sheet writes them, and as it finds them."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from smartshop.catalog.models import Category, Product, TaxClass, Variant
from smartshop.catalog.rules import sheet, tree
from smartshop.catalog.rules.sheet import ProductState, Surroundings, VariantState
from smartshop.kernel.extensions import db

BATCH = 500
PRODUCT = (
    Product.id,
    Product.slug,
    Product.external_code,
    Product.name,
    Product.description,
    Product.category_id,
    Product.status,
    Product.attributes,
    Product.updated_at,
    Product.tax_class,
)
VARIANT = (
    Variant.product_id,
    Variant.id,
    Variant.sku,
    Variant.name,
    Variant.options,
    Variant.price_minor,
    Variant.weight_grams,
    Variant.is_active,
    Variant.position,
)


@dataclass
class Known:
    """Products with all of their variants by id, and how a sheet may name them."""

    products: dict[int, ProductState] = field(default_factory=dict)
    variants: dict[int, list[VariantState]] = field(default_factory=dict)
    by_slug: dict[str, int] = field(default_factory=dict)
    by_code: dict[str, int] = field(default_factory=dict)
    by_sku: dict[str, int] = field(default_factory=dict)


def surroundings(currency: str) -> Surroundings:
    """The currency and every category by its path from the root, with the tax classes; two queries."""
    rows = db.session.execute(
        sa.select(Category.id, Category.parent_id, Category.name).order_by(Category.id)
    ).all()
    parents, names = {row.id: row.parent_id for row in rows}, {row.id: row.name for row in rows}
    paths = {key: " > ".join(names[step] for step in tree.path(parents, key)) for key in parents}
    classes = db.session.scalars(sa.select(TaxClass.code).order_by(TaxClass.code))
    return Surroundings(currency, paths, tuple(classes))


def ids_named(*, slugs: Collection[str], codes: Collection[str], skus: Collection[str]) -> list[int]:
    """The ids of the products that any of these names, in order."""
    found: set[int] = set()
    for column, names, key in (
        (Product.slug, slugs, Product.id),
        (Product.external_code, codes, Product.id),
        (Variant.sku, skus, Variant.product_id),
    ):
        for some in _batches(sorted(names)):
            found.update(db.session.scalars(sa.select(key).where(column.in_(some))))
    return sorted(found)


def ids_by_slug(slugs: Sequence[str]) -> list[int]:
    """The ids of the products with these slugs, in their order."""
    found: dict[str, int] = {}
    for some in _batches(slugs):
        rows = db.session.execute(sa.select(Product.slug, Product.id).where(Product.slug.in_(some)))
        found |= {row.slug: row.id for row in rows}
    return [found[slug] for slug in slugs]


def known(product_ids: Sequence[int]) -> Known:
    """These products as they are; two queries for every 500."""
    found = Known()
    for some in _batches(product_ids):
        for row in db.session.execute(sa.select(*PRODUCT).where(Product.id.in_(some))):
            found.products[row.id] = ProductState(*row)
            found.variants[row.id] = []
            found.by_slug[row.slug] = row.id
            if row.external_code:
                found.by_code[row.external_code] = row.id
        variants = sa.select(*VARIANT).where(Variant.product_id.in_(some)).order_by(Variant.position)
        for product_id, *values in db.session.execute(variants):
            variant = VariantState(*values)
            found.variants[product_id].append(variant)
            found.by_sku[variant.sku] = product_id
    return found


def labels() -> tuple[list[str], list[str]]:
    """The names of every attribute and of every option in use, as columns, in the order of the alphabet."""
    attributes: set[str] = set()
    options: set[str] = set()
    for column, names in ((Product.attributes, attributes), (Variant.options, options)):
        for values in db.session.scalars(sa.select(column), execution_options={"yield_per": BATCH}):
            names.update(values)
    return (
        [sheet.ATTRIBUTE + name for name in sorted(attributes) if sheet.is_column(sheet.ATTRIBUTE + name)],
        [sheet.OPTION + name for name in sorted(options) if sheet.is_column(sheet.OPTION + name)],
    )


def header() -> list[str]:
    """The columns of an export."""
    attributes, options = labels()
    return ["sku", *sheet.PRODUCT_COLUMNS, *attributes, *sheet.VARIANT_COLUMNS, *options]


def rows(
    columns: Sequence[str], currency: str, *, only: Collection[int] | None = None
) -> Iterator[list[str]]:
    """One row a variant, by product and position, some products at a time; ``only`` these products, or all."""
    around = surroundings(currency)
    for some in _batches(sorted(only)) if only is not None else _all_ids():
        found = known(some)
        for product_id, product in sorted(found.products.items()):
            for variant in found.variants[product_id]:
                yield [sheet.text_of(column, product, variant, around) for column in columns]


def _all_ids() -> Iterator[list[int]]:
    after = 0
    while ids := list(
        db.session.scalars(sa.select(Product.id).where(Product.id > after).order_by(Product.id).limit(BATCH))
    ):
        yield ids
        after = ids[-1]


def _batches(names: Sequence[Any]) -> Iterator[list[Any]]:
    return (list(names[start : start + BATCH]) for start in range(0, len(names), BATCH))
