"""What countries tax, as those see it who keep it."""

from collections import defaultdict
from dataclasses import dataclass

import sqlalchemy as sa

from smartshop.kernel.errors import NotFound
from smartshop.kernel.extensions import db
from smartshop.pricing.models.tax import TaxArea, TaxRate
from smartshop.pricing.rules.areas import AreaFacts


@dataclass(frozen=True)
class AreaKept:
    """What a country taxes; ``revision`` tells two states of it apart."""

    id: int
    facts: AreaFacts
    revision: int


def areas() -> list[AreaKept]:
    """Every country with taxes of its own by its code, that for every other one last; two queries."""
    return _kept(sa.true())


def area(area_id: int) -> AreaKept:
    """The taxes of one country.

    Raises NotFound.
    """
    found = _kept(TaxArea.id == area_id)
    if not found:
        raise NotFound("There are no such taxes any more.")
    return found[0]


def _kept(which: sa.ColumnElement[bool]) -> list[AreaKept]:
    rows = db.session.scalars(
        sa.select(TaxArea)
        .where(which)
        .order_by(TaxArea.country == "", TaxArea.country)
        .execution_options(populate_existing=True)
    ).all()
    rates: dict[int, dict[str, int | None]] = defaultdict(dict)
    for rate in db.session.execute(sa.select(TaxRate.area_id, TaxRate.tax_class, TaxRate.basis_points)):
        rates[rate.area_id][rate.tax_class] = rate.basis_points
    return [
        AreaKept(
            row.id,
            AreaFacts(row.country, row.name, row.is_inclusive, row.shipping_class, rates[row.id]),
            row.revision,
        )
        for row in rows
    ]
