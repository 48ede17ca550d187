"""The shipping methods on offer, by the country an order goes to."""

from collections import defaultdict
from collections.abc import Collection
from functools import cache

import sqlalchemy as sa

from smartshop.kernel import statements
from smartshop.kernel.errors import Invalid
from smartshop.kernel.extensions import db
from smartshop.kernel.prepared import Prepared
from smartshop.pricing.models.shipping import ShippingBand, ShippingMethod, ShippingZone, ZoneCountry
from smartshop.pricing.rules.shipping import Band, ChargedBy, Shipping


def shipping_methods(country: str, *, goods_minor: int = 0, weight_grams: int = 0) -> list[Shipping]:
    """What a customer may choose from for goods that cost and weigh this much, the default first; two queries.

    Empty where nobody sends to, or when it is too heavy or too dear for every method.
    """
    return [method for method in every_method(country) if method.carries(goods_minor, weight_grams)]


def shipping_method(code: str, country: str, *, goods_minor: int, weight_grams: int) -> Shipping:
    """The method with this code.

    Raises Invalid when it is not on offer for these goods in that country.
    """
    for method in shipping_methods(country, goods_minor=goods_minor, weight_grams=weight_grams):
        if method.code == code:
            return method
    raise Invalid(
        "Choose how we should send your order.", {"shipping": "Choose one of the delivery methods shown."}
    )


def zone_of(country: str | sa.BindParameter[str]) -> sa.ScalarSelect[int]:
    """The id of the zone of a country: the one that names it, else the one for everywhere else."""
    named = sa.select(ZoneCountry.zone_id).where(ZoneCountry.country == country).scalar_subquery()
    other = sa.select(ShippingZone.id).where(ShippingZone.is_everywhere_else).scalar_subquery()
    return sa.select(sa.func.coalesce(named, other)).scalar_subquery()


def bands_of(method_ids: Collection[int]) -> dict[int, tuple[Band, ...]]:
    """The bands of these methods, each method's rising; one query, none for no method."""
    found: dict[int, list[Band]] = defaultdict(list)
    if method_ids:
        rows = db.session.execute(
            sa.select(ShippingBand.method_id, ShippingBand.up_to, ShippingBand.price_minor)
            .where(ShippingBand.method_id.in_(method_ids))
            .order_by(ShippingBand.method_id, ShippingBand.up_to.is_(None), ShippingBand.up_to)
        )
        for row in rows:
            found[row.method_id].append(Band(row.up_to, row.price_minor))
    return {method_id: tuple(bands) for method_id, bands in found.items()}


def every_method(country: str) -> list[Shipping]:
    """Every way to send something to a country, whatever it may carry, the default first; two queries at most."""
    rows = statements.run(_of_zone(), {"country": country}).all()
    bands = bands_of([row.id for row in rows if row.charged_by != ChargedBy.FLAT])
    return [
        Shipping(
            row.code,
            row.name,
            row.description,
            row.price_minor,
            row.free_over_minor,
            ChargedBy(row.charged_by),
            bands.get(row.id, ()),
        )
        for row in rows
    ]


@cache
def _of_zone() -> Prepared:
    country = sa.bindparam("country", type_=sa.String())
    return Prepared(
        sa.select(
            ShippingMethod.id,
            ShippingMethod.code,
            ShippingMethod.name,
            ShippingMethod.description,
            ShippingMethod.charged_by,
            ShippingMethod.price_minor,
            ShippingMethod.free_over_minor,
        )
        .where(ShippingMethod.is_active, ShippingMethod.zone_id == zone_of(country))
        .order_by(ShippingMethod.position, ShippingMethod.id)
    )
