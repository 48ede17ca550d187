"""Zones and the ways to send there: kept, changed and removed. Orders keep the name and the price they were placed with."""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from smartshop.kernel import audit, codes
from smartshop.kernel.errors import Invalid, NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.pricing.models.shipping import ShippingBand, ShippingMethod, ShippingZone, ZoneCountry
from smartshop.pricing.operations import revising
from smartshop.pricing.queries import zones
from smartshop.pricing.rules import offering
from smartshop.pricing.rules.offering import MethodFacts, ZoneFacts


def add_zone(*, facts: ZoneFacts, countries: frozenset[str], actor: audit.Actor) -> int:
    """A new zone; returns its id.

    Raises Invalid, also for a country that is in another zone.
    """
    tidy = offering.checked_zone(facts, countries)
    try:
        with unit_of_work():
            _refuse_taken(tidy, 0)
            row = ShippingZone(name=tidy.name, is_everywhere_else=tidy.is_everywhere_else)
            db.session.add(row)
            db.session.flush()
            _write_countries(row.id, tidy)
            audit.record(
                actor=actor, action="zone.added", subject=f"shipping_zone:{row.id}", after=tidy.plain()
            )
    except IntegrityError as error:
        raise _same_moment() from error
    return row.id


def change_zone(
    *, zone_id: int, seen: int, facts: ZoneFacts, countries: frozenset[str], actor: audit.Actor
) -> None:
    """Change a zone; ``seen`` is the revision of the form.

    Raises Invalid, NotFound and OutOfDate.
    """
    tidy = offering.checked_zone(facts, countries)
    try:
        with unit_of_work():
            is_claimed = revising.is_claimed(ShippingZone, zone_id, seen)
            row = _locked_zone(zone_id)
            if not is_claimed:
                raise revising.out_of_date("this zone")
            before = zones.zone(zone_id).facts.plain()
            _refuse_taken(tidy, zone_id)
            row.name, row.is_everywhere_else = tidy.name, tidy.is_everywhere_else
            db.session.execute(sa.delete(ZoneCountry).where(ZoneCountry.zone_id == zone_id))
            _write_countries(zone_id, tidy)
            audit.record(
                actor=actor,
                action="zone.changed",
                subject=f"shipping_zone:{zone_id}",
                before=before,
                after=tidy.plain(),
            )
    except IntegrityError as error:
        raise _same_moment() from error


def remove_zone(*, zone_id: int, seen: int, methods: Mapping[int, int], actor: audit.Actor) -> None:
    """Remove a zone with its methods; its countries fall to everywhere else.

    ``seen`` is the revision of the page, and ``methods`` the revisions of the methods that it showed, by their id: what
    was added to the zone or changed meanwhile is not removed unseen.

    Raises NotFound and OutOfDate.
    """
    with unit_of_work():
        is_claimed = revising.is_claimed(ShippingZone, zone_id, seen)
        _locked_zone(zone_id)
        if not is_claimed:
            raise revising.changed_since("this zone")
        if _locked_revisions(zone_id) != methods:
            raise revising.changed_since("the deliveries of this zone")
        before = zones.zone(zone_id)
        names = [method.facts.name for method in before.methods]
        db.session.execute(sa.delete(ShippingZone).where(ShippingZone.id == zone_id))
        audit.record(
            actor=actor,
            action="zone.removed",
            subject=f"shipping_zone:{zone_id}",
            before={**before.facts.plain(), "methods": names},
        )


def add_method(*, zone_id: int, facts: MethodFacts, actor: audit.Actor) -> int:
    """A new way to send to a zone; returns its id.

    Raises Invalid, NotFound (no such zone).
    """
    tidy = offering.checked_method(facts)
    with unit_of_work():
        _locked_zone(zone_id)
        row = ShippingMethod(zone_id=zone_id, code=codes.token()[:12], **_columns(tidy))
        db.session.add(row)
        db.session.flush()
        _write_bands(row.id, tidy)
        audit.record(
            actor=actor,
            action="delivery.added",
            subject=f"shipping_method:{row.id}",
            after={**tidy.plain(), "zone_id": zone_id},
        )
    return row.id


def change_method(*, method_id: int, seen: int, facts: MethodFacts, actor: audit.Actor) -> None:
    """Change a way to send, from the next quote on; ``seen`` is the revision of the form.

    Raises Invalid, NotFound and OutOfDate.
    """
    tidy = offering.checked_method(facts)
    with unit_of_work():
        is_claimed = revising.is_claimed(ShippingMethod, method_id, seen)
        row = _locked_method(method_id)
        if not is_claimed:
            raise revising.out_of_date("this delivery")
        before = zones.method(method_id).facts.plain()
        for name, value in _columns(tidy).items():
            setattr(row, name, value)
        db.session.execute(sa.delete(ShippingBand).where(ShippingBand.method_id == method_id))
        _write_bands(method_id, tidy)
        audit.record(
            actor=actor,
            action="delivery.changed",
            subject=f"shipping_method:{method_id}",
            before=before,
            after=tidy.plain(),
        )


def remove_method(*, method_id: int, seen: int, actor: audit.Actor) -> None:
    """Remove a way to send; ``seen`` is the revision of the page.

    Raises NotFound and OutOfDate.
    """
    with unit_of_work():
        is_claimed = revising.is_claimed(ShippingMethod, method_id, seen)
        _locked_method(method_id)
        if not is_claimed:
            raise revising.changed_since("this delivery")
        before = zones.method(method_id).facts.plain()
        db.session.execute(sa.delete(ShippingMethod).where(ShippingMethod.id == method_id))
        audit.record(
            actor=actor, action="delivery.removed", subject=f"shipping_method:{method_id}", before=before
        )


def _refuse_taken(facts: ZoneFacts, zone_id: int) -> None:
    problems = {}
    others = [zone for zone in zones.zones() if zone.id != zone_id]
    if any(zone.facts.name == facts.name for zone in others):
        problems["name"] = "There is a zone of this name already."
    if facts.is_everywhere_else and any(zone.facts.is_everywhere_else for zone in others):
        problems["is_everywhere_else"] = "Another zone is everywhere else already. There can be only one."
    taken = {
        country: zone.facts.name for zone in others for country in zone.facts.countries & facts.countries
    }
    if taken:
        named = ", ".join(f"{country} ({zone})" for country, zone in sorted(taken.items()))
        problems["countries"] = f"No country is in two zones. Take these out of the other one first: {named}."
    if problems:
        raise Invalid(offering.WRONG, problems)


def _same_moment() -> Invalid:
    text = "Somebody else changed the zones at the same moment. Look at them and send it again."
    return Invalid(text, {"countries": text})


def _locked_zone(zone_id: int) -> ShippingZone:
    row = db.session.get(ShippingZone, zone_id, populate_existing=True, with_for_update=True)
    if row is None:
        raise NotFound("There is no such zone any more.")
    return row


def _locked_revisions(zone_id: int) -> dict[int, int]:
    """The revisions of the methods of a locked zone, by their id; nobody changes them before the commit."""
    rows = db.session.execute(
        sa.select(ShippingMethod.id, ShippingMethod.revision)
        .where(ShippingMethod.zone_id == zone_id)
        .with_for_update()
    )
    return {row.id: row.revision for row in rows}


def _locked_method(method_id: int) -> ShippingMethod:
    row = db.session.get(ShippingMethod, method_id, populate_existing=True, with_for_update=True)
    if row is None:
        raise NotFound("There is no such delivery any more.")
    return row


def _write_countries(zone_id: int, facts: ZoneFacts) -> None:
    db.session.add_all(ZoneCountry(country=country, zone_id=zone_id) for country in sorted(facts.countries))
    db.session.flush()


def _write_bands(method_id: int, facts: MethodFacts) -> None:
    db.session.add_all(
        ShippingBand(method_id=method_id, up_to=band.up_to, price_minor=band.price_minor)
        for band in facts.bands
    )
    db.session.flush()


def _columns(facts: MethodFacts) -> dict[str, object]:
    names = ("name", "charged_by", "price_minor", "free_over_minor", "is_active", "position")
    return {name: getattr(facts, name) for name in names} | {"description": facts.promise}
