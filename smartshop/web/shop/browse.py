"""Home, category and search."""

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from smartshop.activity.rules import Kind
from smartshop.catalog.queries import browsing
from smartshop.catalog.queries.browsing import Sort
from smartshop.inventory import queries as inventory
from smartshop.orders.queries import reading as orders
from smartshop.web import parsing, tracking
from smartshop.web.guards import PUBLIC, access
from smartshop.web.shop.blueprint import bp

LONGEST_QUERY = 100
MOST_WORDS = 8


@bp.get("/")
@access(PUBLIC)
def home() -> ResponseReturnValue:
    newest = browsing.newest(8)
    popular = browsing.cards(orders.bestsellers(limit=8)) or newest
    tracking.visitor_id()
    return render_template(
        "shop/home.html",
        categories=browsing.categories(),
        popular=popular,
        newest=newest,
        on_sale=inventory.products_on_sale([card.id for card in [*popular, *newest]]),
    )


@bp.get("/c/<slug>")
@access(PUBLIC)
def category(slug: str) -> ResponseReturnValue:
    sort, number = parsing.choice("sort", Sort, Sort.FEATURED), parsing.page_number()
    found = browsing.category(slug)
    page = browsing.listing(category_id=found.id, sort=sort, page=number)
    on_sale = inventory.products_on_sale([card.id for card in page.items])
    tracking.visitor_id()
    return render_template(
        "shop/category.html", category=found, page=page, sort=sort, sorts=list(Sort), on_sale=on_sale
    )


@bp.get("/search")
@access(PUBLIC)
def search() -> ResponseReturnValue:
    sort, number = parsing.choice("sort", Sort, Sort.FEATURED), parsing.page_number()
    query = " ".join(request.args.get("q", "").split())
    if len(query) > LONGEST_QUERY:
        raise parsing.BadQuery(_("Search for at most %(most)s characters.", most=LONGEST_QUERY))
    words = query.split()[:MOST_WORDS]
    page = browsing.listing(words=words, sort=sort, page=number)
    on_sale = inventory.products_on_sale([card.id for card in page.items])
    if words:
        tracking.note(Kind.SEARCH, value=page.total, facts={"query": query})
    return render_template(
        "shop/search.html", query=query, page=page, sort=sort, sorts=list(Sort), on_sale=on_sale
    )
