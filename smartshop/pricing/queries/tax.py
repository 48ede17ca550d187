"""The taxes of a country."""

from functools import cache

import sqlalchemy as sa

from smartshop.kernel import statements
from smartshop.kernel.prepared import Prepared
from smartshop.pricing.models.tax import EVERYWHERE_ELSE, TaxArea, TaxRate
from smartshop.pricing.rules.tax import NO_TAX, NO_TAXES, STANDARD, Tax, Taxes


def taxes_of(country: str) -> Taxes:
    """The taxes on orders that go to a country; those of every other country, or none, where it has none of its own."""
    rows = statements.run(_rates(), {"country": country}).all()
    if not rows:
        return NO_TAXES
    rates = {row.tax_class: Tax(row.name, row.basis_points, row.is_inclusive) for row in rows}
    return Taxes(rates.get(STANDARD, NO_TAX), rates, rows[0].shipping_class)


@cache
def _rates() -> Prepared:
    own = sa.select(TaxArea.id).where(TaxArea.country == sa.bindparam("country")).scalar_subquery()
    other = sa.select(TaxArea.id).where(TaxArea.country == EVERYWHERE_ELSE).scalar_subquery()
    return Prepared(
        sa.select(
            TaxArea.name,
            TaxArea.is_inclusive,
            TaxArea.shipping_class,
            TaxRate.tax_class,
            TaxRate.basis_points,
        )
        .join(TaxRate, TaxRate.area_id == TaxArea.id)
        .where(TaxArea.id == sa.func.coalesce(own, other))
    )
