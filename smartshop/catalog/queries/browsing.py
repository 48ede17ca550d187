"""What the shop front shows of the catalog: categories, cards and one product."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from smartshop.catalog.models import Category, Product, ProductImage, Variant
from smartshop.catalog.rules import tree as tree_rules
from smartshop.kernel import statements
from smartshop.kernel.errors import NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.prepared import Prepared

SHOWN = (Product.status == "published", Product.price_low_minor.is_not(None))
"""What makes a product one that the shop shows."""

TREE = Prepared(
    sa.select(
        Category.id,
        Category.name,
        Category.slug,
        Category.description,
        Category.image_path,
        Category.parent_id,
        sa.exists()
        .where(Product.category_id == Category.id, Product.status == "published")
        .correlate(Category)
        .label("is_filled"),
    ).order_by(Category.position, Category.name)
)
FACTS = (
    Product.id,
    Product.slug,
    Product.name,
    Product.description,
    Product.category_id,
    Product.attributes,
    Product.rating_sum,
    Product.rating_count,
    sa.exists().where(ProductImage.product_id == Product.id).correlate(Product).label("has_images"),
)
PRODUCT = Prepared(
    sa.select(*FACTS).where(Product.slug == sa.bindparam("slug"), Product.status == "published")
)
ANY_PRODUCT = Prepared(sa.select(*FACTS).where(Product.id == sa.bindparam("product_id")))
IMAGES = Prepared(
    sa.select(ProductImage.variant_id, ProductImage.path, ProductImage.alt)
    .where(ProductImage.product_id == sa.bindparam("product_id"))
    .order_by(ProductImage.position)
)
VARIANTS = Prepared(
    sa.select(Variant.id, Variant.sku, Variant.name, Variant.options, Variant.price_minor)
    .where(Variant.product_id == sa.bindparam("product_id"), Variant.is_active)
    .order_by(Variant.position)
)


@dataclass(frozen=True)
class CategoryLink:
    id: int
    name: str
    slug: str
    description: str
    image_path: str


@dataclass(frozen=True)
class CategoryPage(CategoryLink):
    """A category in its tree: ``above`` from the root, ``children`` that have something, ``ids`` of it and all below."""

    above: tuple[CategoryLink, ...]
    children: tuple[CategoryLink, ...]
    ids: frozenset[int]


@dataclass(frozen=True)
class ProductCard:
    """A product as lists show it; price of its cheapest variant."""

    id: int
    slug: str
    name: str
    category_name: str
    price_minor: int
    has_price_range: bool
    image_path: str
    rating: float | None
    rating_count: int
    is_in_stock: bool


@dataclass(frozen=True)
class VariantView:
    id: int
    sku: str
    name: str
    options: dict[str, Any]
    price_minor: int
    image_path: str


@dataclass(frozen=True)
class ProductView:
    """Everything the product page says about a product itself."""

    id: int
    slug: str
    name: str
    description: str
    category: CategoryLink
    above: tuple[CategoryLink, ...]
    """The categories that hold its own, from the root."""
    attributes: dict[str, Any]
    variants: tuple[VariantView, ...]
    images: tuple[tuple[str, str], ...]
    """(path, alternative text), in order."""
    rating: float | None
    rating_count: int


def categories() -> list[CategoryLink]:
    """The top categories with something published in or under them, in the shop's order."""
    return Tree.read().shown(None)


def all_categories() -> list[CategoryLink]:
    """Every category with something published in or under it."""
    tree = Tree.read()
    return [row for row in tree.rows.values() if row.id in tree.filled]


def category(slug: str) -> CategoryPage:
    """A category with its place in the tree; one query.

    Raises NotFound.
    """
    tree = Tree.read()
    found = next((row for row in tree.rows.values() if row.slug == slug), None)
    if found is None:
        raise NotFound("There is no such category. The menu shows those we have.")
    steps = tree_rules.path(tree.parents, found.id)[:-1]
    return CategoryPage(
        **vars(found),
        above=tuple(tree.rows[step] for step in steps),
        children=tuple(tree.shown(found.id)),
        ids=tree_rules.below(tree.parents, found.id),
    )


@dataclass(frozen=True)
class Tree:
    """Every category and where it stands; ``filled`` has something published in or under it."""

    rows: dict[int, CategoryLink]
    parents: dict[int, int | None]
    filled: frozenset[int]

    @classmethod
    def read(cls) -> "Tree":
        found = statements.run(TREE).all()
        parents = {row.id: row.parent_id for row in found}
        filled = tree_rules.with_ancestors(parents, [row.id for row in found if row.is_filled])
        return cls({row.id: CategoryLink(*row[:5]) for row in found}, parents, filled)

    def shown(self, parent_id: int | None) -> list[CategoryLink]:
        return [
            row for row in self.rows.values() if self.parents[row.id] == parent_id and row.id in self.filled
        ]


def card_columns() -> sa.Select[*tuple[Any, ...]]:
    """What a card needs, of every product that is shown."""
    return (
        sa.select(
            Product.id,
            Product.slug,
            Product.name,
            Category.name.label("category_name"),
            Product.price_low_minor,
            Product.price_high_minor,
            Product.image_path,
            Product.rating_sum,
            Product.rating_count,
            Product.is_in_stock,
        )
        .join(Category, Category.id == Product.category_id)
        .where(*SHOWN)
    )


def card(row: Any) -> ProductCard:
    """A row of `card_columns` as what a list shows."""
    return ProductCard(
        row.id,
        row.slug,
        row.name,
        row.category_name,
        row.price_low_minor,
        row.price_high_minor > row.price_low_minor,
        row.image_path,
        row.rating_sum / row.rating_count if row.rating_count else None,
        row.rating_count,
        row.is_in_stock,
    )


def cards(product_ids: Sequence[int]) -> list[ProductCard]:
    """Cards of these products, in this order; what is not published is left out."""
    rows = db.session.execute(card_columns().where(Product.id.in_(product_ids)))
    found = {row.id: card(row) for row in rows}
    return [found[product_id] for product_id in product_ids if product_id in found]


def product(slug: str, tree: Tree | None = None) -> ProductView:
    """One published product with its variants, pictures and place in the tree; four queries, three with a tree.

    Raises NotFound.
    """
    found = statements.run(PRODUCT, {"slug": slug}).one_or_none()
    if found is None:
        raise NotFound("We do not sell this any more. The search finds what we have.")
    return _view(found, tree)


def preview(product_id: int) -> ProductView:
    """A product as its page would show it, published or not; four queries.

    Raises NotFound.
    """
    found = statements.run(ANY_PRODUCT, {"product_id": product_id}).one_or_none()
    if found is None:
        raise NotFound("There is no such product.")
    return _view(found, None)


def _view(found: Any, tree: Tree | None) -> ProductView:
    if tree is None or found.category_id not in tree.rows:
        tree = Tree.read()
    images = statements.run(IMAGES, {"product_id": found.id}).all() if found.has_images else []
    of_variant = {image.variant_id: image.path for image in images if image.variant_id}
    first = images[0].path if images else ""
    variants = statements.run(VARIANTS, {"product_id": found.id})
    return ProductView(
        id=found.id,
        slug=found.slug,
        name=found.name,
        description=found.description,
        category=tree.rows[found.category_id],
        above=tuple(tree.rows[step] for step in tree_rules.path(tree.parents, found.category_id)[:-1]),
        attributes=found.attributes,
        variants=tuple(
            VariantView(v.id, v.sku, v.name, v.options, v.price_minor, of_variant.get(v.id, first))
            for v in variants
        ),
        images=tuple(dict.fromkeys((image.path, image.alt) for image in images)),
        rating=found.rating_sum / found.rating_count if found.rating_count else None,
        rating_count=found.rating_count,
    )


def newest(limit: int) -> list[ProductCard]:
    """The products that came last."""
    rows = db.session.execute(
        card_columns().order_by(Product.created_at.desc(), Product.id.desc()).limit(limit)
    )
    return [card(row) for row in rows]


def bestsellers(limit: int) -> list[ProductCard]:
    """The products that were in most orders of late; none that was in no order."""
    rows = db.session.execute(
        card_columns()
        .where(Product.recent_orders > 0)
        .order_by(Product.recent_orders.desc(), Product.id)
        .limit(limit)
    )
    return [card(row) for row in rows]
