"""The worker is killed at every step of a checkout; afterwards no order is lost or doubled and no stock is missing."""

from datetime import timedelta
from http.client import HTTPException
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from smartshop.inventory.models import StockLevel, StockMovement
from smartshop.inventory.operations import holds
from smartshop.kernel import clock
from smartshop.kernel.extensions import db
from smartshop.messaging.models import Email
from smartshop.orders.models import Order
from smartshop.orders.operations import recovering
from smartshop.payments.models import PaymentAttempt
from smartshop.payments.rules import gateways
from tests.factories import make_product
from tests.faults.dying import POINTS
from tests.faults.till import at_the_till, count, left, sold
from tests.faults.wire import served, until_it_is_back
from tests.web.shop.checkouts import ANSWERS

pytestmark = pytest.mark.slow
NOW = timedelta(0)
UNCOMMITTED = tuple(POINTS)[:5]
STOCK = 5


@pytest.mark.parametrize("comes_back", [True, False], ids=["sent again", "given up"])
@pytest.mark.parametrize("point", POINTS)
def test_a_worker_killed_in_a_checkout_leaves_one_order_or_none(
    any_app: Flask, tmp_path: Path, point: str, *, comes_back: bool
) -> None:
    mug = make_product(on_hand=STOCK)
    bullet = tmp_path / "bullet"
    deadly = {"SMARTSHOP_TEST_DIES": point, "SMARTSHOP_TEST_BULLET": str(bullet)}
    log = tmp_path / "gunicorn.log"
    with served(any_app, log, workers=1, door="tests.faults.dying:app", environment=deadly) as server:
        buyer = at_the_till(server.port, mug)
        form = {**buyer.form("/checkout").fields, **ANSWERS}
        bullet.touch()
        with pytest.raises((ConnectionError, HTTPException)):
            buyer.send("/checkout", form)
        assert not bullet.exists()
        if comes_back:
            assert until_it_is_back(lambda: buyer.send("/checkout", form)).status == 303
    recovering.sweep(ways=gateways.GATEWAYS, patience=NOW, grace=NOW)
    db.session.rollback()
    is_settled = point == "everything is committed"
    expected = "paid" if comes_back or is_settled else "cancelled"
    states = [] if not comes_back and point in UNCOMMITTED else [expected]
    assert db.session.scalars(sa.select(Order.state)).all() == states
    paid = states.count("paid")
    assert sold(mug) == paid
    assert left(mug) == STOCK - paid == db.session.scalar(sa.select(sa.func.sum(StockMovement.quantity)))
    with time_machine.travel(clock.now() + timedelta(hours=1)):
        holds.expire()
    assert db.session.scalars(sa.select(StockLevel.reserved)).all() == [0]
    assert (count(PaymentAttempt), count(Email)) == (len(states), paid)
    assert all(db.session.scalars(sa.select(PaymentAttempt.settled_at)))
