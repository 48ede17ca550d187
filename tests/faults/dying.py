"""The shop with a bullet in it: ``gunicorn tests.faults.dying:app``.

SMARTSHOP_TEST_DIES names a step of a checkout; the first process that gets there is killed, once. The bullet is a
file: whoever takes it away dies of it, so that the next worker lives.
"""

import os
import signal
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smartshop.cart import queries as cart_queries
from smartshop.cart.operations import filling as carts
from smartshop.factory import create_app
from smartshop.inventory.operations import stock
from smartshop.messaging.operations import outbox
from smartshop.orders.operations import hearing, placing
from smartshop.orders.operations import refunding as paying_back
from smartshop.payments import queries as payment_queries
from smartshop.payments.operations import attempts, refunding, reports
from smartshop.payments.operations.stripe_checkout import StripeCheckout
from smartshop.payments.rules.gateways import DemoCard

if TYPE_CHECKING:
    from collections.abc import Callable

POINTS: dict[str, tuple[Any, str]] = {
    "the cart is locked": (carts, "hold"),
    "the cart is read": (cart_queries, "snapshot"),
    "the cart is closed": (carts, "close"),
    "the stock is taken": (stock, "take"),
    "all is written but the commit": (attempts, "open_attempt"),
    "the order is committed": (placing, "_write"),
    "the card is charged": (DemoCard, "charge"),
    "the payment is settled": (attempts, "settle"),
    "the letter is queued": (outbox, "enqueue"),
    "everything is committed": (placing, "settle"),
}
"""The step after which the process dies, and the function that ends it."""
STRIPE_POINTS: dict[str, dict[str, tuple[Any, str]]] = {
    "checkout": {
        "the order is committed": (placing, "_write"),
        "the page is opened": (StripeCheckout, "charge"),
        "the page is noted": (attempts, "await_answer"),
    },
    "return": {
        "stripe has said it is paid": (StripeCheckout, "find"),
        "the payment is settled": (attempts, "settle"),
        "everything is committed": (placing, "settle"),
    },
    "report": {
        "the report is read": (StripeCheckout, "read_report"),
        "the report is kept": (reports, "keep"),
        "the report is acted on": (placing, "settle"),
        "the report is committed": (hearing, "hear"),
    },
    "refund": {
        "the cause is written but not committed": (paying_back, "set_aside"),
        "the money is set aside": (payment_queries, "pending_refunds"),
        "the refund is sent": (StripeCheckout, "refund"),
        "the refund is written down": (refunding, "settle"),
        "the refund is told": (paying_back, "_carry_out"),
    },
}
"""The same for an order that is paid with Stripe, by what the customer, Stripe or staff is doing."""
EVERY_POINT = {
    **POINTS,
    **{name: point for points in STRIPE_POINTS.values() for name, point in points.items()},
}


def _arm(point: str, bullet: Path) -> None:
    owner, name = EVERY_POINT[point]
    real: Callable[..., Any] = getattr(owner, name)

    @wraps(real)
    def deadly(*args: Any, **kwargs: Any) -> Any:
        result = real(*args, **kwargs)
        with suppress(FileNotFoundError):
            bullet.unlink()
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, deadly)


if "SMARTSHOP_TEST_DIES" in os.environ:
    _arm(os.environ["SMARTSHOP_TEST_DIES"], Path(os.environ["SMARTSHOP_TEST_BULLET"]))
    app = create_app()
