import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from smartshop.inventory.models import StockLevel, StockMovement
from smartshop.inventory.operations import bulk, stock
from smartshop.inventory.operations.stock import OutOfStock
from smartshop.inventory.queries import stock as queries
from smartshop.inventory.queries.stock import SOLD_OUT, Availability
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from tests.factories import make_product, make_variant
from tests.row_counts import row_counts

TAKE, GIVE_BACK, RECEIVE = "take", "give_back", "receive"
MOVES = st.lists(
    st.tuples(
        st.sampled_from([TAKE, TAKE, GIVE_BACK, RECEIVE]),
        st.lists(st.tuples(st.integers(0, 2), st.integers(1, 6)), min_size=1, max_size=4),
    ),
    max_size=12,
)


def levels() -> dict[int, int]:
    rows = db.session.execute(sa.select(StockLevel.variant_id, StockLevel.on_hand))
    return {row.variant_id: row.on_hand for row in rows}


def ledger() -> dict[int, int]:
    rows = db.session.execute(
        sa.select(StockMovement.variant_id, sa.func.sum(StockMovement.quantity)).group_by(
            StockMovement.variant_id
        )
    )
    return {row[0]: row[1] for row in rows}


def left(variant_id: int) -> int | None:
    return queries.availability([variant_id])[variant_id].quantity


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(MOVES)
def test_stock_is_conserved_by_any_sequence_of_moves(
    app: Flask, moves: list[tuple[str, list[tuple[int, int]]]]
) -> None:
    variants = [make_product(on_hand=5).variant_id for _ in range(3)]
    expected = dict.fromkeys(variants, 5)
    for move, asked in moves:
        lines = [(variants[which], quantity) for which, quantity in asked]
        wanted = {variant_id: sum(q for v, q in lines if v == variant_id) for variant_id in variants}
        if move == RECEIVE:
            for variant_id, quantity in lines:
                stock.receive(variant_id=variant_id, quantity=quantity, reference="delivery")
        elif move == GIVE_BACK:
            stock.give_back(lines=lines, reference="order")
        elif all(expected[variant_id] >= wanted[variant_id] for variant_id in variants):
            stock.take(lines=lines, reference="order")
        else:
            with pytest.raises(OutOfStock):
                stock.take(lines=lines, reference="order")
            wanted = dict.fromkeys(variants, 0)
        sign = -1 if move == TAKE else 1
        expected = {variant_id: expected[variant_id] + sign * wanted[variant_id] for variant_id in variants}
        now = levels()
        assert {variant_id: now[variant_id] for variant_id in variants} == expected
    assert ledger() == {
        variant_id: on_hand for variant_id, on_hand in levels().items() if on_hand or variant_id in ledger()
    }


def test_taking_writes_its_line_in_the_ledger(any_app: Flask) -> None:
    variant_id = make_product(on_hand=7).variant_id
    stock.take(lines=[(variant_id, 3)], reference="ORDER-1")
    stock.give_back(lines=[(variant_id, 2)], reference="ORDER-1", kind="return")
    rows = db.session.execute(
        sa.select(StockMovement.kind, StockMovement.quantity, StockMovement.reference).order_by(
            StockMovement.id
        )
    ).all()
    assert [tuple(row) for row in rows] == [
        ("receipt", 7, "opening stock"),
        ("sale", -3, "ORDER-1"),
        ("return", 2, "ORDER-1"),
    ]
    assert levels() == ledger() == {variant_id: 6}


def test_a_shortage_names_the_variant_and_changes_nothing(any_app: Flask) -> None:
    plenty, scarce = make_product(on_hand=9).variant_id, make_product(on_hand=2).variant_id
    before, stocked = row_counts(), levels()
    with pytest.raises(OutOfStock) as refusal:
        stock.take(lines=[(plenty, 1), (scarce, 3)], reference="ORDER-1")
    assert refusal.value.facts == {"variant_id": scarce, "wanted": 3, "left": 2}
    assert row_counts() == before
    assert levels() == stocked


def test_the_same_variant_twice_counts_as_one(any_app: Flask) -> None:
    variant_id = make_product(on_hand=5).variant_id
    with pytest.raises(OutOfStock) as refusal:
        stock.take(lines=[(variant_id, 3), (variant_id, 3)], reference="ORDER-1")
    assert refusal.value.facts["wanted"] == 6
    stock.take(lines=[(variant_id, 3), (variant_id, 2)], reference="ORDER-2")
    assert left(variant_id) == 0
    sales = db.session.scalars(sa.select(StockMovement.quantity).where(StockMovement.kind == "sale")).all()
    assert sales == [-5]


def test_what_is_not_counted_always_sells_and_leaves_no_trace_in_the_ledger(any_app: Flask) -> None:
    variant_id = make_product(on_hand=None).variant_id
    stock.take(lines=[(variant_id, 500)], reference="ORDER-1")
    stock.give_back(lines=[(variant_id, 500)], reference="ORDER-1")
    assert queries.availability([variant_id])[variant_id] == Availability(None)
    assert levels() == {variant_id: 0}
    assert ledger() == {}


def test_a_first_receipt_begins_the_count(any_app: Flask) -> None:
    uncounted = make_product(on_hand=None)
    stock.receive(variant_id=uncounted.variant_id, quantity=4, reference="delivery")
    assert left(uncounted.variant_id) == 4
    assert ledger() == {uncounted.variant_id: 4}


def test_a_receipt_adds_to_what_is_left_now_not_to_what_was_read_before(any_app: Flask) -> None:
    variant_id = make_product(on_hand=5).variant_id
    read_before = db.session.get(StockLevel, variant_id)
    assert read_before is not None
    db.session.commit()
    with db.engine.connect() as other, other.begin():
        other.execute(sa.update(StockLevel).values(on_hand=1))
    stock.receive(variant_id=variant_id, quantity=10, reference="delivery")
    assert left(variant_id) == 11


def test_a_variant_without_a_level_is_sold_out(any_app: Flask) -> None:
    variant_id = make_product(on_hand=3).variant_id
    with unit_of_work():
        db.session.execute(sa.delete(StockLevel))
    assert queries.availability([variant_id, 4711]) == {variant_id: SOLD_OUT, 4711: SOLD_OUT}
    with pytest.raises(OutOfStock):
        stock.take(lines=[(variant_id, 1)], reference="ORDER-1")
    stock.give_back(lines=[(variant_id, 1)], reference="ORDER-1")
    assert levels() == {}


def test_less_than_nothing_cannot_be_stored(any_app: Flask) -> None:
    make_product(on_hand=1)
    for wrong in ({"on_hand": -1}, {"is_tracked": False}):
        with pytest.raises(IntegrityError), unit_of_work():
            db.session.execute(sa.update(StockLevel).values(**wrong))
    assert list(levels().values()) == [1]


def test_uncounted_levels_are_opened_many_at_once(any_app: Flask) -> None:
    product = make_product(on_hand=1)
    variants = [make_variant(product_id=product.product_id, position=n) for n in (1, 2)]
    with unit_of_work():
        db.session.execute(sa.delete(StockLevel))
    bulk.open_untracked(variant_ids=variants)
    bulk.open_untracked(variant_ids=[])
    assert [queries.availability(variants)[variant_id].quantity for variant_id in variants] == [None, None]


def test_products_on_sale_have_something_active_left(any_app: Flask) -> None:
    full, empty, uncounted = make_product(on_hand=1), make_product(on_hand=0), make_product(on_hand=None)
    retired = make_product(on_hand=0)
    make_variant(product_id=retired.product_id, on_hand=5, position=1, is_active=False)
    products = [full, empty, uncounted, retired]
    assert queries.products_on_sale([product.product_id for product in products]) == {
        full.product_id,
        uncounted.product_id,
    }
    assert queries.products_on_sale([]) == frozenset()


@pytest.mark.parametrize(
    ("quantity", "is_available", "is_low", "clipped"),
    [
        (None, True, False, 8),
        (0, False, False, 0),
        (1, True, True, 1),
        (5, True, True, 5),
        (6, True, False, 6),
    ],
)
def test_availability_says_what_can_be_had(
    quantity: int | None, clipped: int, *, is_available: bool, is_low: bool
) -> None:
    left_over = Availability(quantity)
    assert (left_over.is_available, left_over.is_low, left_over.clip(8)) == (is_available, is_low, clipped)
