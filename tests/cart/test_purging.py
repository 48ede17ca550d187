"""Guests' carts that nobody comes back to are deleted; everybody else keeps theirs."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from smartshop.cart import queries
from smartshop.cart.models import Cart, CartLine
from smartshop.cart.operations import filling as carts
from smartshop.cart.operations import purging
from smartshop.kernel.extensions import db
from smartshop.orders.models import Order
from smartshop.orders.operations import placing
from smartshop.orders.queries import reading
from tests.competing import begin
from tests.factories import make_cart, make_command, make_person, make_product

BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
KEPT = 90 * DAY


def carts_left() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Cart)) or 0


def test_only_guests_carts_go_and_only_when_their_time_is_over(any_app: Flask) -> None:
    mug = make_product(on_hand=None)
    ada = make_person()
    with time_machine.travel(BEGIN, tick=False):
        guest, own = make_cart((mug, 1)), make_cart((mug, 2), person_id=ada)
    with time_machine.travel(BEGIN + KEPT, tick=False):
        assert purging.purge(untouched_for=KEPT) == 0
        assert queries.snapshot(guest).quantity == 1
    with time_machine.travel(BEGIN + KEPT + DAY, tick=False):
        assert purging.purge(untouched_for=KEPT) == 1
        assert queries.snapshot(guest).cart_id is None
    assert queries.snapshot(own).quantity == 2
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CartLine)) == 1


def test_a_cart_that_was_touched_starts_its_time_again(any_app: Flask) -> None:
    mug = make_product(on_hand=None)
    with time_machine.travel(BEGIN, tick=False):
        guest = make_cart((mug, 1))
    with time_machine.travel(BEGIN + 60 * DAY, tick=False):
        carts.set_quantity(key=guest, variant_id=mug.variant_id, quantity=3)
    with time_machine.travel(BEGIN + 91 * DAY, tick=False):
        assert purging.purge(untouched_for=KEPT) == 0


def test_many_go_in_batches(any_app: Flask) -> None:
    mug = make_product(on_hand=None)
    with time_machine.travel(BEGIN, tick=False):
        for _ in range(5):
            make_cart((mug, 1))
    with time_machine.travel(BEGIN + KEPT + DAY, tick=False):
        assert purging.purge(untouched_for=KEPT, batch=2) == 5
    assert carts_left() == 0


def test_an_order_outlives_the_cart_it_came_from(any_app: Flask) -> None:
    with time_machine.travel(BEGIN, tick=False):
        key = make_cart((make_product(price_minor=1000), 1))
        command = make_command(expected_total_minor=1395)
        number = placing.place(command=command, key=key, currency="GBP")
    seen = reading.order(number, seen_by=None)
    with time_machine.travel(BEGIN + KEPT + DAY, tick=False):
        assert purging.purge(untouched_for=KEPT) == 1
    assert reading.order(number, seen_by=None) == seen
    assert db.session.scalars(sa.select(Order.cart_id)).all() == [None]


@pytest.mark.postgres
def test_a_guest_who_comes_back_while_it_runs_keeps_the_cart(postgres_app: Flask) -> None:
    """The purge waits for the guest's transaction, looks again, and lets the cart be."""
    with time_machine.travel(BEGIN, tick=False):
        key = make_cart((make_product(on_hand=None), 1))
    with db.engine.connect() as guest:
        guest.execute(sa.update(Cart).values(updated_at=BEGIN + 3650 * DAY))
        purge = begin(postgres_app, lambda: purging.purge(untouched_for=KEPT))
        while not _is_waiting(guest):
            pass
        guest.commit()
    assert purge.result(30) == 0
    assert queries.snapshot(key).quantity == 1


def _is_waiting(connection: sa.Connection) -> bool:
    waiting = "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT granted AND a.datname = current_database()"
    return bool(connection.scalar(sa.text(waiting)))
