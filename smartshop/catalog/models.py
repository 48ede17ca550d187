"""Products, variants, categories, pictures and reviews."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
import sqlalchemy.orm as so

from smartshop.kernel.db import Base

STATUSES = ("draft", "published")
COUNTED = ("price_low_minor", "is_in_stock", "rating_count", "rating_sum")
"""What filters count: indexes hold it all, so that no row is read to count it."""
REVIEW_STATES = ("pending", "published", "rejected")


class Category(Base):
    __tablename__ = "categories"

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    parent_id: so.Mapped[int | None] = so.mapped_column(sa.ForeignKey("categories.id"), index=True)
    slug: so.Mapped[str] = so.mapped_column(sa.String(120), unique=True)
    name: so.Mapped[str] = so.mapped_column(sa.String(120))
    description: so.Mapped[str] = so.mapped_column(sa.Text, default="")
    image_path: so.Mapped[str] = so.mapped_column(sa.String(255), default="")
    position: so.Mapped[int] = so.mapped_column(default=0)


class TaxClass(Base):
    """How a product is taxed, such as ``standard`` or ``reduced``; what that means is up to each country."""

    __tablename__ = "tax_classes"

    code: so.Mapped[str] = so.mapped_column(sa.String(20), primary_key=True)
    name: so.Mapped[str] = so.mapped_column(sa.String(60), unique=True)


class Product(Base):
    """What is shown; its variants are what is sold.

    Prices, first picture, rating and whether it is in stock are kept here too, so that lists read one table;
    ``operations.listing`` keeps them true. A product with nothing to sell has no ``price_low_minor``.
    """

    __tablename__ = "products"
    __table_args__ = (
        sa.CheckConstraint(f"status IN {STATUSES}", name="status_is_known"),
        sa.CheckConstraint("rating_count >= 0", name="rating_count_not_negative"),
        sa.Index("ix_products_listing", "status", "category_id", "id"),
        sa.Index("ix_products_counting", "status", "category_id", *COUNTED),
        sa.Index("ix_products_by_price", "status", *COUNTED, "category_id"),
        sa.Index("ix_products_by_reviews", "status", "rating_count"),
        sa.Index("ix_products_by_age", "status", "created_at"),
        sa.Index("ix_products_by_orders", "status", "recent_orders"),
        sa.Index("ix_products_by_orders_in_category", "status", "category_id", "recent_orders"),
    )

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    slug: so.Mapped[str] = so.mapped_column(sa.String(160), unique=True)
    external_code: so.Mapped[str | None] = so.mapped_column(sa.String(80), unique=True)
    name: so.Mapped[str] = so.mapped_column(sa.String(200), index=True)
    description: so.Mapped[str] = so.mapped_column(sa.Text, default="")
    category_id: so.Mapped[int] = so.mapped_column(sa.ForeignKey("categories.id"), index=True)
    status: so.Mapped[str] = so.mapped_column(sa.String(10), default="published")
    tax_class: so.Mapped[str] = so.mapped_column(sa.String(20), default="standard", server_default="standard")
    """The code of its tax class; one that is gone is taxed as the standard one."""
    attributes: so.Mapped[dict[str, Any]] = so.mapped_column(default=dict)
    rating_sum: so.Mapped[int] = so.mapped_column(default=0)
    rating_count: so.Mapped[int] = so.mapped_column(default=0)
    price_low_minor: so.Mapped[int | None] = so.mapped_column(sa.BigInteger)
    price_high_minor: so.Mapped[int | None] = so.mapped_column(sa.BigInteger)
    image_path: so.Mapped[str] = so.mapped_column(sa.String(255), default="", server_default="")
    is_in_stock: so.Mapped[bool] = so.mapped_column(default=False, server_default=sa.false())
    recent_orders: so.Mapped[int] = so.mapped_column(default=0, server_default="0")
    """In how many orders of the last 30 days it was; ``operations.popularity`` counts now and then."""
    created_at: so.Mapped[datetime] = so.mapped_column(index=True)
    updated_at: so.Mapped[datetime]


class FormerProductSlug(Base):
    """An address a product once had; whoever opens it is sent to the present one."""

    __tablename__ = "former_product_slugs"

    slug: so.Mapped[str] = so.mapped_column(sa.String(160), primary_key=True)
    product_id: so.Mapped[int] = so.mapped_column(
        sa.ForeignKey("products.id", ondelete="CASCADE"), index=True
    )


class FormerCategorySlug(Base):
    """An address a category once had."""

    __tablename__ = "former_category_slugs"

    slug: so.Mapped[str] = so.mapped_column(sa.String(120), primary_key=True)
    category_id: so.Mapped[int] = so.mapped_column(
        sa.ForeignKey("categories.id", ondelete="CASCADE"), index=True
    )


class RelatedProduct(Base):
    """Another product that goes well with one, as staff picked it; the lowest position first."""

    __tablename__ = "related_products"
    __table_args__ = (sa.CheckConstraint("product_id <> related_id", name="is_another"),)

    product_id: so.Mapped[int] = so.mapped_column(
        sa.ForeignKey("products.id", ondelete="CASCADE"), primary_key=True
    )
    related_id: so.Mapped[int] = so.mapped_column(
        sa.ForeignKey("products.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    position: so.Mapped[int]


class Variant(Base):
    """One thing with a price and a stock; ``options`` maps an option's name to this variant's value."""

    __tablename__ = "variants"
    __table_args__ = (
        sa.CheckConstraint("price_minor >= 0", name="price_not_negative"),
        sa.CheckConstraint("weight_grams >= 0", name="weight_not_negative"),
        sa.UniqueConstraint("product_id", "position"),
    )

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    product_id: so.Mapped[int] = so.mapped_column(sa.ForeignKey("products.id", ondelete="CASCADE"))
    sku: so.Mapped[str] = so.mapped_column(sa.String(80), unique=True)
    name: so.Mapped[str] = so.mapped_column(sa.String(120), default="")
    options: so.Mapped[dict[str, Any]] = so.mapped_column(default=dict)
    price_minor: so.Mapped[int] = so.mapped_column(sa.BigInteger)
    weight_grams: so.Mapped[int] = so.mapped_column(default=0)
    is_active: so.Mapped[bool] = so.mapped_column(default=True)
    position: so.Mapped[int] = so.mapped_column(default=0)


class ProductImage(Base):
    """A picture: ``path`` is below ``instance/uploads``; variant_id set when it shows one variant."""

    __tablename__ = "product_images"
    __table_args__ = (sa.UniqueConstraint("product_id", "position"),)

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    product_id: so.Mapped[int] = so.mapped_column(sa.ForeignKey("products.id", ondelete="CASCADE"))
    variant_id: so.Mapped[int | None] = so.mapped_column(sa.ForeignKey("variants.id", ondelete="SET NULL"))
    path: so.Mapped[str] = so.mapped_column(sa.String(255))
    alt: so.Mapped[str] = so.mapped_column(sa.String(255), default="")
    position: so.Mapped[int] = so.mapped_column(default=0)


class ProductFacet(Base):
    """An attribute or option value of a product, copied here to be counted and narrowed by."""

    __tablename__ = "product_facets"
    __table_args__ = (sa.Index("ix_product_facets_name_value", "name", "value", "product_id"),)

    product_id: so.Mapped[int] = so.mapped_column(
        sa.ForeignKey("products.id", ondelete="CASCADE"), primary_key=True
    )
    name: so.Mapped[str] = so.mapped_column(sa.String(60), primary_key=True)
    value: so.Mapped[str] = so.mapped_column(sa.String(120), primary_key=True)


class SearchWord(Base):
    """A word some product was described with: what a misspelled one is compared to."""

    __tablename__ = "search_words"

    word: so.Mapped[str] = so.mapped_column(sa.String(40), primary_key=True)


class SearchMiss(Base):
    """A search that found nothing, how often, and when last: what the shop may be missing."""

    __tablename__ = "search_misses"
    __table_args__ = (sa.CheckConstraint("times > 0", name="times_positive"),)

    asked: so.Mapped[str] = so.mapped_column(sa.String(340), primary_key=True)
    times: so.Mapped[int] = so.mapped_column(index=True)
    last_at: so.Mapped[datetime]


class Review(Base):
    __tablename__ = "reviews"
    __table_args__ = (
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name="rating_is_1_to_5"),
        sa.CheckConstraint(f"state IN {REVIEW_STATES}", name="state_is_known"),
        sa.UniqueConstraint("product_id", "person_id"),
        sa.Index("ix_reviews_queue", "state", "created_at"),
    )

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    product_id: so.Mapped[int] = so.mapped_column(sa.ForeignKey("products.id", ondelete="CASCADE"))
    person_id: so.Mapped[int | None] = so.mapped_column(
        sa.ForeignKey("people.id", ondelete="SET NULL"), index=True
    )
    author: so.Mapped[str] = so.mapped_column(sa.String(120))
    rating: so.Mapped[int]
    title: so.Mapped[str] = so.mapped_column(sa.String(120), default="")
    body: so.Mapped[str] = so.mapped_column(sa.Text, default="")
    is_verified: so.Mapped[bool] = so.mapped_column(default=False)
    state: so.Mapped[str] = so.mapped_column(sa.String(10), default="pending")
    reason: so.Mapped[str] = so.mapped_column(sa.String(500), default="", server_default="")
    """Why it was turned down."""
    revision: so.Mapped[int] = so.mapped_column(default=0, server_default="0")
    """Counts what its author changed, so that nobody publishes words that they have not read."""
    created_at: so.Mapped[datetime]
    """When it was written as it stands."""


class Wish(Base):
    """A product that somebody saved for later, with the price it had then in minor units."""

    __tablename__ = "wishes"

    person_id: so.Mapped[int] = so.mapped_column(
        sa.ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    product_id: so.Mapped[int] = so.mapped_column(
        sa.ForeignKey("products.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    price_minor: so.Mapped[int] = so.mapped_column(sa.BigInteger)
    saved_at: so.Mapped[datetime]


class WishListLink(Base):
    """The link by which others read somebody's list, while it is shared."""

    __tablename__ = "wish_list_links"

    person_id: so.Mapped[int] = so.mapped_column(
        sa.ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    token: so.Mapped[str] = so.mapped_column(sa.String(64), unique=True)
    made_at: so.Mapped[datetime]
