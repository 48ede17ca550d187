"""The visitors of the benchmark do what it says that they do."""

import sqlite3
from contextvars import Context
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event

from benchmarks import shelves, visits
from benchmarks.processor import InsideVisitor
from smartshop.cart.models import CartLine
from smartshop.kernel.extensions import db
from smartshop.orders.models import Order, OrderLine

NUMBER = 7


@pytest.fixture
def asking(any_app: Flask) -> InsideVisitor:
    shelves.fill(20)
    any_app.config["WTF_CSRF_ENABLED"] = True
    db.session.remove()
    return InsideVisitor(any_app.wsgi_app)


def test_who_looks_and_buys_has_the_product_in_the_cart(asking: InsideVisitor) -> None:
    visits.buy_one(asking, NUMBER)
    db.session.rollback()
    lines = db.session.execute(sa.select(CartLine.variant_id, CartLine.quantity)).all()
    assert [tuple(line) for line in lines] == [(NUMBER + 1, 1)]
    assert f"/p/p-{NUMBER + 1}".encode() in asking.page


def test_a_checkout_ends_with_one_paid_order(asking: InsideVisitor) -> None:
    visits.check_out(asking, NUMBER)
    db.session.rollback()
    placed = db.session.execute(
        sa.select(Order.state, OrderLine.variant_id).join(OrderLine, OrderLine.order_id == Order.id)
    ).all()
    assert [tuple(order) for order in placed] == [("paid", NUMBER + 1)]


def test_a_failed_visit_is_no_visit(asking: InsideVisitor) -> None:
    with pytest.raises(AssertionError):
        visits.look(asking, 4711)


def test_a_checkout_plans_no_statement_anew(app: Flask) -> None:
    shelves.fill(20)
    app.config["WTF_CSRF_ENABLED"] = True
    db.session.remove()
    planned: list[int] = []

    def note(_connection: Any, cursor: Any, *_rest: Any) -> None:
        if id(cursor.connection) not in watched:
            watched.add(id(cursor.connection))
            cursor.connection.set_authorizer(allowed)

    def allowed(action: int, *_rest: object) -> int:
        if action != sqlite3.SQLITE_TRANSACTION:
            planned.append(action)
        return sqlite3.SQLITE_OK

    def check_out() -> None:
        visits.check_out(InsideVisitor(app.wsgi_app), NUMBER)

    watched: set[int] = set()
    engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        for _ in range(2):
            Context().run(check_out)
        assert planned
        planned.clear()
        Context().run(check_out)
        assert planned == []
    finally:
        event.remove(engine, "before_cursor_execute", note)
        engine.dispose()
