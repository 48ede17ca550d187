"""What is saved of a zone or a delivery by now, beside what was typed, both in the words of the form."""

from decimal import Decimal

from smartshop.pricing.rules import offering
from smartshop.pricing.rules.offering import BandFacts, MethodFacts, ZoneFacts
from smartshop.pricing.rules.shipping import ChargedBy
from smartshop.web import places
from smartshop.web.admin import comparing
from smartshop.web.admin.comparing import Difference, Shown
from smartshop.web.admin.speaking import _
from smartshop.web.drawing import locale_name
from smartshop.web.places import country_name
from smartshop.web.presenting import decimal


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
