"""Products that staff deletes. ``orders.operations.delisting`` calls this, because what was ordered stays."""

import sqlalchemy as sa

from smartshop.catalog.models import Product
from smartshop.catalog.operations import listing
from smartshop.kernel import audit
from smartshop.kernel.errors import NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work


def hold(*, product_id: int) -> None:
    """Keep everybody from naming this product in an order or elsewhere until the commit.

    Raises NotFound.
    """
    held = sa.select(Product.id).where(Product.id == product_id).with_for_update()
    if db.session.scalar(held) is None:
        raise NotFound("There is no such product.")


def remove(*, product_id: int, actor: audit.Actor) -> None:
    """Delete a product with its variants, pictures, stock and place in carts and wish lists.

    Raises NotFound.
    """
    with unit_of_work():
        found = db.session.get(Product, product_id, populate_existing=True)
        if found is None:
            raise NotFound("There is no such product.")
        before = {"name": found.name, "slug": found.slug}
        db.session.execute(sa.delete(Product).where(Product.id == product_id))
        listing.refresh([product_id])
        audit.record(actor=actor, action="product.deleted", subject=f"product:{product_id}", before=before)
