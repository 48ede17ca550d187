"""Home, category and search."""

from dataclasses import dataclass, replace
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from smartshop.activity.rules import Kind
from smartshop.catalog.operations import misses
from smartshop.catalog.queries import addresses, browsing, search
from smartshop.catalog.queries.browsing import ProductCard
from smartshop.catalog.queries.search import Sort, Wanted
from smartshop.catalog.rules import searching
from smartshop.kernel.errors import NotFound
from smartshop.kernel.extensions import limiter
from smartshop.kernel.pages import Page
from smartshop.web import keeping, lately, parsing, tracking
from smartshop.web.guards import PUBLIC, access
from smartshop.web.keeping import Shown
from smartshop.web.shop import moved, narrowing
from smartshop.web.shop.blueprint import bp
from smartshop.web.throttling import SUGGESTIONS

LONGEST_QUERY = 100


@dataclass(frozen=True)
class Found:
    """One page of a list, what it was asked for and the filters beside it."""

    page: Page[ProductCard]
    filters: narrowing.Filters
    asked: Wanted


@bp.get("/")
@access(PUBLIC)
def home() -> ResponseReturnValue:
    tracking.visitor_id()
    return keeping.page(_home).html


def _home() -> Shown:
    newest = browsing.newest(8)
    popular = browsing.bestsellers(8) or newest
    return Shown("shop/home.html", {"popular": popular, "newest": newest})


@bp.get("/c/<slug>")
@access(PUBLIC)
def category(slug: str) -> ResponseReturnValue:
    try:
        made = keeping.page(lambda: _category(slug))
    except NotFound as missing:
        return moved.onward("shop.category", addresses.category_now_at(slug), missing)
    tracking.visitor_id()
    return made.html


def _category(slug: str) -> Shown:
    sort, number = parsing.choice("sort", Sort, Sort.FEATURED), parsing.page_number()
    shelf = browsing.category(slug)
    found = _listed(narrowing.wanted(Wanted(category_ids=shelf.ids)), sort, number)
    return Shown("shop/category.html", {"category": shelf, **_facts(found, sort)})


@bp.get("/search", endpoint="search")
@access(PUBLIC)
def search_page() -> ResponseReturnValue:
    query = _query()
    made = keeping.page(lambda: _search(query))
    if query:
        tracking.note(Kind.SEARCH, value=made.found, facts={"query": query})
    return made.html


def _search(query: str) -> Shown:
    sort, number = parsing.choice("sort", Sort, Sort.FEATURED), parsing.page_number()
    asked = narrowing.wanted(Wanted(words=tuple(searching.words(query)), is_unreadable=_is_only_signs(query)))
    page, meant = search.listing(asked, sort=sort, page=number), None
    if page.total == 0 and not asked.is_narrowed:
        meant = _closest(asked)
    found = _listed(meant, sort, number) if meant else _with_filters(page, asked)
    facts = {"query": query, "meant": " ".join(meant.words) if meant else "", **_facts(found, sort)}
    return Shown("shop/search.html", facts, found=found.page.total, is_lasting=found.page.total > 0)


@bp.get("/search/suggest")
@limiter.limit(SUGGESTIONS)
@access(PUBLIC)
def suggest() -> ResponseReturnValue:
    """What fits so far, as a fragment below the search field."""
    query = request.args.get("q", "")[:LONGEST_QUERY]
    cards = search.suggestions(searching.words(query))
    return render_template("shop/_suggestions.html", query=query, cards=cards)


def _query() -> str:
    query = " ".join(request.args.get("q", "").split())
    if len(query) > LONGEST_QUERY:
        raise parsing.BadQuery(_("Search for at most %(most)s characters.", most=LONGEST_QUERY))
    return query


def _is_only_signs(query: str) -> bool:
    return bool(query) and not searching.words(query)


def _closest(asked: Wanted) -> Wanted | None:
    """What was probably meant; else the search is noted as one the shop has no answer to."""
    meant = search.closest(asked.words)
    if meant is None:
        misses.note(query=" ".join(asked.words))
        return None
    return replace(asked, words=meant)


def _facts(found: Found, sort: Sort) -> dict[str, Any]:
    return {"found": found, "page": found.page, "sort": sort, "sorts": list(Sort)}


def _listed(asked: Wanted, sort: Sort, number: int) -> Found:
    return _with_filters(search.listing(asked, sort=sort, page=number), asked)


def _with_filters(page: Page[ProductCard], asked: Wanted) -> Found:
    counts = lately.made(asked, lambda: search.facets(asked, narrowing.price_bands()))
    return Found(page, narrowing.filters(asked, counts), asked)
