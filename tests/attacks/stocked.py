"""Every page and every form of a shop with something of everything in it, for sweeps over all of them."""

from flask import Flask

from tests import factories
from tests.browser_client import ShopClient
from tests.house.access_table import ROUTES
from tests.house.inhabited import Shop, email_of, inhabit

ADMIN, CUSTOMER = email_of("admin"), email_of("customer")


def fill(app: Flask) -> Shop:
    """The shop of the access table, with a promotion."""
    shop = inhabit(app)
    factories.make_promotion(code="TEN")
    return shop


def signed_in(app: Flask, email: str, **headers: str) -> ShopClient:
    browser = ShopClient(app, **headers)
    browser.sign_in(email, factories.PASSWORD)
    browser.get("/account")
    return browser


def pages(shop: Shop) -> list[str]:
    """Every address that is read, once."""
    reading = [route for routes in ROUTES.values() for route in routes if route.method == "GET"]
    return [route.address.format(**shop.names) for route in reading]


def forms(shop: Shop) -> list[tuple[str, str, dict[str, str]]]:
    """Every address that something is sent to, as (endpoint, address, answers)."""
    return [
        (
            endpoint,
            route.address.format(**shop.names),
            {name: value.format(**shop.names) for name, value in route.form.items()},
        )
        for endpoint, routes in ROUTES.items()
        for route in routes
        if route.method == "POST"
    ]
