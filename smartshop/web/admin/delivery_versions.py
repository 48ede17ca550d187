"""What is saved of a zone or a delivery by now, beside what was typed, both in the words of the form."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from smartshop.pricing.queries.zones import MethodKept
from smartshop.pricing.rules import offering
from smartshop.pricing.rules.offering import BandFacts, MethodFacts, ZoneFacts
from smartshop.pricing.rules.shipping import ChargedBy
from smartshop.web import parsing, places
from smartshop.web.admin import comparing
from smartshop.web.admin.comparing import Difference, Shown
from smartshop.web.admin.speaking import _
from smartshop.web.drawing import locale_name
from smartshop.web.places import country_name
from smartshop.web.presenting import decimal

SEEN = "method-"
"""How the fields begin that say which deliveries a page showed."""


def of_zone(saved: ZoneFacts, typed: ZoneFacts) -> list[Difference]:
    """What differs; ``typed`` is a zone that could be saved."""
    labels = {"name": _("Name"), "is_everywhere_else": _("Everywhere else"), "countries": _("Countries")}
    checked = offering.checked_zone(typed, places.COUNTRY_CODES)
    return comparing.differences(labels, _zone(saved), _zone(checked))


def of_method(saved: MethodFacts, typed: MethodFacts) -> list[Difference]:
    """What differs; ``typed`` is a delivery that could be saved."""
    labels = {
        "name": _("Name"),
        "promise": _("How long it takes"),
        "is_active": _("State"),
        "position": _("Place in the list"),
        "charged_by": _("The price depends on"),
        "price": _("Price"),
        "free_over": _("Free from"),
        "bands": _("Bands"),
    }
    return comparing.differences(labels, _method(saved), _method(offering.checked_method(typed)))


def as_seen(methods: Sequence[MethodKept]) -> dict[str, str]:
    """What a page says of the deliveries that it shows, so that its form says it too: state and name, by field."""
    return {f"{SEEN}{method.id}": f"{method.revision} {method.facts.name}" for method in methods}


def seen_methods(sent: Mapping[str, str]) -> dict[int, int]:
    """The revisions of the deliveries that were seen, by their id; -1 for what is no number."""
    return {
        parsing.whole_number(name.removeprefix(SEEN)): parsing.whole_number(text.partition(" ")[0])
        for name, text in sent.items()
        if name.startswith(SEEN)
    }


def of_deliveries(now: Sequence[MethodKept], sent: Mapping[str, str]) -> list[Difference]:
    """The deliveries of a zone that are not as they were seen: changed, new or gone."""
    saved, seen = as_seen(now), {name: text for name, text in sent.items() if name.startswith(SEEN)}
    return [
        Difference(_("Delivery"), _named(saved.get(name), is_changed=name in seen), _named(seen.get(name)))
        for name in {**seen, **saved}
        if saved.get(name) != seen.get(name)
    ]


def _named(seen: str | None, *, is_changed: bool = False) -> str:
    """The name in what a page says of a delivery; empty for one that is not there."""
    if seen is None:
        return ""
    name = seen.partition(" ")[2]
    return _("%(name)s (changed)", name=name) if is_changed else name


def kilograms(grams: int) -> str:
    """Grams as the form takes them, to the gram: 1234567 is ``1234.567``."""
    return f"{Decimal(grams).scaleb(-3).normalize():f}"


def _zone(facts: ZoneFacts) -> dict[str, Shown]:
    return {
        "name": facts.name,
        "is_everywhere_else": _("Yes") if facts.is_everywhere_else else _("No"),
        "countries": sorted(country_name(code, locale_name()) for code in facts.countries),
    }


def _method(facts: MethodFacts) -> dict[str, Shown]:
    ways = {
        ChargedBy.FLAT: _("nothing: one price"),
        ChargedBy.WEIGHT: _("the weight of the goods"),
        ChargedBy.VALUE: _("what the goods cost"),
    }
    way = ChargedBy(facts.charged_by)
    return {
        "name": facts.name,
        "promise": facts.promise,
        "is_active": _("Offered") if facts.is_active else _("Off"),
        "position": str(facts.position),
        "charged_by": ways[way],
        "price": decimal(facts.price_minor) if way == ChargedBy.FLAT else "",
        "free_over": "" if facts.free_over_minor is None else decimal(facts.free_over_minor),
        "bands": [_band(band, way) for band in facts.bands],
    }


def _band(band: BandFacts, way: ChargedBy) -> str:
    price = decimal(band.price_minor or 0)
    if band.up_to is None:
        return _("without an end: %(price)s", price=price)
    end = _("%(weight)s kg", weight=kilograms(band.up_to)) if way == ChargedBy.WEIGHT else decimal(band.up_to)
    return _("up to %(end)s: %(price)s", end=end, price=price)
