"""Home, category and search."""

from dataclasses import dataclass, replace

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from smartshop.activity.rules import Kind
from smartshop.catalog.operations import misses
from smartshop.catalog.queries import browsing, search
from smartshop.catalog.queries.browsing import ProductCard
from smartshop.catalog.queries.search import Sort, Wanted
from smartshop.catalog.rules import searching
from smartshop.kernel.pages import Page
from smartshop.orders.queries import reading as orders
from smartshop.web import parsing, tracking
from smartshop.web.guards import PUBLIC, access
from smartshop.web.shop import narrowing
from smartshop.web.shop.blueprint import bp

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
    newest = browsing.newest(8)
    popular = browsing.cards(orders.bestsellers(limit=8)) or newest
    tracking.visitor_id()
    return render_template("shop/home.html", categories=browsing.categories(), popular=popular, newest=newest)


@bp.get("/c/<slug>")
@access(PUBLIC)
def category(slug: str) -> ResponseReturnValue:
    sort, number = parsing.choice("sort", Sort, Sort.FEATURED), parsing.page_number()
    found = browsing.category(slug)
    shown = _listed(narrowing.wanted(Wanted(category_ids=found.ids)), sort, number)
    tracking.visitor_id()
    return render_template(
        "shop/category.html", category=found, found=shown, page=shown.page, sort=sort, sorts=list(Sort)
    )


@bp.get("/search", endpoint="search")
@access(PUBLIC)
def search_page() -> ResponseReturnValue:
    sort, number = parsing.choice("sort", Sort, Sort.FEATURED), parsing.page_number()
    query = _query()
    asked = narrowing.wanted(Wanted(words=tuple(searching.words(query)), is_unreadable=_is_only_signs(query)))
    shown = _listed(asked, sort, number)
    if shown.page.total == 0 and not asked.is_narrowed:
        shown = _closest(asked, sort, number) or shown
    if query:
        tracking.note(Kind.SEARCH, value=shown.page.total, facts={"query": query})
    return render_template(
        "shop/search.html",
        query=query,
        meant=" ".join(shown.asked.words) if shown.asked.words != asked.words else "",
        found=shown,
        page=shown.page,
        sort=sort,
        sorts=list(Sort),
    )


@bp.get("/search/suggest")
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


def _closest(asked: Wanted, sort: Sort, number: int) -> Found | None:
    """What was probably meant; else the search is noted as one the shop has no answer to."""
    meant = search.closest(asked.words)
    if meant is None:
        misses.note(query=" ".join(asked.words))
        return None
    return _listed(replace(asked, words=meant), sort, number)


def _listed(asked: Wanted, sort: Sort, number: int) -> Found:
    page = search.listing(asked, sort=sort, page=number)
    counts = search.facets(asked, narrowing.price_bands())
    return Found(page, narrowing.filters(asked, counts), asked)
