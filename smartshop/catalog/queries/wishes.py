"""What people saved for later."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from smartshop.catalog.models import Product, Variant, Wish, WishListLink
from smartshop.kernel.errors import NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.pages import Page


@dataclass(frozen=True)
class Wished:
    """A saved product; prices in minor units. ``price_minor`` is None when it is not for sale any more."""

    product_id: int
    slug: str
    name: str
    image_path: str
    saved_price_minor: int
    saved_at: datetime
    price_minor: int | None
    has_price_range: bool
    is_in_stock: bool
    variant_id: int | None
    """The variant to put into the cart, when there is but one."""

    @property
    def drop_minor(self) -> int:
        """By how much it is cheaper than when it was saved; 0 when it is not."""
        return max(0, self.saved_price_minor - self.price_minor) if self.price_minor is not None else 0


def saved_ids(person_id: int) -> frozenset[int]:
    """The ids of the products somebody saved."""
    return frozenset(db.session.scalars(sa.select(Wish.product_id).where(Wish.person_id == person_id)))


def of_person(person_id: int, *, page: int = 1, size: int = 24) -> Page[Wished]:
    """What somebody saved, the latest first; two queries."""
    mine = Wish.person_id == person_id
    total = db.session.scalar(sa.select(sa.func.count()).select_from(Wish).where(mine)) or 0
    number = min(max(1, page), max(1, -(-total // size)))
    active = sa.and_(Variant.product_id == Product.id, Variant.is_active)
    first = sa.select(sa.func.min(Variant.id)).where(active).correlate(Product).scalar_subquery()
    count = sa.select(sa.func.count()).where(active).correlate(Product).scalar_subquery()
    rows = db.session.execute(
        sa.select(Product, Wish, first.label("first"), count.label("variants"))
        .join(Wish, Wish.product_id == Product.id)
        .where(mine)
        .order_by(Wish.saved_at.desc(), Product.id.desc())
        .limit(size)
        .offset((number - 1) * size)
    )
    found = [_wished(row.Product, row.Wish, row.first if row.variants == 1 else None) for row in rows]
    return Page(found, number, size, total)


def _wished(product: Product, wish: Wish, variant_id: int | None) -> Wished:
    low, high = product.price_low_minor, product.price_high_minor
    return Wished(
        product_id=product.id,
        slug=product.slug,
        name=product.name,
        image_path=product.image_path,
        saved_price_minor=wish.price_minor,
        saved_at=wish.saved_at,
        price_minor=low if product.status == "published" else None,
        has_price_range=low != high,
        is_in_stock=product.is_in_stock,
        variant_id=variant_id,
    )


def link(person_id: int) -> str | None:
    """The token of the link by which others read somebody's list, while it is shared."""
    return db.session.scalar(sa.select(WishListLink.token).where(WishListLink.person_id == person_id))


def behind(token: str) -> int:
    """Whose list a link opens: a person's id.

    Raises NotFound, also when the link was taken back.
    """
    found = db.session.scalar(sa.select(WishListLink.person_id).where(WishListLink.token == token))
    if found is None:
        raise NotFound("This list is not shared any more. Ask for a new link.")
    return found
