"""The product page."""

from flask import render_template
from flask.typing import ResponseReturnValue

from smartshop.activity.rules import Kind
from smartshop.catalog.queries import browsing
from smartshop.inventory import queries as inventory
from smartshop.pricing import queries as prices
from smartshop.web import tracking
from smartshop.web.guards import PUBLIC, access
from smartshop.web.shop.blueprint import bp


@bp.get("/p/<slug>", endpoint="product")
@access(PUBLIC)
def show(slug: str) -> ResponseReturnValue:
    product = browsing.product(slug)
    left = inventory.availability([variant.id for variant in product.variants])
    tracking.note(Kind.VIEW, product_id=product.id)
    return render_template(
        "shop/product.html", product=product, availability=left, delivery=prices.shipping_methods()
    )
