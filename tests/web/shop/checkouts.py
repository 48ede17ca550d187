"""Filling in the checkout as a visitor does."""

from smartshop.kernel.extensions import db
from smartshop.orders.models import Order, OrderLine
from tests.browser_client import ShopClient
from tests.factories import Goods

PLACE = {
    "name": "Ada Buyer",
    "line1": "1 Analytical Row",
    "city": "London",
    "postcode": "N1 9GU",
    "country": "GB",
}
CARD = {"payment": "test_card", "card_number": "4242 4242 4242 4242"}
ANSWERS = {**PLACE, "email": "ada@example.com", "shipping": "standard", **CARD}


def put(visitor: ShopClient, goods: Goods, quantity: int = 1) -> None:
    """Put something into the cart from its page."""
    visitor.get(f"/p/{goods.slug}")
    visitor.submit("/cart/add", {"variant_id": str(goods.variant_id), "quantity": str(quantity)})


def orders() -> list[Order]:
    """Every order as committed by now."""
    db.session.rollback()
    return list(db.session.query(Order).order_by(Order.id))


def lines_of(order: Order) -> list[tuple[str, int]]:
    """(product, quantity) of each line."""
    rows = db.session.query(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.position)
    return [(line.product_name, line.quantity) for line in rows]
