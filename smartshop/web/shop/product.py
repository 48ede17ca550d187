"""The product page."""

from flask.typing import ResponseReturnValue

from smartshop.activity.rules import Kind
from smartshop.catalog.queries import addresses, browsing, related, reviews
from smartshop.catalog.rules.reviews import Order
from smartshop.inventory.queries import stock as inventory
from smartshop.kernel.errors import NotFound
from smartshop.pricing.queries import shipping
from smartshop.web import keeping, lately, parsing, recent, tracking
from smartshop.web.guards import PUBLIC, access
from smartshop.web.keeping import Shown
from smartshop.web.presenting import settings
from smartshop.web.shop import moved
from smartshop.web.shop.blueprint import bp
from smartshop.web.signing import current_person


@bp.get("/p/<slug>", endpoint="product")
@access(PUBLIC)
def show(slug: str) -> ResponseReturnValue:
    try:
        made = keeping.page(lambda: _page(slug))
    except NotFound as missing:
        return moved.onward("shop.product", addresses.product_now_at(slug), missing)
    tracking.note(Kind.VIEW, product_id=made.product_id)
    if made.product_id:
        recent.note(made.product_id)
    return made.html


def _page(slug: str) -> Shown:
    product, person = browsing.product(slug, lately.made("tree", browsing.Tree.read)), current_person()
    order, number = parsing.choice("reviews", Order, Order.NEWEST), parsing.page_number()
    facts = {
        "product": product,
        "availability": inventory.availability([variant.id for variant in product.variants]),
        "delivery": lately.made("delivery", lambda: shipping.shipping_methods(settings().country)),
        "said": reviews.of_product(product.id, order=order, page=number),
        "goes_with": related.goes_with(product_id=product.id, category_id=product.category.id),
        "order": order,
        "orders": list(Order),
        "own_review": reviews.own(product_id=product.id, person_id=person.person_id) if person else None,
    }
    return Shown("shop/product.html", facts, product_id=product.id)
