"""Products with stock and sales, read-only."""

from flask import render_template
from flask.typing import ResponseReturnValue

from smartshop.catalog.queries import editing
from smartshop.insights.queries import products
from smartshop.kernel.permissions import Permission
from smartshop.web import parsing
from smartshop.web.admin import asking, wording
from smartshop.web.admin.blueprint import bp
from smartshop.web.guards import access
from smartshop.web.presenting import settings


@bp.get("/products", endpoint="products")
@access(Permission.PRODUCTS_VIEW)
def products_page() -> ResponseReturnValue:
    asked, words = parsing.page_number(), asking.text()
    sort, is_descending = asking.order(products.SORTS, "-revenue")
    page = products.page_of_products(
        settings().currency, text=words, sort=sort, is_descending=is_descending, page=asked
    )
    return render_template(
        "admin/products.html",
        page=page,
        words=words,
        sort=sort,
        is_descending=is_descending,
        categories=editing.categories(),
        moved=wording.page_moved(asked, page.number),
    )
