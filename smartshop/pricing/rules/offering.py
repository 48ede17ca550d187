"""What staff may say of a zone and of a way to send there. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from smartshop.kernel.errors import Invalid
from smartshop.kernel.legible import is_legible
from smartshop.pricing.rules.shipping import ChargedBy

LONGEST_ZONE = 80
LONGEST_NAME = 120
LONGEST_PROMISE = 255
HIGHEST_MINOR = 100_000_000_000
LAST_POSITION = 999
WRONG = "Something is not right yet. Nothing was saved."


@dataclass(frozen=True)
class ZoneFacts:
    name: str
    is_everywhere_else: bool
    countries: frozenset[str]

    def plain(self) -> dict[str, object]:
        """As the audit log keeps it."""
        return {**vars(self), "countries": sorted(self.countries)}


@dataclass(frozen=True)
class BandFacts:
    """A row of the table as typed: None is an empty cell, -1 what could not be read."""

    up_to: int | None
    price_minor: int | None


@dataclass(frozen=True)
class MethodFacts:
    """A way to send orders; -1 is an amount that could not be read. Only a flat method has a price beside its bands."""

    name: str
    promise: str
    charged_by: str
    price_minor: int
    free_over_minor: int | None
    is_active: bool
    position: int
    bands: tuple[BandFacts, ...] = ()

    def plain(self) -> dict[str, object]:
        """As the audit log keeps it."""
        return asdict(self)


def checked_zone(facts: ZoneFacts, countries: frozenset[str]) -> ZoneFacts:
    """The facts without stray blanks; everywhere else names no country.

    Raises Invalid.
    """
    tidy = replace(facts, name=" ".join(facts.name.split()))
    problems: dict[str, str] = {}
    if not 1 <= len(tidy.name) <= LONGEST_ZONE or not is_legible(tidy.name):
        problems["name"] = f"Give the zone a name, in at most {LONGEST_ZONE} characters."
    if tidy.countries - countries:
        problems["countries"] = "Choose among the countries shown."
    elif tidy.is_everywhere_else and tidy.countries:
        problems["countries"] = "Everywhere else names no countries: take the ticks away, or the one above."
    elif not tidy.is_everywhere_else and not tidy.countries:
        problems["countries"] = "Tick at least one country, or make it the zone for everywhere else."
    if problems:
        raise Invalid(WRONG, problems)
    return tidy


def checked_method(facts: MethodFacts) -> MethodFacts:
    """The facts without stray blanks, bands rising. Problems of the third row are named ``up_to-2`` and ``price-2``.

    Raises Invalid.
    """
    tidy = replace(facts, name=" ".join(facts.name.split()), promise=" ".join(facts.promise.split()))
    problems = _problems_of(tidy)
    is_flat = tidy.charged_by == ChargedBy.FLAT
    if is_flat and not 0 <= tidy.price_minor <= HIGHEST_MINOR:
        problems["price"] = "Give a price such as 3.95; 0 is free."
    if not is_flat:
        problems |= _band_problems(tidy.bands)
    if problems:
        raise Invalid(WRONG, problems)
    if is_flat:
        return replace(tidy, bands=())
    rows = [band for band in tidy.bands if band.price_minor is not None]
    rising = sorted(rows, key=lambda band: (band.up_to is None, band.up_to or 0))
    return replace(tidy, price_minor=0, bands=tuple(rising))


def _problems_of(method: MethodFacts) -> dict[str, str]:
    problems = {}
    if not 1 <= len(method.name) <= LONGEST_NAME or not is_legible(method.name):
        problems["name"] = f"Give it a name, in at most {LONGEST_NAME} characters."
    if len(method.promise) > LONGEST_PROMISE or not is_legible(method.promise):
        problems["promise"] = f"Use at most {LONGEST_PROMISE} characters."
    if method.charged_by not in set(ChargedBy):
        problems["charged_by"] = "Choose what the price depends on."
    if method.free_over_minor is not None and not 0 <= method.free_over_minor <= HIGHEST_MINOR:
        problems["free_over"] = "Give an amount such as 50.00, or leave it empty."
    if not 0 <= method.position <= LAST_POSITION:
        problems["position"] = f"Give a number from 0 to {LAST_POSITION}."
    return problems


def _band_problems(bands: Sequence[BandFacts]) -> dict[str, str]:
    ends = Counter(band.up_to for band in bands if band != BandFacts(None, None))
    if not ends:
        return {"up_to-0": "Give at least one band: up to where, and its price."}
    problems = {}
    for row, band in enumerate(bands):
        if band == BandFacts(None, None):
            continue
        if band.up_to is not None and not 0 < band.up_to <= HIGHEST_MINOR:
            problems[f"up_to-{row}"] = (
                "Give a number above 0 such as 2.5 or 1234, with no mark between thousands, or leave it empty in the "
                "last band."
            )
        elif ends[band.up_to] > 1:
            problems[f"up_to-{row}"] = (
                "Only one band may be without an end. Say up to where this one goes."
                if band.up_to is None
                else "Another band ends here too, so the two overlap. Take one of them out."
            )
        if band.price_minor is None:
            problems[f"price-{row}"] = "Give this band its price; without it there would be a gap."
        elif not 0 <= band.price_minor <= HIGHEST_MINOR:
            problems[f"price-{row}"] = "Give a price such as 3.95; 0 is free."
    return problems
