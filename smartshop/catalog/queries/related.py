"""What goes well with a product."""

from dataclasses import dataclass
from functools import cache

import sqlalchemy as sa

from smartshop.catalog.models import Product, RelatedProduct
from smartshop.catalog.queries import browsing
from smartshop.catalog.queries.browsing import ProductCard
from smartshop.kernel import statements
from smartshop.kernel.extensions import db
from smartshop.kernel.prepared import Prepared

SELLING = (Product.recent_orders.desc(), Product.id.desc())
"""The newest of what sells equally well first: in this order the index lists them."""


@dataclass(frozen=True)
class Pick:
    """A product that staff picked, published or not."""

    id: int
    name: str
    status: str


def picks(product_id: int) -> list[int]:
    """The ids of what staff picked, in order."""
    rows = sa.select(RelatedProduct.related_id).where(RelatedProduct.product_id == product_id)
    return list(db.session.scalars(rows.order_by(RelatedProduct.position)))


def picked(product_id: int) -> list[Pick]:
    """What staff picked, in order."""
    rows = db.session.execute(
        sa.select(Product.id, Product.name, Product.status)
        .join(RelatedProduct, RelatedProduct.related_id == Product.id)
        .where(RelatedProduct.product_id == product_id)
        .order_by(RelatedProduct.position)
    )
    return [Pick(*row) for row in rows]


def goes_with(*, product_id: int, category_id: int, limit: int = 4) -> list[ProductCard]:
    """What staff picked of what is shown; when it picked nothing, what sells best in the category. One query."""
    rows = statements.run(
        _goes_with(), {"product_id": product_id, "category_id": category_id, "limit": limit}
    )
    return [browsing.card(row) for row in rows]


@cache
def _goes_with() -> Prepared:
    own, limit = sa.bindparam("product_id", type_=sa.Integer), sa.bindparam("limit", type_=sa.Integer)
    place = RelatedProduct.position
    chosen = sa.select(RelatedProduct.related_id.label("id"), place.label("place")).where(
        RelatedProduct.product_id == own
    )
    selling = (
        sa.select(Product.id, (-Product.recent_orders).label("place"))
        .where(*browsing.SHOWN, Product.category_id == sa.bindparam("category_id"), Product.id != own)
        .where(~sa.exists().where(RelatedProduct.product_id == own))
        .order_by(*SELLING)
        .limit(limit)
        .subquery()
    )
    either = sa.union_all(chosen, sa.select(selling.c.id, selling.c.place)).subquery()
    return Prepared(
        browsing.card_columns()
        .join(either, either.c.id == Product.id)
        .order_by(either.c.place, Product.id.desc())
        .limit(limit)
    )
