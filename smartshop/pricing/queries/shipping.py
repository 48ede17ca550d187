"""The shipping methods on offer."""

import sqlalchemy as sa

from smartshop.kernel.errors import Invalid
from smartshop.kernel.extensions import db
from smartshop.pricing.models.shipping import ShippingMethod
from smartshop.pricing.rules.shipping import Shipping


def shipping_methods() -> list[Shipping]:
    """What a customer may choose from, the default first."""
    rows = db.session.scalars(
        sa.select(ShippingMethod)
        .where(ShippingMethod.is_active)
        .order_by(ShippingMethod.position, ShippingMethod.id)
    )
    return [Shipping(m.code, m.name, m.description, m.price_minor, m.free_over_minor) for m in rows]


def shipping_method(code: str) -> Shipping:
    """The method with this code.

    Raises Invalid when it is not on offer.
    """
    for method in shipping_methods():
        if method.code == code:
            return method
    raise Invalid(
        "Choose how we should send your order.", {"shipping": "Choose one of the delivery methods shown."}
    )
