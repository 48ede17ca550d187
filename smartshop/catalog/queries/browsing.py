"""What the shop front shows of the catalog: categories, cards, lists, search and one product."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from smartshop.catalog.models import Category, Product, ProductImage, Review, Variant
from smartshop.kernel.errors import NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.pages import Page

REVIEWS_SHOWN = 20


class Sort(StrEnum):
    FEATURED = "featured"
    NEWEST = "newest"
    CHEAPEST = "price"
    DEAREST = "price-down"
    BEST_RATED = "rating"


@dataclass(frozen=True)
class CategoryLink:
    id: int
    name: str
    slug: str
    description: str
    image_path: str


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


@dataclass(frozen=True)
class VariantView:
    id: int
    sku: str
    name: str
    options: dict[str, Any]
    price_minor: int
    image_path: str


@dataclass(frozen=True)
class ReviewView:
    author: str
    rating: int
    title: str
    body: str
    is_verified: bool
    created_at: datetime


@dataclass(frozen=True)
class ProductView:
    """Everything the product page says about a product itself."""

    id: int
    slug: str
    name: str
    description: str
    category: CategoryLink
    attributes: dict[str, Any]
    variants: tuple[VariantView, ...]
    images: tuple[tuple[str, str], ...]
    """(path, alternative text), in order."""
    rating: float | None
    rating_count: int
    reviews: tuple[ReviewView, ...]


def categories() -> list[CategoryLink]:
    """Every category with something published in it, in the shop's order."""
    has_products = sa.exists().where(Product.category_id == Category.id, Product.status == "published")
    rows = db.session.scalars(
        sa.select(Category).where(has_products).order_by(Category.position, Category.name)
    )
    return [_link(category) for category in rows]


def category(slug: str) -> CategoryLink:
    """Raises NotFound."""
    found = db.session.scalar(sa.select(Category).where(Category.slug == slug))
    if found is None:
        raise NotFound("There is no such category. The menu shows those we have.")
    return _link(found)


def _link(row: Category) -> CategoryLink:
    return CategoryLink(row.id, row.name, row.slug, row.description, row.image_path)


def _card_columns() -> sa.Select[Any]:
    prices = (
        sa.select(
            Variant.product_id,
            sa.func.min(Variant.price_minor).label("lowest"),
            sa.func.max(Variant.price_minor).label("highest"),
        )
        .where(Variant.is_active, Variant.product_id == Product.id)
        .correlate(Product)
    )
    lowest = prices.with_only_columns(sa.func.min(Variant.price_minor)).scalar_subquery()
    highest = prices.with_only_columns(sa.func.max(Variant.price_minor)).scalar_subquery()
    image = (
        sa.select(ProductImage.path)
        .where(ProductImage.product_id == Product.id)
        .order_by(ProductImage.position)
        .limit(1)
        .correlate(Product)
        .scalar_subquery()
    )
    return (
        sa.select(
            Product.id,
            Product.slug,
            Product.name,
            Category.name.label("category_name"),
            lowest.label("lowest"),
            highest.label("highest"),
            image.label("image_path"),
            Product.rating_sum,
            Product.rating_count,
        )
        .join(Category, Category.id == Product.category_id)
        .where(Product.status == "published", lowest.is_not(None))
    )


def _card(row: Any) -> ProductCard:
    return ProductCard(
        row.id,
        row.slug,
        row.name,
        row.category_name,
        row.lowest,
        row.highest > row.lowest,
        row.image_path or "",
        row.rating_sum / row.rating_count if row.rating_count else None,
        row.rating_count,
    )


def listing(
    *,
    category_id: int | None = None,
    words: Sequence[str] = (),
    sort: Sort = Sort.FEATURED,
    page: int = 1,
    size: int = 24,
) -> Page[ProductCard]:
    """Published products, of one category or matching every word in name or description; two queries."""
    statement = _card_columns()
    if category_id is not None:
        statement = statement.where(Product.category_id == category_id)
    for word in words:
        pattern = f"%{_escaped(word)}%"
        statement = statement.where(
            sa.or_(
                Product.name.ilike(pattern, escape="\\"),
                Product.description.ilike(pattern, escape="\\"),
                Product.external_code.ilike(pattern, escape="\\"),
            )
        )
    total = (
        db.session.scalar(sa.select(sa.func.count()).select_from(statement.order_by(None).subquery())) or 0
    )
    number = min(max(1, page), max(1, -(-total // size)))
    ordered = statement.order_by(*_order(sort, words)).limit(size).offset((number - 1) * size)
    return Page([_card(row) for row in db.session.execute(ordered)], number, size, total)


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _order(sort: Sort, words: Sequence[str]) -> list[sa.ColumnElement[Any]]:
    price: sa.ColumnElement[int] = sa.literal_column("lowest")
    rating = sa.cast(Product.rating_sum, sa.Float) / sa.func.nullif(Product.rating_count, 0)
    orders: dict[Sort, list[sa.ColumnElement[Any]]] = {
        Sort.FEATURED: [Product.rating_count.desc()],
        Sort.NEWEST: [Product.created_at.desc()],
        Sort.CHEAPEST: [price.asc()],
        Sort.DEAREST: [price.desc()],
        Sort.BEST_RATED: [sa.func.coalesce(rating, 0).desc(), Product.rating_count.desc()],
    }
    by_name = (
        [sa.case((Product.name.ilike(f"%{_escaped(words[0])}%", escape="\\"), 0), else_=1)] if words else []
    )
    return [*(by_name if sort is Sort.FEATURED else []), *orders[sort], Product.id.asc()]


def cards(product_ids: Sequence[int]) -> list[ProductCard]:
    """Cards of these products, in this order; what is not published is left out."""
    rows = db.session.execute(_card_columns().where(Product.id.in_(product_ids)))
    found = {row.id: _card(row) for row in rows}
    return [found[product_id] for product_id in product_ids if product_id in found]


def product(slug: str) -> ProductView:
    """One published product with its variants, pictures and newest reviews; four queries.

    Raises NotFound.
    """
    row = db.session.execute(
        sa.select(Product, Category)
        .join(Category, Category.id == Product.category_id)
        .where(Product.slug == slug, Product.status == "published")
    ).one_or_none()
    if row is None:
        raise NotFound("We do not sell this any more. The search finds what we have.")
    found, its_category = row
    images = db.session.scalars(
        sa.select(ProductImage).where(ProductImage.product_id == found.id).order_by(ProductImage.position)
    ).all()
    of_variant = {image.variant_id: image.path for image in images if image.variant_id}
    first = images[0].path if images else ""
    variants = db.session.scalars(
        sa.select(Variant).where(Variant.product_id == found.id, Variant.is_active).order_by(Variant.position)
    )
    return ProductView(
        id=found.id,
        slug=found.slug,
        name=found.name,
        description=found.description,
        category=_link(its_category),
        attributes=found.attributes,
        variants=tuple(
            VariantView(v.id, v.sku, v.name, v.options, v.price_minor, of_variant.get(v.id, first))
            for v in variants
        ),
        images=tuple(dict.fromkeys((image.path, image.alt) for image in images)),
        rating=found.rating_sum / found.rating_count if found.rating_count else None,
        rating_count=found.rating_count,
        reviews=_reviews(found.id),
    )


def _reviews(product_id: int) -> tuple[ReviewView, ...]:
    rows = db.session.scalars(
        sa.select(Review)
        .where(Review.product_id == product_id, Review.state == "published")
        .order_by(Review.created_at.desc(), Review.id.desc())
        .limit(REVIEWS_SHOWN)
    )
    return tuple(ReviewView(r.author, r.rating, r.title, r.body, r.is_verified, r.created_at) for r in rows)


def newest(limit: int) -> list[ProductCard]:
    """The products that came last."""
    rows = db.session.execute(
        _card_columns().order_by(Product.created_at.desc(), Product.id.desc()).limit(limit)
    )
    return [_card(row) for row in rows]
