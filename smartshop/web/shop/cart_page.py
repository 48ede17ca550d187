"""The page of a cart, which several answers show."""

from flask import render_template

from smartshop.cart import queries
from smartshop.web import basket, places
from smartshop.web.presenting import settings
from smartshop.web.shop import offers


def render() -> str:
    """The cart as it is now, with what its delivery would cost."""
    cart = queries.snapshot(basket.key())
    return render_template(
        "shop/cart.html",
        cart=cart,
        offers=offers.offers(cart, offers.country(offers.book())) if cart.items else None,
        countries=places.countries(settings().country),
    )
