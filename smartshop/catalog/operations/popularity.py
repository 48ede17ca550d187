"""How often products were ordered of late, kept beside them so that lists read one table."""

from collections.abc import Mapping

import sqlalchemy as sa

from smartshop.catalog.models import Product
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work

BATCH = 500


def keep(*, orders: Mapping[int, int]) -> int:
    """Write down in how many recent orders each product was, none for the others; returns how many changed.

    It commits every few hundred products: nobody who buys waits for all of them.
    """
    known = db.session.execute(sa.select(Product.id, Product.recent_orders).order_by(Product.id)).all()
    changed = [
        {"product_id": row.id, "orders": orders.get(row.id, 0)}
        for row in known
        if orders.get(row.id, 0) != row.recent_orders
    ]
    table = sa.table("products", sa.column("id"), sa.column("recent_orders"))
    statement = sa.update(table).where(table.c.id == sa.bindparam("product_id"))
    for start in range(0, len(changed), BATCH):
        with unit_of_work():
            db.session.connection().execute(
                statement.values(recent_orders=sa.bindparam("orders")), changed[start : start + BATCH]
            )
    return len(changed)
