from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.catalog.models import Product
from smartshop.inventory.models import Reservation, StockLevel
from smartshop.inventory.operations import counting, holds, stock
from smartshop.inventory.operations.counting import Recounted
from smartshop.inventory.queries import stock as queries
from smartshop.kernel import clock
from smartshop.kernel.audit import SYSTEM, AuditRecord
from smartshop.kernel.errors import Conflict, Invalid, NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from tests.competing import together
from tests.factories import Goods, make_product, make_variant
from tests.row_counts import nothing_changes


def receive(goods: Goods, quantity: int, reference: str = "DN-7") -> int:
    return counting.receive(
        product_id=goods.product_id,
        variant_id=goods.variant_id,
        quantity=quantity,
        reference=reference,
        actor=SYSTEM,
    )


def adjust(goods: Goods, counted: int, seen: int | None, reason: str = "yearly count") -> int:
    return counting.adjust(
        product_id=goods.product_id,
        variant_id=goods.variant_id,
        counted=counted,
        seen=seen,
        reason=reason,
        actor=SYSTEM,
    )


def stop(goods: Goods, reason: str = "made to order") -> None:
    counting.stop_counting(
        product_id=goods.product_id, variant_id=goods.variant_id, reason=reason, actor=SYSTEM
    )


def level(goods: Goods) -> tuple[int, int, bool]:
    columns = (StockLevel.on_hand, StockLevel.reserved, StockLevel.is_tracked)
    found = db.session.execute(sa.select(*columns).where(StockLevel.variant_id == goods.variant_id)).one()
    db.session.rollback()
    return found.on_hand, found.reserved, found.is_tracked


def listed(goods: Goods) -> bool:
    found = db.session.scalar(sa.select(Product.is_in_stock).where(Product.id == goods.product_id))
    db.session.rollback()
    return bool(found)


def ledger(goods: Goods) -> list[tuple[str, int, str]]:
    return [(line.kind, line.quantity, line.reference) for line in queries.movements(goods.product_id).items]


def hold(goods: Goods, quantity: int, minutes: int = 10) -> None:
    until = clock.now() + timedelta(minutes=minutes)
    holds.hold(reference="checkout", lines=[(goods.variant_id, quantity)], until=until)


def test_what_comes_in_is_on_hand_in_the_ledger_in_the_lists_and_in_the_log(any_app: Flask) -> None:
    goods = make_product(on_hand=0)
    assert (receive(goods, 4), receive(goods, 3, "  DN \n 8 ")) == (4, 7)
    assert (level(goods), listed(goods)) == ((7, 0, True), True)
    assert ledger(goods) == [("receipt", 3, "DN 8"), ("receipt", 4, "DN-7")]
    record = db.session.scalars(sa.select(AuditRecord).order_by(AuditRecord.id.desc())).first()
    assert record is not None
    assert (record.action, record.subject) == ("stock.received", f"variant:{goods.variant_id}")
    assert (record.before, record.after) == (
        {"on_hand": 4, "is_tracked": True},
        {"on_hand": 7, "is_tracked": True},
    )


def test_a_count_sets_the_level_and_the_ledger_tells_the_difference(any_app: Flask) -> None:
    goods = make_product(on_hand=5)
    assert (adjust(goods, 0, seen=5, reason="water damage"), level(goods)) == (-5, (0, 0, True))
    assert not listed(goods)
    assert (adjust(goods, 2, seen=0), listed(goods)) == (2, True)
    assert adjust(goods, 2, seen=2) == 0
    assert ledger(goods) == [
        ("adjustment", 2, "yearly count"),
        ("adjustment", -5, "water damage"),
        ("receipt", 5, "opening stock"),
    ]


def test_a_count_that_a_sale_overtook_is_refused(any_app: Flask) -> None:
    goods = make_product(on_hand=5)
    stock.take(lines=[(goods.variant_id, 1)], reference="ORDER-1")
    with nothing_changes(), pytest.raises(Recounted):
        adjust(goods, 5, seen=5)


def test_of_two_counts_at_once_one_wins(any_app: Flask) -> None:
    goods = make_product(on_hand=5)
    done = together(any_app, [lambda: adjust(goods, 3, seen=5), lambda: adjust(goods, 9, seen=5)])
    assert sorted(type(outcome).__name__ for outcome in done) == ["Recounted", "int"]
    assert level(goods)[0] == sum(quantity for _, quantity, _ in ledger(goods))


def test_less_than_open_checkouts_hold_is_refused_until_they_let_go(any_app: Flask) -> None:
    goods = make_product(on_hand=5)
    hold(goods, 3)
    with nothing_changes(), pytest.raises(Invalid, match="hold 3") as refusal:
        adjust(goods, 2, seen=5)
    assert set(refusal.value.fields) == {"counted"}
    assert adjust(goods, 3, seen=5) == -2
    with unit_of_work():
        db.session.execute(sa.update(Reservation).values(expires_at=clock.now() - timedelta(minutes=1)))
    assert (adjust(goods, 1, seen=3), level(goods)) == (-2, (1, 0, True))


def test_counting_ends_and_begins_again(any_app: Flask) -> None:
    goods = make_product(on_hand=5)
    hold(goods, 2)
    stop(goods)
    assert (level(goods), listed(goods), ledger(goods)[0]) == (
        (0, 0, False),
        True,
        ("adjustment", -5, "made to order"),
    )
    holds.turn_into_sale(holder="checkout", lines=[(goods.variant_id, 2)], reference="ORDER-1")
    with nothing_changes(), pytest.raises(Conflict, match="not counted already"):
        stop(goods)
    with nothing_changes(), pytest.raises(Recounted):
        adjust(goods, 4, seen=0)
    assert (adjust(goods, 4, seen=None), level(goods)) == (4, (4, 0, True))
    assert sum(quantity for _, quantity, _ in ledger(goods)) == 4


def test_a_variant_that_never_had_a_level_gets_one(any_app: Flask) -> None:
    goods = make_product(on_hand=0)
    with unit_of_work():
        db.session.execute(sa.delete(StockLevel))
    assert [(one.on_hand, one.held, one.is_tracked) for one in queries.levels(goods.product_id)] == [
        (0, 0, True)
    ]
    assert (adjust(goods, 6, seen=0), level(goods)) == (6, (6, 0, True))


@pytest.mark.parametrize(
    ("act", "field"),
    [
        (lambda goods: receive(goods, 0), "quantity"),
        (lambda goods: receive(goods, -1), "quantity"),
        (lambda goods: receive(goods, 1_000_000), "quantity"),
        (lambda goods: receive(goods, 1, " "), "reference"),
        (lambda goods: receive(goods, 1, "x" * 81), "reference"),
        (lambda goods: adjust(goods, -1, seen=5), "counted"),
        (lambda goods: adjust(goods, 1_000_001, seen=5), "counted"),
        (lambda goods: adjust(goods, 1, seen=5, reason=""), "reason"),
        (lambda goods: adjust(goods, 1, seen=5, reason="a\x07bell"), "reason"),
        (lambda goods: stop(goods, ""), "reason"),
    ],
)
def test_nonsense_names_its_field_and_changes_nothing(
    app: Flask, act: Callable[[Goods], object], field: str
) -> None:
    goods = make_product(on_hand=5)
    with nothing_changes(), pytest.raises(Invalid) as refusal:
        act(goods)
    assert set(refusal.value.fields) == {field}


def test_a_variant_of_another_product_is_not_found(app: Flask) -> None:
    goods, other = make_product(), make_product()
    with nothing_changes(), pytest.raises(NotFound):
        counting.receive(
            product_id=other.product_id,
            variant_id=goods.variant_id,
            quantity=1,
            reference="DN-7",
            actor=SYSTEM,
        )


def test_the_ledger_comes_in_pages_newest_first(app: Flask) -> None:
    goods = make_product(on_hand=1)
    make_variant(product_id=goods.product_id, name="Blue", position=1, on_hand=2)
    make_product(on_hand=9)
    page = queries.movements(goods.product_id, page=7, size=1)
    assert (page.number, page.total, [line.variant_name for line in page.items]) == (2, 2, [""])
    assert [line.quantity for line in queries.movements(goods.product_id, size=1).items] == [2]
