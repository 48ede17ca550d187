"""Telling the catalog which products have something left, in the unit that changed it."""

from collections.abc import Collection

import sqlalchemy as sa

from smartshop.catalog.models import Variant
from smartshop.catalog.operations import listing
from smartshop.inventory.queries import stock as queries
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work

BATCH = 1000


def refresh(*, variant_ids: Collection[int]) -> None:
    """Say of the products of these variants whether they are in stock.

    Their rows are held first: two buyers who each take the last of another variant see what the other left.
    """
    if not variant_ids:
        return
    with unit_of_work():
        product_ids: set[int] = set()
        for start in range(0, len(variant_ids), BATCH):
            some = list(variant_ids)[start : start + BATCH]
            product_ids.update(db.session.scalars(sa.select(Variant.product_id).where(Variant.id.in_(some))))
        refresh_products(product_ids=product_ids)


def refresh_products(*, product_ids: Collection[int]) -> None:
    """Say of these products whether they are in stock."""
    with unit_of_work():
        db.session.flush()
        ordered = sorted(set(product_ids))
        for start in range(0, len(ordered), BATCH):
            some = ordered[start : start + BATCH]
            listing.hold(some)
            listing.set_in_stock(product_ids=some, on_sale=queries.products_on_sale(some))
