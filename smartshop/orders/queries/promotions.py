"""What promotions brought and cost."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from smartshop.kernel.extensions import db
from smartshop.orders.models import Order, OrderPromotion
from smartshop.orders.rules.states import State


@dataclass(frozen=True)
class Result:
    """Orders with a promotion that stand, what they brought net of returns, and what it took off them; minor units."""

    orders: int = 0
    revenue_minor: int = 0
    let_off_minor: int = 0


def results(promotion_ids: Sequence[int]) -> dict[int, Result]:
    """The result of each promotion that has one; one query."""
    let_off = sa.func.sum(OrderPromotion.goods_minor + OrderPromotion.shipping_minor)
    rows = db.session.execute(
        sa.select(
            OrderPromotion.promotion_id,
            sa.func.count(),
            sa.func.sum(Order.total_minor - Order.returned_minor),
            let_off,
        )
        .join(Order, Order.id == OrderPromotion.order_id)
        .where(OrderPromotion.promotion_id.in_(promotion_ids), Order.state != State.CANCELLED)
        .group_by(OrderPromotion.promotion_id)
    )
    return {key: Result(orders, int(revenue), int(less)) for key, orders, revenue, less in rows if key}
