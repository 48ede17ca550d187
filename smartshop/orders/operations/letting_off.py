"""The promotions of an order: frozen on it and counted when it is placed, given back when it is cancelled."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from smartshop.kernel import statements
from smartshop.kernel.extensions import db
from smartshop.kernel.prepared import Prepared
from smartshop.orders.models import Order, OrderPromotion
from smartshop.pricing.operations import using
from smartshop.pricing.rules.eligibility import Buyer
from smartshop.pricing.rules.quoting import Quote

TAKEN_OFF = Prepared(
    sa.select(
        OrderPromotion.name, OrderPromotion.code, OrderPromotion.goods_minor, OrderPromotion.shipping_minor
    )
    .where(OrderPromotion.order_id == sa.bindparam("order_id"))
    .order_by(OrderPromotion.position)
)


def keep(order: Order, quote: Quote) -> None:
    """Freeze what each promotion took off, and count it as used.

    Raises PromotionGone.
    """
    db.session.add_all(
        OrderPromotion(
            order_id=order.id,
            position=position,
            promotion_id=applied.promotion_id,
            name=applied.name,
            code=applied.code,
            goods_minor=applied.goods_minor,
            shipping_minor=applied.shipping_minor,
        )
        for position, applied in enumerate(quote.promotions, start=1)
    )
    using.use(
        reference=order.number, applied=quote.promotions, buyer=Buyer(order.person_id, order.email or "")
    )


def give_back(order: Order) -> None:
    """The promotions of a cancelled order may be used again."""
    using.give_back(reference=order.number)


def promotions_of(order_id: int) -> Sequence[Any]:
    """What was taken off an order, in the order of the checkout: name, code, goods_minor, shipping_minor."""
    return statements.run(TAKEN_OFF, {"order_id": order_id})


def taken_off(order: Order) -> list[tuple[str, int]]:
    """The rows of a document that say what was taken off the goods; they sum to the discount."""
    rows = [
        (f"{row.name} ({row.code})" if row.code else row.name, -row.goods_minor)
        for row in promotions_of(order.id)
        if row.goods_minor
    ]
    rest = order.discount_minor + sum(minor for _label, minor in rows)
    return [*rows, ("Discount", -rest)] if rest else rows
