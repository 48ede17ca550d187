"""The e-mails about an order, queued in the transaction of what they tell."""

from collections.abc import Sequence
from typing import Any

from smartshop.messaging.operations import outbox
from smartshop.orders.models import Order
from smartshop.orders.rules import aftercare


def shipped(order: Order, lines: Sequence[tuple[str, int]], carrier: str, tracking_number: str) -> None:
    """What is on its way, and where to follow it."""
    _send(
        order,
        "order_shipped",
        lines=[{"name": name, "quantity": quantity} for name, quantity in lines],
        carrier=aftercare.CARRIERS[carrier][0],
        tracking_number=tracking_number,
        tracking_url=aftercare.tracking_url(carrier, tracking_number),
    )


def cancelled(order: Order, amount_minor: int, *, is_whole: bool, reason: str) -> None:
    """What was cancelled and why."""
    _send(order, "order_cancelled", amount_minor=amount_minor, is_whole=is_whole, reason=reason)


def refunded(order: Order, amount_minor: int) -> None:
    """How much went back."""
    _send(order, "order_refunded", amount_minor=amount_minor)


def _send(order: Order, kind: str, **facts: Any) -> None:
    if not order.email:
        return
    shared = {"number": order.number, "currency": order.currency, "name": order.address.get("name", "")}
    outbox.enqueue(kind=kind, recipient=order.email, person_id=order.person_id, facts={**shared, **facts})
