"""The cart as pages and the checkout see it: a frozen snapshot."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa
import sqlalchemy.orm as so

from smartshop.cart.models import Cart, CartLine, SavedLine
from smartshop.catalog.models import Product, ProductImage, Variant
from smartshop.catalog.queries import paths
from smartshop.inventory.models import StockLevel
from smartshop.inventory.queries.stock import Availability, held_by_others
from smartshop.kernel import codes, statements
from smartshop.kernel.prepared import Prepared


@dataclass(frozen=True)
class CartKey:
    """Whose cart: the signed-in person's, else the one behind the browser's token."""

    token: str | None = None
    person_id: int | None = None

    @property
    def is_guest(self) -> bool:
        return self.person_id is None


@dataclass(frozen=True)
class CartItem:
    variant_id: int
    product_id: int
    slug: str
    name: str
    variant_name: str
    sku: str
    image_path: str
    unit_price_minor: int
    quantity: int
    category_ids: tuple[int, ...]
    """Its category and all above it, from the root."""
    weight_grams: int
    tax_class: str
    availability: Availability
    """What is left; sold out when the product is no longer for sale."""

    @property
    def total_minor(self) -> int:
        return self.quantity * self.unit_price_minor

    @property
    def is_short(self) -> bool:
        """Whether less is left than the cart holds."""
        return self.availability.clip(self.quantity) < self.quantity


@dataclass(frozen=True)
class CartSnapshot:
    """All lines of one cart at one moment; an empty one has no id."""

    cart_id: int | None
    items: tuple[CartItem, ...]
    code: str = ""
    """The coupon code its owner gave."""
    may_have_saved: bool = True
    """False when its owner has nothing saved for later."""

    @property
    def quantity(self) -> int:
        return sum(item.quantity for item in self.items)

    @property
    def goods_minor(self) -> int:
        return sum(item.total_minor for item in self.items)

    @property
    def weight_grams(self) -> int:
        return sum(item.quantity * item.weight_grams for item in self.items)

    @property
    def has_shortage(self) -> bool:
        return any(item.is_short for item in self.items)


def is_owned(by_guest: bool) -> sa.ColumnElement[bool]:  # noqa: FBT001
    """The condition that picks somebody's open cart; `owner` gives its parameter."""
    return sa.and_(Cart.state == "open", was_owned(by_guest))


def was_owned(by_guest: bool, carts: type[Cart] = Cart) -> sa.ColumnElement[bool]:  # noqa: FBT001
    """The condition that picks every cart somebody ever had, as lines saved for later outlive an order."""
    if by_guest:
        return sa.and_(carts.person_id.is_(None), carts.token_fingerprint == sa.bindparam("owner"))
    return carts.person_id == sa.bindparam("owner")


def owner(key: CartKey) -> dict[str, int | str]:
    """The parameter of `is_owned` and `was_owned`."""
    return {"owner": codes.fingerprint(key.token or "") if key.person_id is None else key.person_id}


def count(key: CartKey) -> int:
    """How many things are in the cart, for the header; no query where there can be none."""
    if key.token is None and key.person_id is None:
        return 0
    return int(statements.one(_count(key.is_guest), owner(key)) or 0)


@cache
def _count(by_guest: bool) -> Prepared:  # noqa: FBT001
    total = sa.func.coalesce(sa.func.sum(CartLine.quantity), 0)
    return Prepared(sa.select(total).join(Cart, Cart.id == CartLine.cart_id).where(is_owned(by_guest)))


def snapshot(key: CartKey) -> CartSnapshot:
    """The cart with prices and what is left, in one query; oldest line first."""
    if key.token is None and key.person_id is None:
        return CartSnapshot(None, ())
    rows = statements.run(_lines(CartLine, key.is_guest), owner(key)).all()
    items = tuple(map(_item, rows))
    if not rows:
        return CartSnapshot(None, ())
    return CartSnapshot(rows[0].cart_id, items, rows[0].coupon_code, rows[0].has_saved)


def saved(key: CartKey) -> tuple[CartItem, ...]:
    """What somebody saved for later, with today's prices and what is left, in one query; oldest first."""
    if key.token is None and key.person_id is None:
        return ()
    return tuple(map(_item, statements.run(_lines(SavedLine, key.is_guest), owner(key))))


@cache
def _lines(table: type[CartLine | SavedLine], by_guest: bool) -> Prepared:  # noqa: FBT001
    """The lines of an open cart, or what its owner saved for later."""
    return Prepared(
        sa.select(
            Cart.id.label("cart_id"),
            Cart.coupon_code,
            table.quantity,
            table.variant_id,
            Variant.name.label("variant_name"),
            Variant.sku,
            Variant.price_minor,
            Variant.weight_grams,
            sa.and_(Variant.is_active, Product.status == "published").label("is_sold"),
            Product.id.label("product_id"),
            Product.slug,
            Product.name,
            Product.category_id,
            Product.tax_class,
            StockLevel.on_hand,
            StockLevel.is_tracked,
            held_by_others(sa.literal("cart:").concat(sa.cast(Cart.id, sa.String))).label("held"),
            _picture().label("image"),
            _has_saved(by_guest).label("has_saved"),
            paths.path_of(Product.category_id).label("path"),
        )
        .join(table, table.cart_id == Cart.id)
        .join(Variant, Variant.id == table.variant_id)
        .join(Product, Product.id == Variant.product_id)
        .outerjoin(StockLevel, StockLevel.variant_id == Variant.id)
        .where(is_owned(by_guest) if table is CartLine else was_owned(by_guest))
        .order_by(table.added_at, table.variant_id)
    )


def _has_saved(by_guest: bool) -> sa.ColumnElement[bool]:  # noqa: FBT001
    theirs = so.aliased(Cart)
    return sa.exists().where(SavedLine.cart_id == theirs.id, was_owned(by_guest, theirs)).correlate(None)


def _picture() -> sa.ColumnElement[str]:
    """The first picture of a variant, else of its product."""
    of_product = sa.select(ProductImage.path).where(ProductImage.product_id == Product.id)
    first = of_product.order_by(ProductImage.position).limit(1).correlate(Product, Variant)
    own = first.where(ProductImage.variant_id == Variant.id)
    return sa.func.coalesce(own.scalar_subquery(), first.scalar_subquery())


def _item(row: sa.Row[*tuple[Any, ...]]) -> CartItem:
    return CartItem(
        variant_id=row.variant_id,
        product_id=row.product_id,
        slug=row.slug,
        name=row.name,
        variant_name=row.variant_name,
        sku=row.sku,
        image_path=row.image or "",
        unit_price_minor=row.price_minor,
        quantity=row.quantity,
        category_ids=paths.steps(row.path) or (row.category_id,),
        weight_grams=row.weight_grams,
        tax_class=row.tax_class,
        availability=Availability(_left(row)),
    )


def _left(row: sa.Row[*tuple[Any, ...]]) -> int | None:
    """What is left of a line's variant for its owner; None when it is not counted, nothing of what is not sold."""
    if not row.is_sold or row.on_hand is None:
        return 0
    return row.on_hand - row.held if row.is_tracked else None
