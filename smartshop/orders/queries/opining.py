"""Who may review what: those who paid for it and did not send all of it back."""

from dataclasses import dataclass

import sqlalchemy as sa

from smartshop.catalog.models import Product, Review
from smartshop.kernel.errors import Refused
from smartshop.kernel.extensions import db
from smartshop.orders.models import Order, OrderLine
from smartshop.orders.rules.states import State

HAVE = (
    Order.state.in_((State.PAID, State.FULFILLED)),
    OrderLine.kind == "product",
    OrderLine.returned_quantity < OrderLine.quantity,
)
"""What makes a line one that its buyer has."""


class NotBought(Refused):
    """Somebody wants to review what they did not buy here."""

    code = "not_bought"


@dataclass(frozen=True)
class Reviewable:
    """A product somebody may review, and the state of the review they wrote, if they did."""

    slug: str
    name: str
    state: str | None


def require_buyer(*, product_id: int, person_id: int) -> None:
    """Raises NotBought unless this person has the product from here."""
    found = db.session.scalar(
        sa.select(OrderLine.id)
        .join(Order, Order.id == OrderLine.order_id)
        .where(Order.person_id == person_id, OrderLine.product_id == product_id, *HAVE)
        .limit(1)
    )
    if found is None:
        raise NotBought(
            "Reviews are written by those who bought the thing here, signed in. "
            "When an order of yours is paid, its page leads to the reviews."
        )


def of_order(number: str, *, person_id: int | None) -> list[Reviewable]:
    """The products of an order that its buyer may review; none for a guest. One query."""
    if person_id is None:
        return []
    mine = sa.and_(Review.product_id == Product.id, Review.person_id == person_id)
    rows = db.session.execute(
        sa.select(Product.slug, Product.name, Review.state)
        .join(OrderLine, OrderLine.product_id == Product.id)
        .join(Order, Order.id == OrderLine.order_id)
        .outerjoin(Review, mine)
        .where(Order.number == number, Order.person_id == person_id, Product.status == "published", *HAVE)
        .group_by(Product.id, Product.slug, Product.name, Review.state)
        .order_by(sa.func.min(OrderLine.position))
    )
    return [Reviewable(*row) for row in rows]
