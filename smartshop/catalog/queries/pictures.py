"""The pictures of a product as those see them who keep it."""

from dataclasses import dataclass

import sqlalchemy as sa

from smartshop.catalog.models import ProductImage
from smartshop.kernel.extensions import db


@dataclass(frozen=True)
class PictureKept:
    id: int
    path: str
    alt: str
    variant_id: int | None


def of_product(product_id: int) -> list[PictureKept]:
    """Every picture of a product, in order."""
    rows = db.session.execute(
        sa.select(ProductImage.id, ProductImage.path, ProductImage.alt, ProductImage.variant_id)
        .where(ProductImage.product_id == product_id)
        .order_by(ProductImage.position)
    )
    return [PictureKept(*row) for row in rows]
