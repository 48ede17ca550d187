"""Buyers at a served till, and what the shop counts afterwards."""

from functools import partial

import sqlalchemy as sa

from smartshop.inventory.models import StockLevel
from smartshop.kernel.extensions import db
from smartshop.messaging.models import Email
from smartshop.orders.models import Order, OrderLine
from smartshop.payments.models import PaymentAttempt
from tests.factories import Goods
from tests.faults.wire import Answer, Browser, at_once
from tests.web.shop.checkouts import ANSWERS


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
