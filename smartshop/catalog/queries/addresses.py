"""Every address worth finding, for search engines, and where the former ones lead."""

from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa
import sqlalchemy.orm as so

from smartshop.catalog.models import Category, FormerCategorySlug, FormerProductSlug, Product
from smartshop.catalog.queries.browsing import SHOWN
from smartshop.kernel.extensions import db

BATCH = 5000


def count() -> int:
    """How many products are shown."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(Product).where(*SHOWN)) or 0


def products(*, skip: int, most: int) -> Iterator[tuple[str, datetime]]:
    """(slug, last change) of the products that are shown, in the order they came, a batch at a time."""
    after = _id_at(skip - 1) if skip else 0
    while most > 0 and after is not None:
        rows = db.session.execute(
            sa.select(Product.id, Product.slug, Product.updated_at)
            .where(*SHOWN, Product.id > after)
            .order_by(Product.id)
            .limit(min(BATCH, most))
        ).all()
        yield from ((row.slug, row.updated_at) for row in rows)
        most -= len(rows)
        after = rows[-1].id if rows else None


def _id_at(place: int) -> int | None:
    return db.session.scalar(sa.select(Product.id).where(*SHOWN).order_by(Product.id).offset(place).limit(1))


def product_now_at(former: str) -> str | None:
    """The present slug of the published product that once had this one, unless it is another's by now."""
    reused = so.aliased(Product)
    return db.session.scalar(
        sa.select(Product.slug)
        .join(FormerProductSlug, FormerProductSlug.product_id == Product.id)
        .where(FormerProductSlug.slug == former, Product.status == "published")
        .where(~sa.exists().where(reused.slug == former))
    )


def category_now_at(former: str) -> str | None:
    """The present slug of the category that once had this one."""
    return db.session.scalar(
        sa.select(Category.slug)
        .join(FormerCategorySlug, FormerCategorySlug.category_id == Category.id)
        .where(FormerCategorySlug.slug == former)
    )
