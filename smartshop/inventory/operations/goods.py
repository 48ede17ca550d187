"""Products made and changed, together with what that means for whether they are in stock."""

from collections.abc import Mapping
from datetime import datetime

from smartshop.catalog.operations import editing, slugs
from smartshop.catalog.rules.editing import ProductFacts, VariantFacts
from smartshop.inventory.models import StockLevel
from smartshop.inventory.operations import shelves
from smartshop.kernel.audit import Actor
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work


def create(*, facts: ProductFacts, sku: str, variant: VariantFacts, actor: Actor) -> int:
    """A new product with one variant, of which nothing is on hand; returns the product's id.

    Raises Invalid.
    """
    with unit_of_work():
        product_id, variant_id = editing.create(facts=facts, sku=sku, variant=variant, actor=actor)
        db.session.add(StockLevel(variant_id=variant_id, on_hand=0, is_tracked=True))
        shelves.refresh_products(product_ids=[product_id])
    return product_id


def change(
    *,
    product_id: int,
    seen: datetime,
    facts: ProductFacts,
    variants: Mapping[int, VariantFacts],
    slug: str | None = None,
    actor: Actor,
) -> None:
    """Change a product, its address unless None, and all of its variants.

    Raises Invalid, NotFound, OutOfDate.
    """
    with unit_of_work():
        editing.change(product_id=product_id, seen=seen, facts=facts, variants=variants, actor=actor)
        if slug is not None:
            slugs.rename_product(product_id=product_id, slug=slug, actor=actor)
        shelves.refresh_products(product_ids=[product_id])
