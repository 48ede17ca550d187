"""A shop that runs: a server on a free port with its own database, stocked for visitors."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from flask import Flask

from smartshop.catalog.models import Product, ProductImage, Review
from smartshop.catalog.operations import listing
from smartshop.factory import create_app
from smartshop.identity.operations import addresses
from smartshop.identity.rules.roles import Role
from smartshop.inventory.models import StockLevel
from smartshop.kernel import clock
from smartshop.kernel.config import ROOT as ROOT_FOLDER
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from tests import databases
from tests.factories import (
    HOME,
    Goods,
    make_category,
    make_order,
    make_person,
    make_product,
    make_promotion,
    make_variant,
)

PLENTY = 900
PATIENCE_SECONDS = 40
PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 5"><path fill="{colour}" d="M0 0h4v5H0z"/></svg>'
)
ADA = "ada@example.com"
NOVA = "nova@example.com"
ROOT = "root@example.com"


@dataclass(frozen=True)
class LiveShop:
    """Where it is and what it sells."""

    app: Flask
    url: str
    mug: Goods
    """Two pictures, two reviews, plenty left."""
    throw: Goods
    """Three variants, one of them sold out."""
    kettle: Goods
    """Sold out."""
    lamp: Goods
    """Three left, until somebody is faster."""
    order: str
    """The number of an order of Ada's."""

    def set_stock(self, goods: Goods, quantity: int) -> None:
        """As if somebody else had bought or returned some."""
        with self.app.app_context(), unit_of_work():
            db.session.get_one(StockLevel, goods.variant_id).on_hand = quantity


@contextmanager
def running(folder: Path) -> Iterator[LiveShop]:
    """A stocked shop that answers until the end of the block."""
    settings = databases.test_settings(folder / "instance")
    app, port, log = create_app(settings), _free_port(), folder / "server.log"
    databases.migrate(app)
    with app.app_context():
        shop = _stocked(app, f"http://127.0.0.1:{port}")
        db.engine.dispose()
    env = {
        **os.environ,
        "SMARTSHOP_ENV": "production",
        "SMARTSHOP_SECURE_COOKIES": "false",
        "SMARTSHOP_TEST_CARD": "true",
        "SMARTSHOP_STAFF_TWO_FACTOR": "false",
        "SMARTSHOP_INSTANCE": str(settings.instance),
        "SMARTSHOP_SECRET_KEY": settings.secret_key,
        "SMARTSHOP_BASE_URL": f"http://127.0.0.1:{port}",
        "SMARTSHOP_BIND": f"127.0.0.1:{port}",
        "SMARTSHOP_WORKERS": "1",
        "DATABASE_URL": "",
        "REDIS_URL": "",
    }
    gunicorn = [str(Path(sys.executable).parent / "gunicorn"), "-c", "gunicorn.conf.py", "wsgi:app"]
    with log.open("wb") as output:
        server = subprocess.Popen(gunicorn, cwd=ROOT_FOLDER, env=env, stdout=output, stderr=output)
    try:
        _wait_until_ready(f"{shop.url}/readyz", server, log)
        yield shop
    finally:
        server.terminate()
        server.wait(30)
        with app.app_context():
            db.engine.dispose()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own server
                return
        except OSError:
            time.sleep(0.05)
    server.kill()
    raise AssertionError(f"the shop did not start:\n{log.read_text(encoding='utf-8')[-3000:]}")


def _stocked(app: Flask, url: str) -> LiveShop:
    kitchen, living = (
        make_category(name="Kitchen", slug="kitchen"),
        make_category(name="Living", slug="living"),
    )
    for number in range(26):
        make_product(name=f"Bowl {number + 1}", category_id=kitchen, on_hand=PLENTY)
    ada = make_person(email=ADA, name="Ada Buyer")
    for street in ("1 Analytical Row", "12 Difference Lane"):
        addresses.keep(person_id=ada, address=replace(HOME, line1=street), is_default=False)
    make_person(email=NOVA, name="Nova Newcomer")
    make_person(email=ROOT, name="Root Keeper", role=Role.ADMIN)
    mug = make_product(name="Stoneware mug", category_id=kitchen, price_minor=1450, on_hand=PLENTY)
    _describe(app, mug, ada)
    throw = make_product(name="Wool throw", category_id=living, price_minor=7900, on_hand=PLENTY)
    make_variant(product_id=throw.product_id, name="Grey", price_minor=8500, position=1, on_hand=PLENTY)
    make_variant(product_id=throw.product_id, name="Blue", price_minor=8500, position=2, on_hand=0)
    make_promotion(name="Ten per cent off your first look", code="TEN10", limit_total=500)
    orders = [make_order(lines=[(mug, 2)], person_id=ada, state="fulfilled") for _ in range(23)]
    return LiveShop(
        app=app,
        url=url,
        mug=mug,
        throw=throw,
        kettle=make_product(name="Enamel kettle", category_id=kitchen, price_minor=5200, on_hand=0),
        lamp=make_product(name="Brass lamp", category_id=living, price_minor=12900, on_hand=3),
        order=orders[-1],
    )


def _describe(app: Flask, goods: Goods, author_id: int) -> None:
    """Pictures, a text and reviews."""
    uploads = Path(app.instance_path) / "uploads"
    uploads.mkdir(parents=True)
    for name, colour in (("front", "#c8b49a"), ("side", "#8a9a8c")):
        (uploads / f"{name}.svg").write_text(PICTURE.format(colour=colour), encoding="utf-8")
    with unit_of_work():
        product = db.session.get_one(Product, goods.product_id)
        product.description = "Thrown by hand.\nHolds a large coffee."
        product.attributes = {"Material": "Stoneware", "Height": "9 cm"}
        product.rating_sum, product.rating_count = 9, 2
        for position, name in enumerate(("front", "side")):
            db.session.add(
                ProductImage(
                    product_id=product.id, path=f"{name}.svg", alt=f"The mug, {name}", position=position
                )
            )
        listing.refresh([product.id])
        for rating, person_id in ((5, author_id), (4, None)):
            db.session.add(
                Review(
                    product_id=product.id,
                    person_id=person_id,
                    author="Ada",
                    rating=rating,
                    title="Lovely",
                    body="Used every day.",
                    state="published",
                    created_at=clock.now(),
                )
            )
