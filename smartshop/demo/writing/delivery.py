"""Where the simulated shop sends to, and what is taxed there: home, Europe, and the rest of the world."""

from dataclasses import dataclass

import sqlalchemy as sa

from smartshop.kernel.extensions import db
from smartshop.pricing.models.shipping import ShippingBand, ShippingMethod, ShippingZone, ZoneCountry
from smartshop.pricing.models.tax import TaxArea, TaxRate
from smartshop.pricing.rules.shipping import ChargedBy

HOME = "GB"
EUROPE = "AT BE BG CH CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"
TAXES = {"IE": ("VAT", 2300, 1350), "DE": ("MwSt", 1900, 700), "FR": ("TVA", 2000, 550)}


@dataclass(frozen=True)
class Way:
    """A way charged by weight: pence by grams."""

    code: str
    name: str
    promise: str
    bands: dict[int, int]


TO_EUROPE = Way(
    "europe",
    "Tracked to Europe",
    "3 to 6 working days",
    {500: 795, 2_000: 1095, 5_000: 1595, 20_000: 2995},
)
TO_THE_WORLD = Way(
    "world",
    "Tracked worldwide",
    "7 to 14 working days",
    {500: 1295, 2_000: 1995, 5_000: 3495, 20_000: 7995},
)


def write_delivery(scale: int) -> None:
    """Split the one zone of a new shop in three; prices are pence times ``scale``. What was ordered before stays as it is."""
    world = db.session.scalars(sa.select(ShippingZone).where(ShippingZone.is_everywhere_else)).one()
    world.name = "Rest of the world"
    home, europe = ShippingZone(name="United Kingdom"), ShippingZone(name="Europe")
    db.session.add_all([home, europe])
    db.session.flush()
    db.session.execute(sa.update(ShippingMethod).values(zone_id=home.id))
    db.session.add(ZoneCountry(country=HOME, zone_id=home.id))
    db.session.add_all(ZoneCountry(country=country, zone_id=europe.id) for country in EUROPE.split())
    for zone, way in ((europe, TO_EUROPE), (world, TO_THE_WORLD)):
        _write_way(zone.id, way, scale)
    for country, (name, standard, reduced) in TAXES.items():
        _write_taxes(country, name, {"standard": standard, "reduced": reduced, "zero": 0})


def _write_way(zone_id: int, way: Way, scale: int) -> None:
    method = ShippingMethod(
        zone_id=zone_id,
        code=way.code,
        name=way.name,
        description=way.promise,
        charged_by=ChargedBy.WEIGHT.value,
        price_minor=0,
    )
    db.session.add(method)
    db.session.flush()
    db.session.add_all(
        ShippingBand(method_id=method.id, up_to=grams, price_minor=pence * scale)
        for grams, pence in way.bands.items()
    )


def _write_taxes(country: str, name: str, rates: dict[str, int]) -> None:
    area = TaxArea(country=country, name=name, is_inclusive=True, shipping_class="standard")
    db.session.add(area)
    db.session.flush()
    db.session.add_all(
        TaxRate(area_id=area.id, tax_class=tax_class, basis_points=rate) for tax_class, rate in rates.items()
    )
