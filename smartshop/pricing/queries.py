"""The shipping methods on offer and the tax of a country."""

import sqlalchemy as sa

from smartshop.kernel.errors import Invalid
from smartshop.kernel.extensions import db
from smartshop.pricing.models import ShippingMethod, TaxRate
from smartshop.pricing.rules import NO_TAX, Shipping, Tax


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


def tax_of(country: str) -> Tax:
    """The tax on orders that go to a country; none where no rate is set."""
    rate = db.session.scalar(sa.select(TaxRate).where(TaxRate.country == country))
    return Tax(rate.name, rate.basis_points, rate.is_inclusive) if rate else NO_TAX
