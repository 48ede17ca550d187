"""A person about whom everything possible is known, through the shop's own doors."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import sqlalchemy as sa
from flask import Flask, current_app

from smartshop.catalog.operations import misses
from smartshop.identity.operations import addresses
from smartshop.identity.rules.addresses import Address
from smartshop.jobs import schedule
from smartshop.kernel.extensions import db
from smartshop.orders.models import Order
from smartshop.orders.operations import returning
from tests import factories
from tests.browser_client import ShopClient
from tests.factories import Goods
from tests.orders import acting

EMAIL = "zqmark.person@erase.example"
NAME = "Zqmark Zqsurname"
ADDRESS = Address(NAME, "77 Zqstreet", "Zqtown", "ZQ1 7ZQ", "GB", "Zqflat 3", "+44 20 7777 4242")
TELLS = ("zqmark", "zqsurname", "zqstreet", "zqtown", "zq1 7zq", "zqflat", "7777 4242")
WHY = f"{NAME} of 77 Zqstreet rang from +44 20 7777 4242"


def live(app: Flask) -> tuple[int, ShopClient, str]:
    """Somebody who did everything that leaves a trace; their id, their browser, and the number of their order."""
    mug, gone = factories.make_product(), factories.make_product(name="Lamp", on_hand=0)
    person_id = factories.make_person(email=EMAIL, name=NAME)
    browser = ShopClient(app)
    browser.sign_in(EMAIL, "not the password")
    browser.get("/forgot")
    browser.submit("/forgot", {"email": EMAIL})
    _search(browser)
    browser.sign_in(EMAIL, factories.PASSWORD)
    addresses.keep(person_id=person_id, address=ADDRESS, is_default=True)
    number = _buy(browser, mug)
    _after_the_order(number)
    _opine(browser, mug, gone)
    app.extensions["events"].flush()
    db.session.remove()
    schedule.deliver_email(current_app.config["SETTINGS"])
    return person_id, browser, number


def _search(browser: ShopClient) -> None:
    for words in (EMAIL, NAME):
        browser.get(f"/search?q={words}")
        misses.note(query=words)


def _buy(browser: ShopClient, mug: Goods) -> str:
    browser.get(f"/p/{mug.slug}")
    browser.submit("/cart/add", {"variant_id": str(mug.variant_id), "quantity": "2"})
    browser.get("/checkout")
    card = {"payment": "test_card", "card_number": "4242 4242 4242 4242"}
    answers = {**asdict(ADDRESS), "email": EMAIL, "shipping": "standard", **card}
    browser.submit(
        "/checkout", {name: text for name, text in answers.items() if name in browser.form("/checkout").names}
    )
    db.session.rollback()
    number = db.session.scalars(sa.select(Order.number)).one()
    db.session.rollback()
    browser.get("/find-order")
    browser.submit("/find-order", {"number": str(number), "email": EMAIL})
    return str(number)


def _after_the_order(number: str) -> None:
    acting.ship(number, {1: 2})
    revision = acting.revision_of(number)
    returning.take_back(
        number=number, revision=revision, quantities={1: 1}, is_restocked=True, reason=WHY,
        seller=acting.SELLER, actor=acting.STAFF,
    )  # fmt: skip


def _opine(browser: ShopClient, mug: Goods, gone: Goods) -> None:
    browser.get(f"/p/{mug.slug}/review")
    said = {
        "rating": "5",
        "title": f"Love, {NAME}",
        "body": f"Write to {EMAIL} if you like it too. It is good.",
    }
    assert browser.post(f"/p/{mug.slug}/review", said).status_code == 200
    browser.post("/wishes", {"save": str(mug.product_id)})
    browser.get(f"/p/{gone.slug}")
    browser.post(f"/p/{gone.slug}/tell-me", {"variant_id": str(gone.variant_id)})


def cells() -> Iterator[tuple[str, str]]:
    """Every value of every column of every table, as (place, text)."""
    db.session.rollback()
    for table in db.metadata.sorted_tables:
        for row in db.session.execute(sa.select(table)).mappings():
            for name, value in row.items():
                yield f"{table.name}.{name}", str(value)
    db.session.rollback()


def traces() -> set[str]:
    """The columns that tell who the person was."""
    return {place for place, text in cells() if any(tell in text.lower() for tell in TELLS)}


def files_that_tell(folder: Path) -> list[str]:
    """The files under a folder whose bytes tell who the person was."""
    return [
        path.name
        for path in sorted(folder.rglob("*"))
        if path.is_file() and any(tell.encode() in path.read_bytes().lower() for tell in TELLS)
    ]
