"""The page of a cart, which several answers show."""

from smartshop.cart import queries
from smartshop.cart.queries import CartSnapshot
from smartshop.web import basket, places
from smartshop.web.framing import framed
from smartshop.web.presenting import settings
from smartshop.web.shop import offers, refusals
from smartshop.web.shop.offers import Offers


def render(problem: str = "") -> str | bytes:
    """The cart as it is now, with what its delivery would cost; ``problem`` is what is wrong with a coupon code."""
    cart = basket.snapshot()
    found = _offers(cart) if cart.items else None
    refusal = found.refusal(found.chosen(None)) if found else None
    return framed(
        "shop/cart.html",
        "shop/_cart.html",
        cart=cart,
        saved=queries.saved(basket.key()) if cart.may_have_saved else (),
        offers=found,
        quote=found.quotes.get(found.chosen(None)) if found else None,
        why=refusals.told(refusal) if refusal else "",
        problem=problem,
        countries=places.countries(settings().country),
    )


def _offers(cart: CartSnapshot) -> Offers:
    return offers.offers(cart, offers.country(offers.book()), offers.buyer(), is_binding=False)
