"""Orders as their customers see them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa

from smartshop.kernel.errors import NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.pages import Page
from smartshop.orders.models import Order, OrderLine, OrderPromotion


@dataclass(frozen=True)
class OrderRow:
    """An order in a list."""

    number: str
    placed_at: datetime
    state: str
    total_minor: int
    returned_minor: int
    currency: str
    quantity: int


@dataclass(frozen=True)
class LineView:
    position: int
    variant_id: int | None
    sku: str
    product_name: str
    variant_name: str
    kind: str
    quantity: int
    returned_quantity: int
    cancelled_quantity: int
    """The part of returned_quantity that was never sent."""
    unit_price_minor: int
    discount_minor: int
    total_minor: int

    @property
    def name(self) -> str:
        """The product with its variant."""
        return " ".join(filter(None, (self.product_name, self.variant_name)))

    @property
    def gross_minor(self) -> int:
        """What it cost before its share of the discounts."""
        return self.total_minor + self.discount_minor


@dataclass(frozen=True)
class LetOff:
    """What a promotion took off the goods and the delivery, as it was called then."""

    name: str
    code: str
    goods_minor: int
    shipping_minor: int


@dataclass(frozen=True)
class OrderView:
    """One order with its frozen lines and address; amounts in minor units."""

    number: str
    person_id: int | None
    email: str | None
    placed_at: datetime
    state: str
    source: str
    currency: str
    goods_minor: int
    discount_minor: int
    shipping_minor: int
    tax_minor: int
    added_tax_minor: int
    total_minor: int
    returned_minor: int
    taxes: list[dict[str, Any]]
    """A part for each rate, as frozen by the order."""
    shipping_method: str
    payment_method: str
    country: str
    is_given_up: bool
    address: dict[str, Any]
    lines: tuple[LineView, ...]
    promotions: tuple[LetOff, ...]

    @property
    def other_discount_minor(self) -> int:
        """The discount that no promotion of this shop explains, such as that of an imported order."""
        return self.discount_minor - sum(promotion.goods_minor for promotion in self.promotions)

    @property
    def saved_minor(self) -> int:
        """What was taken off goods and delivery."""
        return self.discount_minor + sum(promotion.shipping_minor for promotion in self.promotions)


def order(number: str, *, seen_by: int | None, is_staff: bool = False) -> OrderView:
    """One order. A customer's order is only theirs; a guest's opens for whoever holds its number.

    Raises NotFound, also for an order that is somebody else's.
    """
    statement = sa.select(Order).where(Order.number == number)
    if not is_staff:
        statement = statement.where(sa.or_(Order.person_id.is_(None), Order.person_id == seen_by))
    found = db.session.scalar(statement.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(
            "There is no order with this number."
            if is_staff
            else "There is no such order, or it belongs to another account. Sign in to see your orders."
        )
    lines = db.session.scalars(
        sa.select(OrderLine).where(OrderLine.order_id == found.id).order_by(OrderLine.position)
    ).all()
    return _view(found, lines)


def found(number: str, email: str) -> str:
    """The number of the order that was placed with this e-mail address, however it was typed.

    Raises NotFound, whichever of the two is wrong.
    """
    letters = "".join(character for character in number.upper() if character.isalnum())
    written = "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))
    known = db.session.scalar(
        sa.select(Order.number).where(Order.number == written, Order.email == email.strip().lower())
    )
    if known is None:
        raise NotFound(
            "There is no order with this number and e-mail address. Check both: they stand in the confirmation."
        )
    return known


def _view(order_: Order, lines: Sequence[OrderLine]) -> OrderView:
    names = [name for name in OrderView.__dataclass_fields__ if name not in {"lines", "promotions"}]
    let_off = db.session.scalars(
        sa.select(OrderPromotion)
        .where(OrderPromotion.order_id == order_.id)
        .order_by(OrderPromotion.position)
    )
    promotions = tuple(LetOff(row.name, row.code, row.goods_minor, row.shipping_minor) for row in let_off)
    views = tuple(
        LineView(
            line.position,
            line.variant_id,
            line.sku,
            line.product_name,
            line.variant_name,
            line.kind,
            line.quantity,
            line.returned_quantity,
            line.cancelled_quantity,
            line.unit_price_minor,
            line.discount_minor,
            line.total_minor,
        )
        for line in lines
    )
    known = {name: getattr(order_, name) for name in names}
    return OrderView(**known, lines=views, promotions=promotions)


def orders_of(person_id: int, *, page: int = 1, size: int = 20) -> Page[OrderRow]:
    """A person's orders, newest first, without those they never paid; two queries."""
    mine = sa.and_(Order.person_id == person_id, sa.not_(Order.is_given_up))
    total = db.session.scalar(sa.select(sa.func.count()).select_from(Order).where(mine)) or 0
    number = min(max(1, page), max(1, -(-total // size)))
    quantity = (
        sa.select(sa.func.coalesce(sa.func.sum(OrderLine.quantity), 0))
        .where(OrderLine.order_id == Order.id)
        .correlate(Order)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(
            Order.number,
            Order.placed_at,
            Order.state,
            Order.total_minor,
            Order.returned_minor,
            Order.currency,
            quantity,
        )
        .where(mine)
        .order_by(Order.placed_at.desc(), Order.id.desc())
        .limit(size)
        .offset((number - 1) * size)
    )
    return Page([OrderRow(*row) for row in rows], number, size, total)


class Credited(Protocol):
    """A row of an order, whatever else it holds."""

    @property
    def number(self) -> str: ...
    @property
    def returned_minor(self) -> int: ...


@dataclass(frozen=True)
class Gone:
    """How many pieces of an order were cancelled before they were sent, and how many came back."""

    cancelled: int
    returned: int


def gone(orders: Collection[Credited]) -> dict[str, Gone]:
    """What went of orders, by their number, without those of which nothing did; one query, or none for none."""
    numbers = [order.number for order in orders if order.returned_minor]
    if not numbers:
        return {}
    cancelled, back = sa.func.sum(OrderLine.cancelled_quantity), sa.func.sum(OrderLine.returned_quantity)
    rows = db.session.execute(
        sa.select(Order.number, cancelled, back)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .where(Order.number.in_(numbers))
        .group_by(Order.number)
        .having(back > 0)
    )
    return {number: Gone(int(lost), int(every) - int(lost)) for number, lost, every in rows}
