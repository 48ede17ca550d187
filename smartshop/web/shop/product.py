"""The product page."""

from flask import render_template
from flask.typing import ResponseReturnValue

from smartshop.activity.rules import Kind
from smartshop.catalog.queries import addresses, browsing
from smartshop.inventory.queries import stock as inventory
from smartshop.kernel.errors import NotFound
from smartshop.pricing.queries import shipping
from smartshop.web import keeping, tracking
from smartshop.web.guards import PUBLIC, access
from smartshop.web.keeping import Made
from smartshop.web.shop import moved
from smartshop.web.shop.blueprint import bp


@bp.get("/p/<slug>", endpoint="product")
@access(PUBLIC)
def show(slug: str) -> ResponseReturnValue:
    try:
        made = keeping.page(lambda: _page(slug))
    except NotFound as missing:
        return moved.onward("shop.product", addresses.product_now_at(slug), missing)
    tracking.note(Kind.VIEW, product_id=made.product_id)
    return made.html


def _page(slug: str) -> Made:
    product = browsing.product(slug)
    left = inventory.availability([variant.id for variant in product.variants])
    html = render_template(
        "shop/product.html", product=product, availability=left, delivery=shipping.shipping_methods()
    )
    return Made(html, product_id=product.id)
