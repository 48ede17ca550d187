"""The stock sheet: counts and changes through the ledger, each file once."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from smartshop.catalog.models import Product, Variant
from smartshop.inventory.models import SheetFile, StockLevel, StockMovement
from smartshop.inventory.operations import holds, sheet_files, stock, stock_sheet
from smartshop.inventory.queries import sheet as queries
from smartshop.kernel import clock, sheets
from smartshop.kernel.audit import SYSTEM, AuditRecord
from smartshop.kernel.errors import NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.sheets import Report, UnreadableSheet
from tests.competing import together
from tests.factories import Goods, make_product
from tests.row_counts import nothing_changes


def sku_of(goods: Goods) -> str:
    return db.session.scalars(sa.select(Variant.sku).where(Variant.id == goods.variant_id)).one()


def take(text: str) -> Report:
    db.session.rollback()
    return sheet_files.apply_content(
        kind="stock", name="count.csv", content=text.encode(), currency="GBP", actor=SYSTEM
    )


def look(text: str) -> Report:
    db.session.rollback()
    return stock_sheet.look(sheets.read(text.encode()), name="count.csv")


def on_hand(goods: Goods) -> int:
    db.session.rollback()
    return db.session.get_one(StockLevel, goods.variant_id).on_hand


def test_counts_go_through_the_ledger_and_into_the_shop(any_app: Flask) -> None:
    mug, bowl, tray = make_product(on_hand=3), make_product(on_hand=0), make_product(on_hand=None)
    text = f"sku,on_hand,reason\n{sku_of(mug)},0,breakage\n{sku_of(bowl)},7,\n{sku_of(tray)},2,\n"
    assert look(text).changed == 3
    take(text)
    assert [on_hand(goods) for goods in (mug, bowl, tray)] == [0, 7, 2]
    moved = db.session.execute(
        sa.select(StockMovement.quantity, StockMovement.kind, StockMovement.reference).order_by(
            StockMovement.id
        )
    ).all()[1:]
    assert [tuple(row) for row in moved] == [
        (-3, "adjustment", "breakage"),
        (7, "adjustment", "Import of count.csv"),
        (2, "adjustment", "Import of count.csv"),
    ]
    shown = db.session.scalars(sa.select(Product.is_in_stock).order_by(Product.id)).all()
    assert shown == [False, True, True]
    records = db.session.scalars(
        sa.select(AuditRecord.action).where(AuditRecord.subject.like("variant:%"))
    ).all()
    assert records == ["stock.imported"] * 3
    assert take(text).unchanged == 3


def test_what_goes_out_comes_back_as_it_was(any_app: Flask) -> None:
    for left in (3, 0, None):
        make_product(name="=Mug", on_hand=left)
    text = "".join(sheets.written(queries.HEADER, queries.rows()))
    with nothing_changes(leaving_out={"sheet_files", "audit_records"}):
        report = take(text)
    assert (report.changed, report.unchanged, report.rejected) == (0, 3, ())


def test_the_same_delivery_is_booked_once(any_app: Flask) -> None:
    mug = make_product(on_hand=3)
    text = f"sku;change;reason\n{sku_of(mug)};+5;DN 7\n"
    take(text)
    with nothing_changes(), pytest.raises(sheet_files.AppliedAlready):
        take(text)
    assert on_hand(mug) == 8
    take(text.replace("DN 7", "DN 8").replace("+5", "-2"))
    assert on_hand(mug) == 11 - 5


def test_of_two_who_apply_one_file_at_once_one_does(any_app: Flask) -> None:
    mug = make_product(on_hand=3)
    content = f"sku,change\n{sku_of(mug)},5\n".encode()
    ids = [sheet_files.keep(kind="stock", name="a.csv", content=content, currency="GBP") for _ in range(2)]
    seen = look(content.decode()).seen

    def apply(file_id: int) -> object:
        return sheet_files.apply(kind="stock", file_id=file_id, seen=seen, currency="GBP", actor=SYSTEM)

    done = together(any_app, [lambda: apply(ids[0]), lambda: apply(ids[0]), lambda: apply(ids[1])])
    assert sorted(type(outcome).__name__ for outcome in done) == [
        "AppliedAlready",
        "AppliedAlready",
        "Report",
    ]
    assert on_hand(mug) == 8


def test_a_count_that_was_overtaken_by_a_sale_is_told(any_app: Flask) -> None:
    mug = make_product(on_hand=3)
    content = f"sku,on_hand\n{sku_of(mug)},5\n".encode()
    file_id = sheet_files.keep(kind="stock", name="a.csv", content=content, currency="GBP")
    seen = sheet_files.look(kind="stock", file_id=file_id, currency="GBP").report
    assert seen is not None
    stock.take(lines=[(mug.variant_id, 1)], reference="order")
    with nothing_changes(), pytest.raises(sheets.Moved):
        sheet_files.apply(kind="stock", file_id=file_id, seen=seen.seen, currency="GBP", actor=SYSTEM)
    now = sheet_files.look(kind="stock", file_id=file_id, currency="GBP").report
    assert now is not None
    sheet_files.apply(kind="stock", file_id=file_id, seen=now.seen, currency="GBP", actor=SYSTEM)
    assert on_hand(mug) == 5
    kept = sheet_files.look(kind="stock", file_id=file_id, currency="GBP")
    assert (kept.report, kept.outcome["changed"]) == (None, 1)


@pytest.mark.parametrize(
    ("row", "column"),
    [("NOPE,1", "sku"), (",1", "sku"), ("{sku},-4", "change"), ("{sku},-2", "change"), ("{sku},x", "change"), ("{sku},1.5", "change"), ("{sku},9999999", "change"), ("{sku},999999", "change")],
)  # fmt: skip
def test_a_wrong_row_is_told_and_changes_nothing(app: Flask, row: str, column: str) -> None:
    mug = make_product(on_hand=3)
    holds.hold(reference="cart", lines=[(mug.variant_id, 2)], until=clock.now() + timedelta(hours=1))
    with nothing_changes(leaving_out={"sheet_files", "audit_records"}):
        report = take("sku,change\n" + row.format(sku=sku_of(mug)) + "\n")
    assert [found.column for found in report.rejected] == [column]


@pytest.mark.parametrize("header", ["sku,on_hand,change", "sku,reason", "on_hand", "sku,on_hand,price"])
def test_a_sheet_with_other_columns_is_refused(app: Flask, header: str) -> None:
    with nothing_changes(), pytest.raises(UnreadableSheet):
        take(f"{header}\n1,2,3\n")


def test_old_files_are_forgotten_but_not_that_they_were_booked(app: Flask) -> None:
    mug = make_product(on_hand=3)
    text = f"sku,change\n{sku_of(mug)},5\n"
    take(text)
    file_id = sheet_files.keep(kind="stock", name="a.csv", content=b"sku,on_hand\nX,1\n", currency="GBP")
    with time_machine.travel(clock.now() + timedelta(days=31), tick=False):
        assert sheet_files.forget_old() == 1
        with pytest.raises(NotFound):
            sheet_files.look(kind="stock", file_id=file_id, currency="GBP")
        with pytest.raises(sheet_files.AppliedAlready):
            take(text)
    assert db.session.scalars(sa.select(SheetFile.content)).first() == b""
