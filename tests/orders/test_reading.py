from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask

from smartshop.catalog.queries import browsing
from smartshop.kernel.errors import NotFound
from smartshop.orders.operations import popularity
from smartshop.orders.queries import reading, selling
from tests.factories import make_order, make_person, make_product

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_an_order_is_only_its_owners_and_staffs(any_app: Flask) -> None:
    ada, bob = make_person(), make_person()
    number = make_order(person_id=ada)
    assert reading.order(number, seen_by=ada).number == number
    assert reading.order(number, seen_by=None, is_staff=True).person_id == ada
    for stranger in (bob, None, 0):
        with pytest.raises(NotFound, match="no such order, or it belongs to another account"):
            reading.order(number, seen_by=stranger)


def test_a_guests_order_opens_for_whoever_holds_its_number(any_app: Flask) -> None:
    number = make_order(person_id=None)
    assert reading.order(number, seen_by=None).number == number
    assert reading.order(number, seen_by=make_person()).number == number


def test_an_order_that_is_not_there_looks_like_somebody_elses(any_app: Flask) -> None:
    theirs = make_order(person_id=make_person())
    messages = set()
    for number in (theirs, "AAAA-BBBB-CCCC", "", theirs.lower(), "%"):
        with pytest.raises(NotFound) as refusal:
            reading.order(number, seen_by=None)
        messages.add(refusal.value.message)
    assert len(messages) == 1


def test_a_person_sees_their_own_orders_newest_first_page_by_page(any_app: Flask) -> None:
    ada, bob = make_person(), make_person()
    mug, lamp = make_product(price_minor=100), make_product(name="Lamp", price_minor=1000)
    numbers = [
        make_order(
            person_id=ada, lines=[(mug, 2), (lamp, n)], placed_at=NOON - timedelta(days=n), shipping_minor=395
        )
        for n in (3, 1, 2)
    ]
    make_order(person_id=bob)
    first = reading.orders_of(ada, size=2)
    assert (first.total, first.count, first.number) == (3, 2, 1)
    assert [(row.number, row.quantity, row.total_minor, row.placed_at) for row in first.items] == [
        (numbers[1], 3, 1595, NOON - timedelta(days=1)),
        (numbers[2], 4, 2595, NOON - timedelta(days=2)),
    ]
    assert [row.number for row in reading.orders_of(ada, page=2, size=2).items] == [numbers[0]]
    assert reading.orders_of(ada, page=99, size=2).number == 2
    assert reading.orders_of(make_person()).items == []


def test_what_sells_is_counted_by_orders_of_the_last_thirty_days(any_app: Flask) -> None:
    steady, bulk, old, refused = (make_product(name=name) for name in ("Steady", "Bulk", "Old", "Refused"))
    with time_machine.travel(NOON, tick=False):
        for days in (1, 29):
            make_order(lines=[(steady, 1), (steady, 2)], placed_at=NOON - timedelta(days=days))
        make_order(lines=[(bulk, 50)], placed_at=NOON - timedelta(days=2), state="confirmed")
        for _ in range(3):
            make_order(lines=[(old, 1)], placed_at=NOON - timedelta(days=31))
            make_order(lines=[(refused, 1)], placed_at=NOON, state="cancelled")
        assert selling.recent_orders() == {steady.product_id: 2, bulk.product_id: 1}
        assert selling.recent_orders(days=32)[old.product_id] == 3
        assert popularity.recount() == 2
        assert popularity.recount() == 0
        assert [card.name for card in browsing.bestsellers(5)] == ["Steady", "Bulk"]
        assert [card.name for card in browsing.bestsellers(1)] == ["Steady"]
    with time_machine.travel(NOON + timedelta(days=40), tick=False):
        assert popularity.recount() == 2
        assert browsing.bestsellers(5) == []
