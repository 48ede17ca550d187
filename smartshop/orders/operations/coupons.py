"""The coupon code of a cart."""

from dataclasses import replace

from smartshop.cart import queries as cart_queries
from smartshop.cart.operations import filling as carts
from smartshop.cart.queries import CartKey
from smartshop.kernel.errors import Invalid
from smartshop.kernel.uow import unit_of_work
from smartshop.orders.queries import quotes
from smartshop.pricing.rules.eligibility import Buyer, Refusal, Why, written

LONGEST = 40


class CodeRefused(Invalid):
    """The code does not count, whatever is in the cart; facts: refusal."""

    code = "code_refused"

    def __init__(self, refusal: Refusal) -> None:
        problem = "This code cannot be used."
        super().__init__(problem, {"code": problem}, refusal=refusal)
        self.refusal = refusal


def use(*, key: CartKey, code: str, buyer: Buyer) -> None:
    """Keep a code for the cart, in place of any other; one that the cart does not reach yet waits for it.

    Raises CodeRefused and CartGone.
    """
    code = written(code)
    with unit_of_work():
        snapshot = replace(cart_queries.snapshot(key), code=code)
        refusal = quotes.on_offer(snapshot, buyer).refusal
        if len(code) > LONGEST or not code:
            refusal = Refusal(code[:LONGEST], Why.UNKNOWN)
        if refusal is not None:
            raise CodeRefused(refusal)
        carts.keep_code(key=key, code=code)


def drop(*, key: CartKey) -> None:
    """Forget the code of the cart.

    Raises CartGone.
    """
    carts.keep_code(key=key, code="")
