"""Stock that is kept for a while for whoever is at the till."""

from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from smartshop.inventory.models import Reservation, StockLevel, StockMovement
from smartshop.inventory.operations import holds, stock
from smartshop.inventory.operations.stock import OutOfStock
from smartshop.inventory.queries import stock as queries
from smartshop.kernel import clock
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from tests.competing import together
from tests.factories import make_product
from tests.row_counts import row_counts

TEN_MINUTES = timedelta(minutes=10)


def keep(reference: str, *lines: tuple[int, int]) -> None:
    holds.hold(reference=reference, lines=lines, until=clock.now() + TEN_MINUTES)


def left(variant_id: int, holder: str = "") -> int | None:
    return queries.availability([variant_id], holder=holder)[variant_id].quantity


def level(variant_id: int) -> tuple[int, int]:
    row = db.session.get_one(StockLevel, variant_id, populate_existing=True)
    return row.on_hand, row.reserved


def test_what_is_held_is_left_for_its_holder_only(any_app: Flask) -> None:
    mug = make_product(on_hand=5).variant_id
    keep("cart:1", (mug, 2), (mug, 1))
    assert (left(mug), left(mug, "cart:1"), left(mug, "cart:2")) == (2, 5, 2)
    assert level(mug) == (5, 3)
    with pytest.raises(OutOfStock) as refusal:
        stock.take(lines=[(mug, 3)], reference="ORDER-1")
    assert refusal.value.facts == {"variant_id": mug, "wanted": 3, "left": 2}


def test_holding_again_renews_and_follows_the_cart(any_app: Flask) -> None:
    mug, lamp = make_product(on_hand=5).variant_id, make_product(on_hand=5).variant_id
    keep("cart:1", (mug, 5))
    keep("cart:1", (mug, 5))
    assert level(mug) == (5, 5)
    with time_machine.travel(clock.now() + timedelta(minutes=8), tick=True):
        keep("cart:1", (mug, 2), (lamp, 1))
    with time_machine.travel(clock.now() + timedelta(minutes=12), tick=True):
        assert (left(mug), left(lamp)) == (3, 4)
    holds.release(reference="cart:1")
    holds.release(reference="cart:1")
    assert (level(mug), level(lamp)) == ((5, 0), (5, 0))


def test_who_comes_too_late_holds_nothing_and_keeps_what_they_had(any_app: Flask) -> None:
    mug, lamp = make_product(on_hand=5).variant_id, make_product(on_hand=1).variant_id
    keep("cart:1", (lamp, 1))
    keep("cart:2", (mug, 1))
    before = row_counts()
    with pytest.raises(OutOfStock) as refusal:
        keep("cart:2", (mug, 4), (lamp, 1))
    assert (refusal.value.facts["variant_id"], refusal.value.facts["left"]) == (lamp, 0)
    assert row_counts() == before
    assert (level(mug), level(lamp)) == ((5, 1), (1, 1))


def test_what_does_not_exist_cannot_be_held_and_what_is_not_counted_need_not_be(any_app: Flask) -> None:
    uncounted = make_product(on_hand=None).variant_id
    keep("cart:1", (uncounted, 500))
    assert (left(uncounted), level(uncounted)) == (None, (0, 0))
    with pytest.raises(OutOfStock):
        keep("cart:1", (4711, 1))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Reservation)) == 0


def test_a_hold_that_ran_out_stands_in_nobodys_way_even_before_the_job_runs(any_app: Flask) -> None:
    mug = make_product(on_hand=1).variant_id
    keep("cart:1", (mug, 1))
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=True):
        assert left(mug) == 1
        keep("cart:2", (mug, 1))
        assert (left(mug, "cart:1"), left(mug, "cart:2")) == (0, 1)
        holds.release(reference="cart:2")
        keep("cart:1", (mug, 1))
    with time_machine.travel(clock.now() + timedelta(minutes=22), tick=True):
        holds.turn_into_sale(holder="cart:2", lines=[(mug, 1)], reference="ORDER-1")
        assert level(mug) == (0, 0)


def test_the_job_lets_go_of_what_ran_out_and_of_nothing_else(any_app: Flask) -> None:
    mug, lamp = make_product(on_hand=5).variant_id, make_product(on_hand=5).variant_id
    keep("cart:1", (mug, 2), (lamp, 1))
    with time_machine.travel(clock.now() + timedelta(minutes=9), tick=True):
        keep("cart:2", (mug, 1))
        assert holds.expire() == 0
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=True):
        assert holds.expire() == 2
        assert holds.expire() == 0
    assert (level(mug), level(lamp)) == ((5, 1), (5, 0))


def test_a_sale_uses_up_the_hold_of_its_buyer(any_app: Flask) -> None:
    mug, lamp = make_product(on_hand=2).variant_id, make_product(on_hand=4).variant_id
    keep("cart:1", (mug, 2), (lamp, 4))
    holds.turn_into_sale(holder="cart:1", lines=[(mug, 2), (lamp, 1)], reference="ORDER-1")
    assert (level(mug), level(lamp)) == ((0, 0), (3, 0))
    with pytest.raises(OutOfStock):
        holds.turn_into_sale(holder="cart:1", lines=[(mug, 1)], reference="ORDER-2")


def test_of_eight_who_reach_for_the_last_three_at_once_three_hold_them(any_app: Flask) -> None:
    mug = make_product(on_hand=3).variant_id
    results = together(any_app, [partial(keep, f"cart:{n}", (mug, 1)) for n in range(8)])
    assert Counter(type(result) for result in results) == {type(None): 3, OutOfStock: 5}
    assert level(mug) == (3, 3)


def test_holds_of_the_same_things_in_another_order_never_wait_in_a_circle(any_app: Flask) -> None:
    mug, lamp = make_product(on_hand=50).variant_id, make_product(on_hand=50).variant_id
    orders = [((mug, 1), (lamp, 1)), ((lamp, 1), (mug, 1))]
    works = [partial(keep, f"cart:{n}", *orders[n % 2]) for n in range(6)]
    sales = [
        partial(holds.turn_into_sale, holder=f"cart:{n}", lines=orders[n % 2], reference=f"ORDER-{n}")
        for n in range(4)
    ]
    assert together(any_app, [*works, *sales]) == [None] * 10
    assert (level(mug), level(lamp)) in [((46, held), (46, held)) for held in range(2, 7)]


def test_more_than_there_is_cannot_be_held_even_without_the_condition(any_app: Flask) -> None:
    mug = make_product(on_hand=3).variant_id
    for reserved in (-1, 4):
        with pytest.raises(IntegrityError), unit_of_work():
            db.session.execute(sa.update(StockLevel).values(reserved=reserved))
    assert level(mug) == (3, 0)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["receive", "hold", "wait", "expire", "place", "cancel", "return"]),
        st.integers(0, 2),
        st.integers(0, 1),
        st.integers(1, 4),
    ),
    max_size=25,
)


def apply(step: str, holder: str, lines: list[tuple[int, int]], time: time_machine.Traveller) -> None:
    ((variant_id, quantity),) = lines
    if step == "receive":
        stock.receive(variant_id=variant_id, quantity=quantity, reference="delivery")
    elif step == "hold":
        keep(holder, *lines)
    elif step == "wait":
        time.shift(timedelta(minutes=3 * quantity))
    elif step == "expire":
        holds.expire()
    elif step == "place":
        holds.turn_into_sale(holder=holder, lines=lines, reference=holder)
    else:
        stock.give_back(lines=lines, reference=holder, kind="return" if step == "return" else "cancellation")


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(STEPS)
def test_stock_is_conserved_over_any_sequence_of_holds_and_sales(
    any_app: Flask, steps: list[tuple[str, int, int, int]]
) -> None:
    variants = [make_product(on_hand=4).variant_id for _ in range(2)]
    received, sold = dict.fromkeys(variants, 4), dict.fromkeys(variants, 0)
    start = clock.now()
    with time_machine.travel(start, tick=False) as time:
        for step, who, which, quantity in steps:
            variant_id, holder = variants[which], f"cart:{variants[0]}:{who}"
            lines = [(variant_id, quantity)]
            if step in {"cancel", "return"} and sold[variant_id] < quantity:
                continue
            try:
                apply(step, holder, lines, time)
            except OutOfStock:
                assert (left(variant_id, holder) or 0) < quantity
                continue
            received[variant_id] += quantity if step == "receive" else 0
            sold[variant_id] += quantity * {"place": 1, "cancel": -1, "return": -1}.get(step, 0)
            for each in variants:
                on_hand, reserved = level(each)
                assert on_hand == received[each] - sold[each] == ledger(each)
                assert 0 <= held(each) == reserved <= on_hand
        time.shift(timedelta(hours=1))
        holds.expire()
        assert [level(each)[1] for each in variants] == [0, 0]


def ledger(variant_id: int) -> int:
    rows = sa.select(sa.func.sum(StockMovement.quantity)).where(StockMovement.variant_id == variant_id)
    return db.session.scalar(rows) or 0


def held(variant_id: int) -> int:
    rows = sa.select(sa.func.sum(Reservation.quantity)).where(Reservation.variant_id == variant_id)
    return db.session.scalar(rows) or 0
