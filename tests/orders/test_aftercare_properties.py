"""Whatever staff does in whatever order: no more goes out than was bought, no more comes back than went out, no more is
refunded than was captured, and stock is where it belongs."""

from collections.abc import Callable
from contextlib import suppress

import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smartshop.inventory.models import StockMovement
from smartshop.kernel.errors import DomainError
from smartshop.kernel.extensions import db
from smartshop.orders.models import Invoice, Order, OrderLine
from smartshop.orders.rules.aftercare import LineState
from smartshop.payments import queries as payments
from tests.factories import Goods, make_product
from tests.orders.acting import after, bought, cancel, capture, left_of, let_go, ship, take_back

STOCK = 20
Step = tuple[str, int, int]
Act = Callable[[], object]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["ship", "cancel", "back", "lost", "let_go", "capture"]),
        st.integers(0, 4),
        st.integers(0, 4),
    ),
    min_size=1,
    max_size=8,
)


def do(number: str, step: Step) -> None:
    name, first, second = step
    acts: dict[str, Act] = {
        "ship": lambda: ship(number, {1: first, 2: second}),
        "cancel": lambda: cancel(number),
        "back": lambda: take_back(number, {1: first, 2: second}),
        "lost": lambda: take_back(number, {1: first, 2: second}, is_restocked=False),
        "let_go": lambda: let_go(number, first * 700 + second),
        "capture": lambda: capture(number),
    }
    with suppress(DomainError):
        acts[name]()


def check(number: str, goods: list[Goods]) -> None:
    found = after(number)
    order = db.session.scalars(sa.select(Order).where(Order.number == number)).one()
    lines = db.session.scalars(sa.select(OrderLine).where(OrderLine.order_id == order.id)).all()
    for line in lines:
        assert line.shipped_quantity + line.cancelled_quantity <= line.quantity
        assert (
            line.cancelled_quantity
            <= line.returned_quantity
            <= line.cancelled_quantity + line.shipped_quantity
        )
    money = payments.balance(number)
    assert 0 <= money.refunded_minor <= money.captured_minor <= order.total_minor
    kept = money.captured_minor - money.refunded_minor
    assert kept == min(money.captured_minor, order.total_minor - order.returned_minor)
    assert found.standing.to_refund_minor == 0
    notes = [row for row in found.invoices if row.kind == "credit_note"]
    assert sum(row.amount_minor for row in notes) <= order.returned_minor <= order.total_minor
    for product in goods:
        moved = db.session.scalar(
            sa.select(sa.func.sum(StockMovement.quantity)).where(
                StockMovement.variant_id == product.variant_id
            )
        )
        assert left_of(product) == moved


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS, payment=st.sampled_from(["test_card", "invoice", "cash_on_delivery"]))
def test_no_sequence_of_moves_breaks_the_books(app: Flask, steps: list[Step], payment: str) -> None:
    goods = [make_product(price_minor=price, on_hand=STOCK) for price in (1333, 777)]
    number = bought((goods[0], 3), (goods[1], 4), payment=payment)
    for step in steps:
        do(number, step)
        check(number, goods)
    counters = db.session.scalars(sa.select(Invoice.number).where(Invoice.kind == "invoice")).all()
    assert sorted(counters) == [f"INV-{count:06d}" for count in range(1, len(counters) + 1)]


@given(
    total=st.integers(0, 10**9),
    tax=st.integers(0, 10**8),
    parts=st.lists(st.integers(1, 50), min_size=1, max_size=10),
)
def test_the_credits_of_all_pieces_sum_to_the_line(total: int, tax: int, parts: list[int]) -> None:
    returned = goods = taxes = 0
    for part in parts:
        line = LineState(1, "Mug", sum(parts), sum(parts), 0, returned, total, goods, tax)
        credit = line.credit(part)
        returned, goods, taxes = returned + part, goods + credit.goods_minor, taxes + credit.tax_minor
    assert (goods, taxes) == (total, tax)
