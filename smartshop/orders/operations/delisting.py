"""Deleting products: only those that were never ordered, since orders and reports go on naming the others."""

import sqlalchemy as sa

from smartshop.catalog.operations import removing
from smartshop.kernel.audit import Actor
from smartshop.kernel.errors import Conflict
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.orders.models import OrderLine


class WasOrdered(Conflict):
    """Some order holds the product."""

    code = "was_ordered"


def delete(*, product_id: int, actor: Actor) -> None:
    """Delete a product that no order holds.

    Raises NotFound, WasOrdered.
    """
    with unit_of_work():
        removing.hold(product_id=product_id)
        ordered = sa.select(OrderLine.id).where(OrderLine.product_id == product_id).limit(1)
        if db.session.scalar(ordered) is not None:
            raise WasOrdered(
                "It was ordered, and orders and reports go on naming it. Make it a draft: that takes it out of the shop."
            )
        removing.remove(product_id=product_id, actor=actor)
