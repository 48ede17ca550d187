"""Where the shop sends to, in which ways, and what that costs."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from smartshop.kernel.errors import Conflict, Invalid
from smartshop.kernel.permissions import Permission
from smartshop.pricing.operations import offering
from smartshop.pricing.queries import zones as queries
from smartshop.pricing.queries.zones import MethodKept, ZoneKept
from smartshop.pricing.rules.offering import BandFacts, MethodFacts, ZoneFacts
from smartshop.pricing.rules.shipping import ChargedBy
from smartshop.web import parsing, places
from smartshop.web.admin import delivery_versions
from smartshop.web.admin.blueprint import bp
from smartshop.web.admin.speaking import _
from smartshop.web.guards import access
from smartshop.web.presenting import decimal, settings
from smartshop.web.signing import actor

KILOGRAM_PLACES = 3
LEAST_ROWS, SPARE_ROWS, MOST_ROWS = 5, 3, 30


@bp.get("/shipping", endpoint="shipping")
@access(Permission.SETTINGS_MANAGE)
def show_zones() -> ResponseReturnValue:
    found = queries.zones()
    return render_template(
        "admin/shipping.html",
        zones=found,
        is_whole=any(zone.facts.is_everywhere_else and zone.methods for zone in found),
    )


@bp.get("/shipping/zones/new")
@access(Permission.SETTINGS_MANAGE)
def new_zone() -> ResponseReturnValue:
    return _zone_page(None, ZoneFacts("", is_everywhere_else=False, countries=frozenset()))


@bp.post("/shipping/zones/new")
@access(Permission.SETTINGS_MANAGE)
def add_zone() -> ResponseReturnValue:
    facts = _zone_facts()
    try:
        zone_id = offering.add_zone(facts=facts, countries=places.COUNTRY_CODES, actor=actor())
    except Invalid as error:
        return _zone_page(None, facts, error.fields), error.status
    flash(_("The zone is added. Now say how things are sent there."), "success")
    return redirect(url_for("admin.new_method", zone_id=zone_id), 303)


@bp.get("/shipping/zones/<int:zone_id>")
@access(Permission.SETTINGS_MANAGE)
def zone(zone_id: int) -> ResponseReturnValue:
    kept = queries.zone(zone_id)
    return _zone_page(kept, kept.facts, seen=str(kept.revision))


@bp.post("/shipping/zones/<int:zone_id>")
@access(Permission.SETTINGS_MANAGE)
def change_zone(zone_id: int) -> ResponseReturnValue:
    kept, facts, seen = queries.zone(zone_id), _zone_facts(), request.form.get("seen", "")
    try:
        offering.change_zone(
            zone_id=zone_id,
            seen=parsing.whole_number(seen),
            facts=facts,
            countries=places.COUNTRY_CODES,
            actor=actor(),
        )
    except Invalid as error:
        return _zone_page(kept, facts, error.fields, seen=seen), error.status
    except Conflict as error:
        now = queries.zone(zone_id)
        return _zone_page(now, facts, seen=str(now.revision), message=error.message), error.status
    flash(_("The zone is saved."), "success")
    return redirect(url_for("admin.shipping"), 303)


@bp.post("/shipping/zones/<int:zone_id>/delete")
@access(Permission.SETTINGS_MANAGE)
def remove_zone(zone_id: int) -> ResponseReturnValue:
    try:
        offering.remove_zone(
            zone_id=zone_id,
            seen=parsing.whole_number(request.form.get("seen")),
            methods=delivery_versions.seen_methods(request.form),
            actor=actor(),
        )
    except Conflict as error:
        now = queries.zone(zone_id)
        page = _zone_page(now, now.facts, seen=str(now.revision), message=error.message, is_removal=True)
        return page, error.status
    flash(_("The zone is removed with its deliveries. Orders stay as they are."), "info")
    return redirect(url_for("admin.shipping"), 303)


@bp.get("/shipping/zones/<int:zone_id>/new")
@access(Permission.SETTINGS_MANAGE)
def new_method(zone_id: int) -> ResponseReturnValue:
    position = 1 + max((method.facts.position for method in queries.zone(zone_id).methods), default=0)
    return _method_page(
        queries.zone(zone_id), None, {"charged_by": "flat", "is_active": "y", "position": str(position)}
    )


@bp.post("/shipping/zones/<int:zone_id>/new")
@access(Permission.SETTINGS_MANAGE)
def add_method(zone_id: int) -> ResponseReturnValue:
    try:
        offering.add_method(zone_id=zone_id, facts=_method_facts(), actor=actor())
    except Invalid as error:
        return _method_page(queries.zone(zone_id), None, request.form, error.fields), error.status
    flash(_("The delivery is added."), "success")
    return redirect(url_for("admin.shipping"), 303)


@bp.get("/shipping/methods/<int:method_id>")
@access(Permission.SETTINGS_MANAGE)
def method(method_id: int) -> ResponseReturnValue:
    return _method_as_it_is(queries.method(method_id))


@bp.post("/shipping/methods/<int:method_id>")
@access(Permission.SETTINGS_MANAGE)
def change_method(method_id: int) -> ResponseReturnValue:
    kept, seen = queries.method(method_id), parsing.whole_number(request.form.get("seen"))
    try:
        offering.change_method(method_id=method_id, seen=seen, facts=_method_facts(), actor=actor())
    except Invalid as error:
        return _method_page(queries.zone(kept.zone_id), kept, request.form, error.fields), error.status
    except Conflict as error:
        now = queries.method(method_id)
        answers = {**request.form.to_dict(), "seen": str(now.revision)}
        return _method_page(queries.zone(now.zone_id), now, answers, message=error.message), error.status
    flash(_("The delivery is saved. It holds from the next quote on."), "success")
    return redirect(url_for("admin.shipping"), 303)


@bp.post("/shipping/methods/<int:method_id>/delete")
@access(Permission.SETTINGS_MANAGE)
def remove_method(method_id: int) -> ResponseReturnValue:
    seen = parsing.whole_number(request.form.get("seen"))
    try:
        offering.remove_method(method_id=method_id, seen=seen, actor=actor())
    except Conflict as error:
        now = queries.method(method_id)
        return _method_as_it_is(now, error.message), error.status
    flash(_("The delivery is removed. Orders stay as they are."), "info")
    return redirect(url_for("admin.shipping"), 303)


def _zone_page(
    kept: ZoneKept | None,
    facts: ZoneFacts,
    problems: dict[str, str] | None = None,
    *,
    seen: str = "",
    message: str = "",
    is_removal: bool = False,
) -> str:
    """The form; a message tells that the zone was saved meanwhile, and what differs is shown with it.

    What differs from what was to be removed is what became of its deliveries.
    """
    others = [zone for zone in queries.zones() if kept is None or zone.id != kept.id]
    differences = delivery_versions.of_zone(kept.facts, facts) if kept and message else []
    if kept and is_removal:
        differences = delivery_versions.of_deliveries(kept.methods, request.form)
    return render_template(
        "admin/shipping_zone.html",
        zone=kept,
        facts=facts,
        problems=problems or {},
        countries=places.countries(settings().country),
        elsewhere={country: zone.facts.name for zone in others for country in zone.facts.countries},
        seen=seen,
        message=message,
        is_removal=is_removal,
        differences=differences,
        seen_methods=delivery_versions.as_seen(kept.methods if kept else ()),
    )


def _zone_facts() -> ZoneFacts:
    sent = request.form
    return ZoneFacts(
        sent.get("name", ""), sent.get("is_everywhere_else") == "y", frozenset(sent.getlist("countries"))
    )


def _method_as_it_is(kept: MethodKept, message: str = "") -> str:
    answers = _answers(kept.facts) | {"seen": str(kept.revision)}
    return _method_page(queries.zone(kept.zone_id), kept, answers, message=message)


def _method_page(
    zone_: ZoneKept,
    kept: MethodKept | None,
    answers: Mapping[str, str],
    problems: dict[str, str] | None = None,
    *,
    message: str = "",
) -> str:
    """The form; a message tells that the delivery was saved meanwhile, and what differs is shown with it."""
    filled = sum(1 for row in range(MOST_ROWS) if answers.get(f"up_to-{row}") or answers.get(f"price-{row}"))
    return render_template(
        "admin/shipping_method.html",
        zone=zone_,
        method=kept,
        answers=answers,
        problems=problems or {},
        rows=min(max(filled + SPARE_ROWS, LEAST_ROWS), MOST_ROWS),
        message=message,
        differences=delivery_versions.of_method(kept.facts, _method_facts())
        if kept and message and "name" in request.form
        else [],
    )


def _answers(facts: MethodFacts) -> dict[str, str]:
    """What the form shows of a method as it is."""
    answers = {
        "name": facts.name,
        "promise": facts.promise,
        "charged_by": facts.charged_by,
        "price": decimal(facts.price_minor) if facts.charged_by == ChargedBy.FLAT else "",
        "free_over": "" if facts.free_over_minor is None else decimal(facts.free_over_minor),
        "is_active": "y" if facts.is_active else "",
        "position": str(facts.position),
    }
    for row, band in enumerate(facts.bands):
        if band.up_to is not None:
            is_weight = facts.charged_by == ChargedBy.WEIGHT
            answers[f"up_to-{row}"] = (
                delivery_versions.kilograms(band.up_to) if is_weight else decimal(band.up_to)
            )
        answers[f"price-{row}"] = decimal(band.price_minor or 0)
    return answers


def _method_facts() -> MethodFacts:
    sent = request.form
    charged_by = sent.get("charged_by", "")
    return MethodFacts(
        name=sent.get("name", ""),
        promise=sent.get("promise", ""),
        charged_by=charged_by,
        price_minor=parsing.amount(sent.get("price"), settings().currency),
        free_over_minor=_cell("free_over"),
        is_active=sent.get("is_active") == "y",
        position=parsing.whole_number(sent.get("position")),
        bands=tuple(_band(row, charged_by) for row in range(MOST_ROWS)),
    )


def _band(row: int, charged_by: str) -> BandFacts:
    up_to = request.form.get(f"up_to-{row}", "").strip()
    if charged_by == ChargedBy.WEIGHT:
        return BandFacts(parsing.scaled(up_to, KILOGRAM_PLACES) if up_to else None, _cell(f"price-{row}"))
    return BandFacts(_cell(f"up_to-{row}"), _cell(f"price-{row}"))


def _cell(name: str) -> int | None:
    """An amount in minor units; None when the field is empty."""
    text = request.form.get(name, "")
    return parsing.amount(text, settings().currency) if text.strip() else None
