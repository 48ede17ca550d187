"""Real processes, real connections: a crowd at one till."""

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial
from http.client import HTTPException
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.inventory.models import StockLevel, StockMovement
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.messaging.models import Email
from smartshop.orders.models import Order, OrderLine
from smartshop.payments.models import PaymentAttempt
from tests.factories import make_product
from tests.faults.till import at_the_till, buy, count, crowd, left, sold
from tests.faults.wire import Browser, Server, at_once, served
from tests.web.shop.checkouts import ANSWERS

pytestmark = pytest.mark.slow
BUYERS = 40
CROWD = 200
STOCK = BUYERS + 1
"""So that one is left for somebody new while the checkouts that broke off still hold theirs."""
REPETITIONS = int(os.environ.get("SMARTSHOP_TEST_REPETITIONS", "1"))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "gunicorn.log"


@pytest.fixture
def server(any_app: Flask, log: Path) -> Iterator[Server]:
    """Without holds, so that everybody stands at the till at the same moment."""
    with served(any_app, log, environment={"SMARTSHOP_HOLD_MINUTES": "0"}) as running:
        yield running


def test_forty_buyers_of_the_last_one_get_one_order(server: Server, log: Path) -> None:
    mug = make_product(on_hand=1)
    answers = at_once([partial(buy, buyer) for buyer in crowd(server.port, mug, BUYERS)])
    assert Counter(answer.status for answer in answers) == {303: 1, 409: BUYERS - 1}
    assert (count(Order), count(PaymentAttempt), count(Email), left(mug)) == (1, 1, 1, 0)
    refused = [answer.text for answer in answers if answer.status == 409]
    assert all("has just sold" in text for text in refused)
    assert "Traceback" not in log.read_text(encoding="utf-8")


@pytest.mark.parametrize("repetition", range(REPETITIONS))
@pytest.mark.parametrize("stock", [1, 50])
def test_two_hundred_buyers_get_as_many_orders_as_there_are_things(
    server: Server, log: Path, stock: int, repetition: int
) -> None:
    mug = make_product(on_hand=stock)
    buyers = crowd(server.port, mug, CROWD)
    answers = at_once([partial(buy, buyer) for buyer in buyers])
    assert Counter(answer.status for answer in answers) == {303: stock, 409: CROWD - stock}
    assert (count(Order), count(PaymentAttempt), count(Email)) == (stock, stock, stock)
    assert (sold(mug), left(mug)) == (stock, 0)
    assert "Traceback" not in log.read_text(encoding="utf-8")


@pytest.mark.parametrize("repetition", range(REPETITIONS))
def test_one_cart_cannot_pass_with_more_of_one_thing_than_there_is(
    server: Server, log: Path, repetition: int
) -> None:
    mug = make_product(on_hand=2)
    buyer = at_the_till(server.port, mug)
    form = {**buyer.form("/checkout").fields, **ANSWERS}
    page = buyer.get(f"/p/{mug.slug}")
    assert page.status == 200
    adders = [Browser(server.port, dict(buyer.cookies), page.text) for _ in range(8)]
    at_once([partial(adder.submit, "/cart/add") for adder in adders])
    with unit_of_work():
        db.session.execute(sa.update(StockLevel).values(on_hand=1))
        db.session.execute(sa.update(StockMovement).values(quantity=1))
    refused = buyer.send("/checkout", form)
    assert refused.status == 409
    assert (count(Order), count(PaymentAttempt), left(mug)) == (0, 0, 1)
    assert "Traceback" not in log.read_text(encoding="utf-8")


def test_of_a_crowd_that_opens_the_checkout_at_once_only_who_holds_the_stock_gets_in(
    any_app: Flask, log: Path
) -> None:
    mug = make_product(on_hand=3)
    with served(any_app, log) as server:
        shoppers = [Browser(server.port) for _ in range(16)]
        for shopper in shoppers:
            shopper.get(f"/p/{mug.slug}")
            assert shopper.submit("/cart/add").status == 303
        opened = at_once([partial(shopper.get, "/checkout") for shopper in shoppers])
        assert Counter(answer.status for answer in opened) == {200: 3, 302: 13}
        holders = [s for s, answer in zip(shoppers, opened, strict=True) if answer.status == 200]
        assert {answer.status for answer in at_once([partial(buy, holder) for holder in holders])} == {303}
    assert (count(Order), sold(mug), left(mug)) == (3, 3, 0)
    assert db.session.scalars(sa.select(StockLevel.reserved)).all() == [0]
    assert "Traceback" not in log.read_text(encoding="utf-8")


def test_one_form_sent_twenty_times_at_once_is_one_order(server: Server, log: Path) -> None:
    mug = make_product(on_hand=20)
    buyer = at_the_till(server.port, mug)
    form = {**buyer.form("/checkout").fields, **ANSWERS}
    browsers = [Browser(server.port, dict(buyer.cookies)) for _ in range(20)]
    answers = at_once([partial(browser.send, "/checkout", form) for browser in browsers])
    assert {answer.status for answer in answers} == {303}
    (location,) = {answer.location for answer in answers}
    assert (count(Order), count(PaymentAttempt), count(Email), left(mug)) == (1, 1, 1, 19)
    assert db.session.scalars(sa.select(PaymentAttempt.state)).all() == ["captured"]
    assert location == f"/orders/{db.session.scalar(sa.select(Order.number))}"
    assert "Traceback" not in log.read_text(encoding="utf-8")


def test_a_shop_that_is_killed_at_the_till_has_no_half_orders(any_app: Flask, log: Path) -> None:
    mug = make_product(on_hand=STOCK)
    with served(any_app, log) as server:
        buyers = crowd(server.port, mug, BUYERS)
        works = [partial(try_to_buy, buyer) for buyer in buyers]
        at_once([*works, partial(kill_in_the_rush, any_app, server)])
    with served(any_app, log) as server:
        assert at_the_till(server.port, mug).get("/cart").status == 200
    db.session.rollback()
    assert 3 <= sold(mug) <= BUYERS
    assert left(mug) == STOCK - sold(mug) == db.session.scalar(sa.select(sa.func.sum(StockMovement.quantity)))
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
    except (OSError, HTTPException):
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
