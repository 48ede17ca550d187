"""What goes well with a product, as staff picks it."""

from collections.abc import Callable, Sequence

import sqlalchemy as sa

from smartshop.catalog.models import Product, RelatedProduct
from smartshop.catalog.queries import related
from smartshop.catalog.rules import related as rules
from smartshop.kernel import audit
from smartshop.kernel.errors import Invalid, NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work

Step = Callable[[Sequence[int], int], list[int]]
STEPS: dict[str, Step] = {
    "add": rules.added,
    "remove": rules.without,
    "up": rules.earlier,
    "down": rules.later,
}


def change(*, product_id: int, step: str, related_id: int, actor: audit.Actor) -> None:
    """Add, remove or move one of the products that go well with this one.

    Raises Invalid (the list is full, the product itself), NotFound (either is not there).
    """
    if product_id == related_id:
        raise Invalid("A product goes with others, not with itself.")
    with unit_of_work():
        both = db.session.scalars(
            sa.select(Product.id)
            .where(Product.id.in_((product_id, related_id)))
            .order_by(Product.id)
            .with_for_update(key_share=True)
        ).all()
        if len(both) < 2:
            raise NotFound("There is no such product.")
        before = related.picks(product_id)
        after = STEPS[step](before, related_id)
        if after == before:
            return
        db.session.execute(sa.delete(RelatedProduct).where(RelatedProduct.product_id == product_id))
        if after:
            rows = [
                {"product_id": product_id, "related_id": pick, "position": position}
                for position, pick in enumerate(after)
            ]
            db.session.execute(sa.insert(RelatedProduct), rows)
        audit.record(
            actor=actor,
            action="product.related",
            subject=f"product:{product_id}",
            before={"related": before},
            after={"related": after},
        )
