"""Zones and the ways to send there, as those see them who keep them."""

from collections import defaultdict
from dataclasses import dataclass

import sqlalchemy as sa

from smartshop.kernel.errors import NotFound
from smartshop.kernel.extensions import db
from smartshop.pricing.models.shipping import ShippingMethod, ShippingZone, ZoneCountry
from smartshop.pricing.queries.shipping import bands_of
from smartshop.pricing.rules.offering import BandFacts, MethodFacts, ZoneFacts


@dataclass(frozen=True)
class MethodKept:
    """A way to send; ``revision`` tells two states of it apart."""

    id: int
    zone_id: int
    facts: MethodFacts
    revision: int


@dataclass(frozen=True)
class ZoneKept:
    """A zone with its methods as customers see them, those that are not on offer too.

    ``revision`` tells two states of the zone apart, whatever became of its methods.
    """

    id: int
    facts: ZoneFacts
    methods: tuple[MethodKept, ...]
    revision: int


def zones() -> list[ZoneKept]:
    """Every zone by name, everywhere else last; four queries."""
    methods: dict[int, list[MethodKept]] = defaultdict(list)
    for method_ in _methods(sa.true()):
        methods[method_.zone_id].append(method_)
    countries: dict[int, set[str]] = defaultdict(set)
    for place in db.session.execute(sa.select(ZoneCountry.zone_id, ZoneCountry.country)):
        countries[place.zone_id].add(place.country)
    rows = db.session.execute(
        sa.select(
            ShippingZone.id, ShippingZone.name, ShippingZone.is_everywhere_else, ShippingZone.revision
        ).order_by(ShippingZone.is_everywhere_else, ShippingZone.name)
    )
    return [
        ZoneKept(
            row.id,
            ZoneFacts(row.name, row.is_everywhere_else, frozenset(countries[row.id])),
            tuple(methods[row.id]),
            row.revision,
        )
        for row in rows
    ]


def zone(zone_id: int) -> ZoneKept:
    """One zone.

    Raises NotFound.
    """
    for found in zones():
        if found.id == zone_id:
            return found
    raise NotFound("There is no such zone any more.")


def method(method_id: int) -> MethodKept:
    """One way to send.

    Raises NotFound.
    """
    found = _methods(ShippingMethod.id == method_id)
    if not found:
        raise NotFound("There is no such delivery any more.")
    return found[0]


def _methods(which: sa.ColumnElement[bool]) -> list[MethodKept]:
    rows = db.session.scalars(
        sa.select(ShippingMethod)
        .where(which)
        .order_by(ShippingMethod.position, ShippingMethod.id)
        .execution_options(populate_existing=True)
    ).all()
    bands = bands_of([row.id for row in rows])
    return [
        MethodKept(
            row.id,
            row.zone_id,
            MethodFacts(
                row.name,
                row.description,
                row.charged_by,
                row.price_minor,
                row.free_over_minor,
                row.is_active,
                row.position,
                tuple(BandFacts(band.up_to, band.price_minor) for band in bands.get(row.id, ())),
            ),
            row.revision,
        )
        for row in rows
    ]
