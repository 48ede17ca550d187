"""What buyers say: on a product's page, to its author, and in the queue of those who read it first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import sqlalchemy as sa

from smartshop.catalog.models import Product, Review
from smartshop.catalog.rules.reviews import STARS, Opinion, Order, State
from smartshop.kernel import statements
from smartshop.kernel.extensions import db
from smartshop.kernel.pages import Page
from smartshop.kernel.prepared import Prepared

SORTED = {
    Order.NEWEST: (Review.created_at.desc(), Review.id.desc()),
    Order.HIGHEST: (Review.rating.desc(), Review.created_at.desc(), Review.id.desc()),
    Order.LOWEST: (Review.rating, Review.created_at.desc(), Review.id.desc()),
}

PUBLISHED = (Review.product_id == sa.bindparam("product_id"), Review.state == State.PUBLISHED)
BY_STARS = Prepared(sa.select(Review.rating, sa.func.count()).where(*PUBLISHED).group_by(Review.rating))


@dataclass(frozen=True)
class ReviewView:
    author: str
    rating: int
    title: str
    body: str
    is_verified: bool
    created_at: datetime


@dataclass(frozen=True)
class Reviews:
    """A page of what is published of a product, and how many gave each number of stars, from five down."""

    page: Page[ReviewView]
    by_stars: Mapping[int, int]


@dataclass(frozen=True)
class OwnReview:
    """A review as its author sees it; ``reason`` says why it was turned down."""

    opinion: Opinion
    state: str
    reason: str


@dataclass(frozen=True)
class QueuedReview:
    """A review as it waits to be read; ``revision`` tells two states of its words apart."""

    id: int
    revision: int
    state: str
    product_name: str
    product_slug: str
    author: str
    rating: int
    title: str
    body: str
    created_at: datetime
    reason: str


def of_product(product_id: int, *, order: Order = Order.NEWEST, page: int = 1, size: int = 10) -> Reviews:
    """What is published of one product; two queries, one when nothing is."""
    found: dict[int, int] = {row[0]: row[1] for row in statements.run(BY_STARS, {"product_id": product_id})}
    total = sum(found.values())
    number = min(max(1, page), max(1, -(-total // size)))
    sought = {"product_id": product_id, "size": size, "start": (number - 1) * size}
    rows = statements.run(_published(order), sought) if total else ()
    items = [ReviewView(*row) for row in rows]
    return Reviews(Page(items, number, size, total), {stars: found.get(stars, 0) for stars in STARS})


@cache
def _published(order: Order) -> Prepared:
    columns = [getattr(Review, name) for name in ReviewView.__dataclass_fields__]
    size, start = sa.bindparam("size", type_=sa.Integer), sa.bindparam("start", type_=sa.Integer)
    return Prepared(sa.select(*columns).where(*PUBLISHED).order_by(*SORTED[order]).limit(size).offset(start))


def own(*, product_id: int, person_id: int) -> OwnReview | None:
    """What this person wrote of this product."""
    row = db.session.execute(
        sa.select(Review.rating, Review.title, Review.body, Review.state, Review.reason).where(
            Review.product_id == product_id, Review.person_id == person_id
        )
    ).one_or_none()
    return OwnReview(Opinion(*row[:3]), row.state, row.reason) if row else None


def queue(
    *, state: State, rating: int | None = None, words: str = "", page: int = 1, size: int = 25
) -> Page[QueuedReview]:
    """Reviews in a state, the longest waiting first, of others the latest; ``words`` looks in product names."""
    asked = [Review.state == state]
    if rating:
        asked.append(Review.rating == rating)
    if words:
        asked.append(sa.func.lower(Product.name).contains(words.lower(), autoescape=True))
    joined = sa.select(sa.func.count()).select_from(Review).join(Product, Product.id == Review.product_id)
    total = db.session.scalar(joined.where(*asked)) or 0
    number = min(max(1, page), max(1, -(-total // size)))
    at = Review.created_at.asc() if state == State.PENDING else Review.created_at.desc()
    rows = db.session.execute(
        sa.select(
            Review.id,
            Review.revision,
            Review.state,
            Product.name,
            Product.slug,
            Review.author,
            Review.rating,
            Review.title,
            Review.body,
            Review.created_at,
            Review.reason,
        )
        .join(Product, Product.id == Review.product_id)
        .where(*asked)
        .order_by(at, Review.id)
        .limit(size)
        .offset((number - 1) * size)
    )
    return Page([QueuedReview(*row) for row in rows], number, size, total)


def counts() -> dict[State, int]:
    """How many reviews are in each state."""
    rows = db.session.execute(sa.select(Review.state, sa.func.count()).group_by(Review.state))
    found: dict[str, int] = dict(rows.all())
    return {state: found.get(state, 0) for state in State}
