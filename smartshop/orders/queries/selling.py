"""What sells."""

from datetime import timedelta

import sqlalchemy as sa

from smartshop.kernel import clock
from smartshop.kernel.extensions import db
from smartshop.orders.models import Order, OrderLine


def recent_orders(*, days: int = 30) -> dict[int, int]:
    """In how many orders of the last ``days`` each product was, by product id; it reads every line of them."""
    recent = (
        sa.select(Order.id)
        .where(Order.placed_at >= clock.now() - timedelta(days=days), Order.state != "cancelled")
        .cte("recent")
    )
    # The sum keeps SQLite from walking all lines ever in the order of their products.
    product_id = (OrderLine.product_id + 0).label("product_id")
    rows = db.session.execute(
        sa.select(product_id, sa.func.count(sa.distinct(OrderLine.order_id)).label("orders"))
        .join(recent, recent.c.id == OrderLine.order_id)
        .where(OrderLine.product_id.is_not(None))
        .group_by(product_id)
    )
    return {row.product_id: row.orders for row in rows}
