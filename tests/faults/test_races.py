"""Real processes, real connections: a crowd at one till."""

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.inventory.models import StockLevel, StockMovement
from smartshop.kernel.extensions import db
from smartshop.messaging.models import Email
from smartshop.orders.models import Order, OrderLine
from smartshop.payments.models import PaymentAttempt
from tests.factories import Goods, make_product
from tests.faults.wire import Answer, Browser, Server, at_once, served

pytestmark = pytest.mark.slow
BUYERS = 40
ANSWERS = {
    "name": "Ada Buyer",
    "email": "ada@example.com",
    "line1": "1 Analytical Row",
    "city": "London",
    "postcode": "N1 9GU",
    "country": "GB",
    "shipping": "standard",
    "payment": "test_card",
    "card_number": "4242 4242 4242 4242",
}


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "gunicorn.log"


@pytest.fixture
def server(any_app: Flask, log: Path) -> Iterator[Server]:
    with served(any_app, log) as running:
        yield running


def at_the_till(port: int, goods: Goods) -> Browser:
    """A browser whose cart holds one of the goods, with the checkout open."""
    browser = Browser(port)
    browser.get(f"/p/{goods.slug}")
    assert browser.submit("/cart/add").status == 303
    assert browser.get("/checkout").status == 200
    return browser


def crowd(port: int, goods: Goods, size: int) -> list[Browser]:
    return [buyer for _ in range(size // 8) for buyer in at_once([partial(at_the_till, port, goods)] * 8)]


def buy(buyer: Browser) -> Answer:
    return buyer.submit("/checkout", **ANSWERS)


def count(table: type[Order | PaymentAttempt | Email]) -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def left(goods: Goods) -> int | None:
    db.session.rollback()
    return db.session.scalar(sa.select(StockLevel.on_hand).where(StockLevel.variant_id == goods.variant_id))


def sold(goods: Goods) -> int:
    statement = sa.select(sa.func.coalesce(sa.func.sum(OrderLine.quantity), 0)).join(
        Order, Order.id == OrderLine.order_id
    )
    return (
        db.session.scalar(
            statement.where(OrderLine.variant_id == goods.variant_id, Order.state != "cancelled")
        )
        or 0
    )


def test_forty_buyers_of_the_last_one_get_one_order(server: Server, log: Path) -> None:
    mug = make_product(on_hand=1)
    answers = at_once([partial(buy, buyer) for buyer in crowd(server.port, mug, BUYERS)])
    assert Counter(answer.status for answer in answers) == {303: 1, 409: BUYERS - 1}
    assert (count(Order), count(PaymentAttempt), count(Email), left(mug)) == (1, 1, 1, 0)
    refused = [answer.text for answer in answers if answer.status == 409]
    assert all("has just sold" in text for text in refused)
    assert "Traceback" not in log.read_text(encoding="utf-8")


def test_one_form_sent_ten_times_at_once_is_one_order(server: Server, log: Path) -> None:
    mug = make_product(on_hand=20)
    buyer = at_the_till(server.port, mug)
    form = {**buyer.form("/checkout").fields, **ANSWERS}
    browsers = [Browser(server.port, dict(buyer.cookies)) for _ in range(10)]
    answers = at_once([partial(browser.send, "/checkout", form) for browser in browsers])
    assert {answer.status for answer in answers} == {303}
    (location,) = {answer.location for answer in answers}
    assert (count(Order), count(PaymentAttempt), count(Email), left(mug)) == (1, 1, 1, 19)
    assert db.session.scalars(sa.select(PaymentAttempt.state)).all() == ["captured"]
    assert location == f"/orders/{db.session.scalar(sa.select(Order.number))}"
    assert "Traceback" not in log.read_text(encoding="utf-8")


def test_a_shop_that_is_killed_at_the_till_has_no_half_orders(any_app: Flask, log: Path) -> None:
    mug = make_product(on_hand=BUYERS)
    with served(any_app, log) as server:
        buyers = crowd(server.port, mug, BUYERS)
        works = [partial(try_to_buy, buyer) for buyer in buyers]
        at_once([*works, partial(kill_in_the_rush, any_app, server)])
    with served(any_app, log) as server:
        assert at_the_till(server.port, mug).get("/cart").status == 200
    db.session.rollback()
    assert 3 <= sold(mug) <= BUYERS
    assert (
        left(mug) == BUYERS - sold(mug) == db.session.scalar(sa.select(sa.func.sum(StockMovement.quantity)))
    )
    assert count(Order) == count(PaymentAttempt)
    goods = sa.select(Order.goods_minor, sa.func.sum(OrderLine.total_minor))
    rows = db.session.execute(goods.join(OrderLine, OrderLine.order_id == Order.id).group_by(Order.id)).all()
    assert len(rows) == count(Order)
    assert all(whole == parts for whole, parts in rows)
    settled = db.session.scalar(sa.select(sa.func.count()).where(PaymentAttempt.settled_at.is_not(None)))
    assert settled == count(Email)


def try_to_buy(buyer: Browser) -> None:
    try:
        buy(buyer)
    except (ConnectionError, OSError):
        buyer.open_page = ""


def kill_in_the_rush(app: Flask, server: Server) -> None:
    """Kill the workers and their master without a word, as soon as some have bought."""
    with app.app_context():
        while count(Order) < 3:
            time.sleep(0.01)
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text(
        encoding="ascii"
    )
    server.process.send_signal(signal.SIGSTOP)
    for child in children.split():
        os.kill(int(child), signal.SIGKILL)
    server.process.kill()
