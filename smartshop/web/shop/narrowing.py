"""The filters of a list: read from the address, and written as links that put each on or take it off."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from flask import request
from flask_babel import gettext as _

from smartshop.catalog.queries.search import Facets, Wanted
from smartshop.catalog.rules import bands
from smartshop.catalog.rules.bands import Band
from smartshop.kernel import money
from smartshop.web import parsing
from smartshop.web.presenting import money as shown_money
from smartshop.web.presenting import settings

FILTERS = ("category", "price", "rating", "option", "stock")
MOST_CHOSEN = 20
MOST_CATEGORIES = 12


@dataclass(frozen=True)
class FilterLink:
    """One value of a filter: following it puts it on, or takes it off when ``is_current``."""

    label: str
    href: str
    count: int
    is_current: bool


@dataclass(frozen=True)
class FilterGroup:
    title: str
    items: tuple[FilterLink, ...]


@dataclass(frozen=True)
class Filters:
    """What stands beside a list."""

    groups: tuple[FilterGroup, ...]
    chips: tuple[FilterLink, ...]
    cleared: str
    kept: tuple[tuple[str, str], ...]
    """The query string without sorting and page, for forms that keep it."""


def price_bands() -> tuple[Band, ...]:
    """The bands of this shop's currency and prices."""
    return bands.bands(money.exponent(settings().currency), settings().price_edges)


def wanted(base: Wanted) -> Wanted:
    """The base narrowed as the address asks.

    Raises BadQuery.
    """
    chosen = [(name, value) for name in FILTERS for value in request.args.getlist(name)]
    if len(chosen) > MOST_CHOSEN:
        raise parsing.BadQuery(_("Choose at most %(most)s filters at once.", most=MOST_CHOSEN))
    by_code = {band.code: band for band in price_bands()}
    try:
        return replace(
            base,
            chosen_ids=frozenset(_number(value) for name, value in chosen if name == "category"),
            bands=tuple(by_code[value] for name, value in chosen if name == "price"),
            least_stars=min(
                ({4: 4, 3: 3, 2: 2}[_number(v)] for name, v in chosen if name == "rating"), default=0
            ),
            options=tuple(_pair(value) for name, value in chosen if name == "option"),
            is_in_stock=any({"in": True}[value] for name, value in chosen if name == "stock"),
        )
    except (KeyError, ValueError) as error:
        raise parsing.BadQuery(_("There is no such filter. Choose one of those beside the list.")) from error


def filters(asked: Wanted, counts: Facets) -> Filters:
    """The filters of a list with their counts, and those that are on as chips."""
    groups = tuple(group for group in _groups(asked, counts) if group.items)
    chips = tuple(link for group in groups for link in group.items if link.is_current)
    kept = tuple(pair for pair in _pairs() if pair[0] not in {"sort", "page"})
    rest = [pair for pair in _pairs() if pair[0] not in {*FILTERS, "page"}]
    return Filters(groups, chips, _address(rest), kept)


def _groups(asked: Wanted, counts: Facets) -> Iterator[FilterGroup]:
    if len(counts.categories) > 1 or asked.chosen_ids:
        links = [_link("category", str(id_), name, count) for id_, name, count in counts.categories]
        shown = [link for place, link in enumerate(links) if place < MOST_CATEGORIES or link.is_current]
        yield FilterGroup(_("Category"), tuple(shown))
    pairs = zip(price_bands(), counts.bands, strict=True)
    yield _group(_("Price"), [_link("price", band.code, _band_name(band), count) for band, count in pairs])
    yield _group(
        _("Rating"),
        [
            _link("rating", str(stars), _("%(stars)s stars and up", stars=stars), count, is_single=True)
            for stars, count in counts.stars
        ],
    )
    yield _group(_("Availability"), [_link("stock", "in", _("In stock"), counts.in_stock)])
    for name, values in counts.options:
        yield _group(name, [_link("option", f"{name}:{value}", value, count) for value, count in values])
    counted = {(name, value) for name, values in counts.options for value, _count in values}
    for name, value in dict.fromkeys(asked.options):
        if (name, value) not in counted:
            yield _group(name, [_link("option", f"{name}:{value}", value, 0)])


def _group(title: str, links: list[FilterLink]) -> FilterGroup:
    return FilterGroup(title, tuple(link for link in links if link.count or link.is_current))


def _link(name: str, value: str, label: str, count: int, *, is_single: bool = False) -> FilterLink:
    pairs = _pairs()
    is_on = (name, value) in pairs
    rest = [
        pair
        for pair in pairs
        if pair != (name, value) and pair[0] != "page" and not (is_single and pair[0] == name)
    ]
    return FilterLink(label, _address(rest if is_on else [*rest, (name, value)]), count, is_on)


def _pairs() -> list[tuple[str, str]]:
    return list(request.args.items(multi=True))


def _address(pairs: list[tuple[str, str]]) -> str:
    return request.path + ("?" + urlencode(pairs) if pairs else "")


def _number(text: str) -> int:
    found = parsing.whole_number(text)
    if found < 0:
        raise ValueError(text)
    return found


def _pair(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not (name and colon and value):
        raise ValueError(text)
    return name, value


def _band_name(band: Band) -> str:
    if band.low_minor is None:
        return str(_("Under %(price)s", price=_price(band.high_minor)))
    if band.high_minor is None:
        return str(_("%(price)s and more", price=_price(band.low_minor)))
    return str(_("%(low)s to %(high)s", low=_price(band.low_minor), high=_price(band.high_minor)))


def _price(minor: int | None) -> str:
    return shown_money(minor)
