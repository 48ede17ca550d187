"""Every page and every form of a shop with something of everything in it, for sweeps over all of them."""

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from flask import Flask

from smartshop.cart.operations import filling, saving
from smartshop.cart.queries import CartKey
from smartshop.catalog.models import Product, ProductImage, Review
from smartshop.catalog.operations import misses, wishing
from smartshop.content.models import TextPage
from smartshop.identity.models import Role
from smartshop.identity.operations import addresses, inviting
from smartshop.kernel import clock
from smartshop.kernel.audit import SYSTEM
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.messaging.operations import outbox
from smartshop.orders.models import Order
from smartshop.orders.operations import invoicing
from tests import factories
from tests.browser_client import ShopClient
from tests.house.access_table import ROUTES, Route
from tests.house.inhabited import Shop, email_of, inhabit
from tests.orders.acting import SELLER, STAFF
from tests.over_http import OverHttp

ADMIN, CUSTOMER, NEIGHBOUR = email_of("admin"), email_of("customer"), email_of("another customer")

LEAVES = frozenset({"/sign-out", "/account/security/sign-ins/end-others", "/account/privacy/erase"})
"""Forms that end the sender's own visit."""


@dataclass(frozen=True)
class Stock:
    """A filled shop, and the way to it: over real connections, or in this process."""

    shop: Shop
    way: Flask | OverHttp

    @property
    def app(self) -> Flask:
        return self.shop.app

    @property
    def port(self) -> int:
        """Where the shop listens."""
        assert isinstance(self.way, OverHttp)
        return self.way.port

    @property
    def names(self) -> dict[str, object]:
        return self.shop.names

    def visitor(self, **headers: str) -> ShopClient:
        """A browser that nobody has used yet."""
        return ShopClient(self.way, **headers)

    def signed_in(self, email: str, **headers: str) -> ShopClient:
        """A browser of somebody in the shop, on a page with a form."""
        browser = self.visitor(**headers)
        assert browser.sign_in(email, factories.PASSWORD).status_code == 200
        browser.get("/account")
        return browser


def fill(app: Flask) -> Shop:
    """The shop of the access table, with something behind every address that holds one."""
    shop = inhabit(app)
    factories.make_promotion(code="TEN")
    customer, product = int(str(shop.names["person"])), int(str(shop.names["product_id"]))
    _write_about(product, customer)
    misses.note(query="unicorn")
    _belongings_of(customer, shop)
    with unit_of_work():
        role_id = db.session.scalars(sa.select(Role.id).where(Role.name == "support")).one()
    inviting.invite(email="invited@example.com", role_ids=[role_id], actor=SYSTEM, post=outbox.enqueue)
    db.session.rollback()
    return shop


def _write_about(product_id: int, author_id: int) -> None:
    moment = clock.now()
    with unit_of_work():
        product = db.session.get_one(Product, product_id)
        product.rating_sum, product.rating_count = 4, 1
        db.session.add(ProductImage(product_id=product_id, path="mug.svg", alt="A mug", position=0))
        for state, person_id in (("published", author_id), ("pending", None)):
            db.session.add(
                Review(
                    product_id=product_id, person_id=person_id, author="Ada", rating=4, title="Good", body="Very.",
                    state=state, created_at=moment,
                )
            )  # fmt: skip
        db.session.add(
            TextPage(
                slug="about", title="About", body="Us.", is_published=True, is_in_footer=True, position=1,
                updated_at=moment,
            )
        )  # fmt: skip


def _belongings_of(person_id: int, shop: Shop) -> None:
    """A wish list with a link, a cart, a line for later, an invoice; and an address of the neighbour's."""
    other = factories.make_product(name="Lamp", on_hand=9)
    wishing.add(person_id=person_id, product_id=other.product_id)
    wishing.share(person_id=person_id)
    key = CartKey(person_id=person_id)
    for variant_id in (int(str(shop.names["variant"])), other.variant_id):
        filling.add(key=key, variant_id=variant_id, quantity=1)
    saving.save(key=key, variant_id=other.variant_id)
    number = str(shop.names["order"])
    with unit_of_work():
        revision = db.session.scalars(sa.select(Order.revision).where(Order.number == number)).one()
        neighbour = db.session.scalars(
            sa.text("SELECT id FROM people WHERE email = :e"), {"e": NEIGHBOUR}
        ).one()
    invoicing.issue(number=number, revision=revision, seller=SELLER, actor=STAFF)
    addresses.keep(person_id=neighbour, address=factories.HOME, is_default=True)
    shop.names["neighbour"] = neighbour


def routes(method: str) -> Iterator[tuple[str, Route]]:
    """Every way that is in the access table, by method."""
    for endpoint, ways in ROUTES.items():
        yield from ((endpoint, route) for route in ways if route.method == method)


def pages(stock: Stock | Shop) -> list[str]:
    """Every address that is read, once."""
    return [route.address.format(**stock.names) for _, route in routes("GET")]


def forms(stock: Stock | Shop) -> list[tuple[str, str, dict[str, str]]]:
    """Every address that something is sent to, as (endpoint, address, answers)."""
    return [
        (
            endpoint,
            route.address.format(**stock.names),
            {name: value.format(**stock.names) for name, value in route.form.items()},
        )
        for endpoint, route in routes("POST")
    ]
