"""The taxes of a country."""

import sqlalchemy as sa

from smartshop.kernel.extensions import db
from smartshop.pricing.models.tax import TaxRate
from smartshop.pricing.rules.tax import NO_TAXES, Tax, Taxes


def taxes_of(country: str) -> Taxes:
    """The taxes on orders that go to a country; none where no rate is set."""
    rate = db.session.scalar(sa.select(TaxRate).where(TaxRate.country == country))
    return Taxes(Tax(rate.name, rate.basis_points, rate.is_inclusive)) if rate else NO_TAXES
