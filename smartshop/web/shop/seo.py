"""What search engines ask for: the map of the shop, and where they are not wanted."""

from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape

from flask import Response, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue

from smartshop.catalog.queries import addresses, browsing
from smartshop.content import queries as content
from smartshop.kernel.errors import NotFound
from smartshop.web.guards import PUBLIC, access
from smartshop.web.presenting import settings
from smartshop.web.shop.blueprint import bp

MOST_ADDRESSES = 50_000
"""What the sitemap protocol allows in one file."""
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
CLOSED = (
    "/admin/",
    "/account",
    "/cart",
    "/checkout",
    "/orders/",
    "/search/suggest",
    "/wishes/",
    "/wishlists/",
)
NOT_INDEXED = frozenset(
    {
        "shop.cart",
        "shop.checkout",
        "shop.place_order",
        "shop.order",
        "shop.suggest",
        "shop.recently_viewed",
        "shop.shared_wishlist",
    }
)


@bp.get("/robots.txt")
@access(PUBLIC)
def robots() -> ResponseReturnValue:
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in CLOSED),
        "",
        f"Sitemap: {_absolute('shop.sitemap')}",
        "",
    ]
    return Response("\n".join(lines), mimetype="text/plain")


@bp.get("/sitemap.xml")
@access(PUBLIC)
def sitemap() -> ResponseReturnValue:
    """Every category and product, or the list of files that hold them when there are too many for one."""
    total = addresses.count()
    if total + len(browsing.all_categories()) < MOST_ADDRESSES:
        return _xml("urlset", _categories(), _products(0))
    parts = -(-total // MOST_ADDRESSES)
    files = [_absolute("shop.sitemap_part", part=part) for part in range(parts + 1)]
    return _xml("sitemapindex", (f"<sitemap><loc>{escape(file)}</loc></sitemap>" for file in files))


@bp.get("/sitemap-<int:part>.xml")
@access(PUBLIC)
def sitemap_part(part: int) -> ResponseReturnValue:
    """Part 0 holds the categories, the others 50,000 products each."""
    if part > -(-addresses.count() // MOST_ADDRESSES):
        raise NotFound("There is no such part of the sitemap. /sitemap.xml lists those there are.")
    return _xml("urlset", _products(part - 1) if part else _categories())


@bp.after_app_request
def keep_out(response: Response) -> Response:
    """Tell search engines not to list what is only for one visitor."""
    if request.endpoint in NOT_INDEXED or request.blueprint in {"account", "admin"}:
        response.headers["X-Robots-Tag"] = "noindex"
    return response


def _categories() -> Iterator[str]:
    yield _entry(_absolute("shop.home"))
    for category in browsing.all_categories():
        yield _entry(_absolute("shop.category", slug=category.slug))
    for page in content.published():
        yield _entry(_absolute("shop.text_page", slug=page.slug), page.updated_at.date().isoformat())


def _products(part: int) -> Iterator[str]:
    for slug, changed in addresses.products(skip=part * MOST_ADDRESSES, most=MOST_ADDRESSES):
        yield _entry(_absolute("shop.product", slug=slug), changed.date().isoformat())


def _entry(address: str, changed: str = "") -> str:
    dated = f"<lastmod>{changed}</lastmod>" if changed else ""
    return f"<url><loc>{escape(address)}</loc>{dated}</url>"


def _xml(root: str, *bodies: Iterable[str]) -> Response:
    def written() -> Iterator[str]:
        yield f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{NAMESPACE}">\n'
        for body in bodies:
            for line in body:
                yield line + "\n"
        yield f"</{root}>\n"

    return Response(stream_with_context(written()), mimetype="application/xml")


def _absolute(endpoint: str, **values: object) -> str:
    return settings().base_url.rstrip("/") + url_for(endpoint, **values)  # type: ignore[arg-type]
