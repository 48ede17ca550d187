"""Writing an order and its lines down, as they are placed."""

from typing import Any

import sqlalchemy as sa

from smartshop.cart.queries import CartKey, CartSnapshot
from smartshop.kernel import clock, codes, statements
from smartshop.kernel.prepared import Prepared
from smartshop.orders.models import Order, OrderLine
from smartshop.orders.rules.checkout import PlaceOrder
from smartshop.orders.rules.states import State
from smartshop.pricing.rules.quoting import Quote

WRITE_ORDER = Prepared(sa.insert(Order).returning(Order.id))
WRITE_LINES = Prepared(sa.insert(OrderLine))


def write(command: PlaceOrder, key: CartKey, snapshot: CartSnapshot, quote: Quote) -> Order:
    """Write the order of a cart, inside the caller's unit of work; the session does not hold what is returned."""
    facts = _order(command, key, snapshot, quote)
    order = Order(id=statements.one(WRITE_ORDER, facts), **facts)
    statements.run(WRITE_LINES, _lines(order.id, snapshot, quote))
    return order


def _order(command: PlaceOrder, key: CartKey, snapshot: CartSnapshot, quote: Quote) -> dict[str, Any]:
    return {
        "number": codes.order_number(),
        "idempotency_key": command.idempotency_key,
        "cart_id": snapshot.cart_id,
        "person_id": key.person_id,
        "email": command.email,
        "country": command.address.country,
        "source": "shop",
        "state": State.PENDING,
        "placed_at": clock.now(),
        "currency": quote.currency,
        "goods_minor": quote.goods_minor,
        "discount_minor": quote.discount_minor,
        "shipping_minor": quote.shipping_minor,
        "tax_minor": quote.tax_minor,
        "added_tax_minor": quote.added_tax_minor,
        "total_minor": quote.total_minor,
        "taxes": [part.frozen() for part in quote.taxes],
        "shipping_method": quote.shipping.name,
        "payment_method": command.payment_code,
        "address": command.address.frozen(),
    }


def _lines(order_id: int, snapshot: CartSnapshot, quote: Quote) -> list[dict[str, object]]:
    return [
        {
            "order_id": order_id,
            "position": position,
            "product_id": item.product_id,
            "variant_id": item.variant_id,
            "sku": item.sku,
            "product_name": item.name,
            "variant_name": item.variant_name,
            "quantity": line.quantity,
            "unit_price_minor": line.unit_price_minor,
            "discount_minor": line.discount_minor,
            "tax_minor": line.tax_minor,
            "tax_basis_points": line.tax_basis_points,
            "total_minor": line.total_minor,
        }
        for position, (item, line) in enumerate(zip(snapshot.items, quote.lines, strict=True), start=1)
    ]
