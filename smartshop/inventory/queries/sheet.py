"""Stock as the stock sheet writes it."""

from collections.abc import Iterator

import sqlalchemy as sa

from smartshop.catalog.models import Product, Variant
from smartshop.inventory.models import StockLevel
from smartshop.kernel.extensions import db

HEADER = ("sku", "product", "variant", "on_hand", "reason")


def rows() -> Iterator[list[str]]:
    """One row a variant, by product; what is not counted has no number. One query, without holding it all."""
    statement = (
        sa.select(Variant.sku, Product.name, Variant.name, StockLevel.on_hand, StockLevel.is_tracked)
        .join(Product, Product.id == Variant.product_id)
        .outerjoin(StockLevel, StockLevel.variant_id == Variant.id)
        .order_by(Product.name, Product.id, Variant.position)
    )
    for sku, product, variant, on_hand, is_tracked in db.session.execute(
        statement, execution_options={"yield_per": 500}
    ):
        yield [sku, product, variant, str(on_hand or 0) if is_tracked is not False else "", ""]
