import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.catalog.models import Category, Product, Variant
from smartshop.identity.models import Person
from smartshop.inventory.models import StockLevel
from smartshop.kernel import clock
from smartshop.kernel.audit import AuditRecord
from smartshop.kernel.db import Base
from smartshop.kernel.errors import DomainError
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.orders.models import Order, OrderLine, OrderReturn
from smartshop.orders.operations import history, history_moving
from smartshop.orders.operations.history import ImportReport, Options
from smartshop.orders.operations.history_files import open_table
from smartshop.orders.rules.history.lines import Reason
from tests.orders.history_samples import (
    HEADER,
    ROWS,
    Write,
    broken_files,
    spoil,
    write_csv,
    write_gz,
    write_parquet,
    write_semicolons,
    write_two_years,
    write_xlsx,
    write_xz,
)


def run(path: Path, **changed: object) -> ImportReport:
    return history.import_history(path=path, options=Options(**({"currency": "GBP"} | changed)))  # type: ignore[arg-type]


def counts() -> dict[str, int]:
    found = {
        table.name: db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
    }
    db.session.rollback()
    return found


def contents() -> list[object]:
    """What an import brought, without identifiers."""
    lines = sa.select(
        Order.external_number,
        Order.placed_at,
        Order.total_minor,
        Order.returned_minor,
        OrderLine.sku,
        OrderLine.product_name,
        OrderLine.category_name,
        OrderLine.quantity,
        OrderLine.total_minor,
        OrderLine.returned_quantity,
        Person.external_id,
        Person.email,
    )
    joined = lines.join(OrderLine, OrderLine.order_id == Order.id).outerjoin(
        Person, Person.id == Order.person_id
    )
    found: list[object] = [tuple(row) for row in db.session.execute(joined.order_by(OrderLine.id))]
    found += [
        tuple(r)
        for r in db.session.execute(sa.select(Product.external_code, Variant.price_minor).join(Variant))
    ]
    db.session.rollback()
    return found


def order(number: str) -> Order:
    found = db.session.scalars(sa.select(Order).where(Order.external_number == number)).one()
    db.session.expunge_all()
    return found


def test_a_history_becomes_products_customers_orders_and_returns(any_app: Flask, tmp_path: Path) -> None:
    report = run(write_csv(tmp_path / "lines.csv"))
    assert report.to_json() == {
        "lines": {
            "read": 9,
            "kept": 7,
            "rejected": {"stock_adjustment": 1, "cancellation_without_purchase": 1},
        },
        "products": 2,
        "customers": 2,
        "orders": 4,
        "revenue_minor": 1530 + 1800 + 1060 + 125,
        "currency": "GBP",
        "seconds": report.seconds,
    }
    first = order("1")
    assert (first.state, first.goods_minor, first.shipping_minor, first.returned_minor) == (
        "fulfilled",
        1530,
        1800,
        510,
    )
    assert (order("4").state, order("4").returned_minor, order("4").email) == (
        "cancelled",
        125,
        "buyer@shop.example",
    )
    assert order("3").person_id is None
    person = db.session.scalars(sa.select(Person).where(Person.external_id == "17850")).one()
    assert (person.email, person.country, person.created_at) == (
        None,
        "France",
        datetime(2011, 5, 2, 8, 26, tzinfo=UTC),
    )
    returned = db.session.scalars(sa.select(OrderReturn).where(OrderReturn.external_number == "C6")).one()
    assert (returned.quantity, returned.amount_minor) == (2, 510)


def test_an_imported_product_can_be_sold_at_once(any_app: Flask, tmp_path: Path) -> None:
    run(write_csv(tmp_path / "lines.csv"))
    rows = db.session.execute(
        sa.select(
            Product.external_code,
            Product.name,
            Product.slug,
            Product.status,
            Variant.price_minor,
            Category.name,
        )
        .join(Variant, Variant.product_id == Product.id)
        .join(Category, Category.id == Product.category_id)
        .join(StockLevel, StockLevel.variant_id == Variant.id)
        .where(~StockLevel.is_tracked, Variant.is_active)
        .order_by(Product.external_code)
    ).all()
    assert [tuple(row) for row in rows] == [
        ("22423", "Red mug", "red-mug", "published", 125, "More finds"),
        ("85123A", "White lamp", "white-lamp", "published", 265, "More finds"),
    ]


def test_importing_twice_adds_nothing(any_app: Flask, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "lines.csv")
    run(path)
    before, what = counts(), contents()
    again = run(path)
    assert (again.kept, again.orders, again.products, again.customers, again.revenue_minor) == (0, 0, 0, 0, 0)
    assert sum(again.rejected.values()) == again.read == 9
    assert (counts(), contents()) == (before, what)


def test_importing_again_with_moved_dates_adds_nothing(app: Flask, tmp_path: Path) -> None:
    early = ["C0", "85123A", "WHITE LAMP", "-1", "2011-05-01 08:00:00", "2.55", "17850", "France"]
    path = write_csv(tmp_path / "lines.csv", [early, *ROWS])
    assert run(path).rejected["cancellation_without_purchase"] == 2  # type: ignore[index]
    before, what = counts(), contents()
    assert run(path, shifts_dates=True).kept == 0
    assert (counts(), contents()) == (before, what)


def test_a_later_file_adds_only_what_is_new_and_credits_reach_earlier_orders(
    any_app: Flask, tmp_path: Path
) -> None:
    run(write_csv(tmp_path / "first.csv", ROWS[:5]))
    whole = run(
        write_csv(
            tmp_path / "whole.csv", [*ROWS, ["9", "A9", "NEW LAMP", "1", "2011-06-01", "5", "17850", ""]]
        )
    )
    assert (whole.orders, whole.customers, whole.products) == (1, 0, 1)
    assert (order("1").returned_minor, order("4").state) == (510, "cancelled")
    extended = contents()
    assert sum(1 for row in extended if isinstance(row, tuple) and row[0] == "1") == 2
    line = db.session.scalars(
        sa.select(OrderLine).where(OrderLine.sku == "85123A").order_by(OrderLine.id)
    ).first()
    assert line is not None
    assert (line.returned_quantity, line.returned_minor) == (2, 510)


def test_a_dry_run_reports_the_same_and_writes_nothing(app: Flask, tmp_path: Path) -> None:
    path, before = write_csv(tmp_path / "lines.csv"), counts()
    dry = run(path, is_dry_run=True)
    assert counts() == before
    wet = run(path)
    assert dry.to_json() | {"seconds": 0} == wet.to_json() | {"seconds": 0}
    assert counts() != before


def test_shifted_dates_end_within_the_last_seven_days_on_the_same_weekday(app: Flask, tmp_path: Path) -> None:
    report = run(write_csv(tmp_path / "lines.csv"), shifts_dates=True)
    placed = order("4").placed_at
    returned = db.session.scalars(sa.select(sa.func.max(OrderReturn.at))).one()
    yesterday: date = clock.today() - timedelta(days=1)
    assert yesterday - timedelta(days=6) <= returned.date() <= yesterday
    assert placed - report.weeks_shifted * timedelta(weeks=1) == datetime(2011, 5, 5, 9, tzinfo=UTC)


def test_files_of_one_history_move_together(app: Flask, tmp_path: Path) -> None:
    later = write_csv(tmp_path / "later.csv")
    earlier = write_csv(
        tmp_path / "earlier.csv", [[f"9{row[0]}", *row[1:4], "2010-05-02", *row[5:]] for row in ROWS[:5]]
    )
    first, second = run(later, shifts_dates=True), run(earlier, shifts_dates=True)
    assert first.weeks_shifted == second.weeks_shifted > 0
    apart = order("1").placed_at - order("91").placed_at
    assert apart == datetime(2011, 5, 2, 8, 26) - datetime(2010, 5, 2)  # noqa: DTZ001
    left = run(write_csv(tmp_path / "left.csv", [["7", *ROWS[0][1:]]]))
    assert any(note.endswith("this one needs --shift-dates too.") for note in left.notes)


def test_a_file_that_would_move_into_the_future_is_refused(app: Flask, tmp_path: Path) -> None:
    run(write_csv(tmp_path / "earlier.csv", ROWS[:2]), shifts_dates=True)
    before = counts()
    next_year = write_csv(tmp_path / "later.csv", [["9", *ROWS[0][1:4], "2012-05-01", *ROWS[0][5:]]])
    with pytest.raises(history_moving.MovedOtherwise, match="import the one that ends last first"):
        run(next_year, shifts_dates=True)
    assert counts() == before


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("lines.csv.gz", write_gz),
        ("lines.csv.xz", write_xz),
        ("lines.csv", write_semicolons),
        ("lines.xlsx", write_xlsx),
        ("lines.parquet", write_parquet),
    ],
)
def test_every_kind_of_file_brings_the_same(app: Flask, tmp_path: Path, name: str, write: Write) -> None:
    plain = run(write_csv(tmp_path / "plain.csv"), is_dry_run=True)
    other = run(write(tmp_path / name, ROWS))
    assert other.to_json() | {"seconds": 0} == plain.to_json() | {"seconds": 0}
    placed = {row.external_number: row.placed_at for row in db.session.scalars(sa.select(Order))}
    assert placed["2"] == datetime(2011, 5, 3, 10, tzinfo=UTC)
    assert db.session.scalars(sa.select(Person.external_id).where(Person.external_id.is_not(None))).all() == [
        "17850"
    ]


def test_sheets_of_two_years_that_overlap_count_every_invoice_once(app: Flask, tmp_path: Path) -> None:
    before = ["0", "85123A", "WHITE LAMP", "1", "2010-05-02 08:26:00", "2.55", "17850", "France"]
    report = run(write_two_years(tmp_path / "both.xlsx", [before, *ROWS[:5]], ROWS))
    assert (report.read, report.orders) == (15, 5)
    assert report.rejected[Reason.REPEATED] == 5
    assert any(note.startswith("4 invoices stand in the file more than once") for note in report.notes)
    alone = run(write_csv(tmp_path / "later.csv", ROWS), is_dry_run=True)
    assert alone.rejected[Reason.ALREADY_IMPORTED] == 8
    totals = {placed.external_number: placed.total_minor for placed in db.session.scalars(sa.select(Order))}
    assert totals == {"0": 255, "1": 3330, "2": 1060, "3": 250, "4": 125}


def test_a_history_without_customers_says_so(app: Flask, tmp_path: Path) -> None:
    report = run(write_csv(tmp_path / "guests.csv", [[*row[:6], "", row[7]] for row in ROWS]))
    assert report.orders == 4
    assert any(note.startswith("No line names a customer") for note in report.notes)


def test_rejected_lines_can_be_corrected_in_their_file_and_imported(app: Flask, tmp_path: Path) -> None:
    rows = [*ROWS[:5], ["10", "A1", "CUP", "two", "2011-05-02", "1", "17850", "France"]]
    rejects = tmp_path / "deep" / "rejects.csv"
    report = run(write_csv(tmp_path / "lines.csv", rows), rejects=rejects)
    assert report.rejects == rejects
    with rejects.open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [["line", "reason", *HEADER], ["7", "bad_number", *rows[5]]]
    corrected = tmp_path / "corrected.csv"
    corrected.write_text(rejects.read_text(encoding="utf-8").replace("two", "2"), encoding="utf-8")
    assert run(corrected).orders == 1


def test_line_numbers_are_those_of_the_file_even_behind_cells_of_several_lines(tmp_path: Path) -> None:
    rows = [[*ROWS[0][:2], "two\nlines", *ROWS[0][3:]], ROWS[1]]
    assert [number for number, _ in open_table(write_csv(tmp_path / "lines.csv", rows)).rows] == [2, 4]


def test_prices_in_another_currency_make_drafts_and_another_one_inside_the_file_is_rejected(
    app: Flask, tmp_path: Path
) -> None:
    rows = [[*ROWS[0], "EUR"], [*ROWS[2], "eur"], [*ROWS[4], "USD"], [*ROWS[3], ""]]
    report = run(write_csv(tmp_path / "lines.csv", rows, [*HEADER, "Currency"]))
    assert (report.currency, dict(report.rejected)) == ("EUR", {"other_currency": 1})
    assert set(db.session.scalars(sa.select(Product.status))) == {"draft"}
    assert set(db.session.scalars(sa.select(Order.currency))) == {"EUR"}


def test_a_customer_who_has_an_account_keeps_it(app: Flask, tmp_path: Path) -> None:
    with unit_of_work():
        db.session.add(Person(email="buyer@shop.example", name="Bea", created_at=clock.now()))
    report = run(write_csv(tmp_path / "lines.csv"))
    assert report.customers == 1
    assert (
        db.session.scalars(sa.select(Person.name).join(Order, Order.person_id == Person.id))
        .all()
        .count("Bea")
        == 1
    )


def test_an_import_is_audited(app: Flask, tmp_path: Path) -> None:
    run(write_csv(tmp_path / "lines.csv"))
    record = db.session.scalars(sa.select(AuditRecord)).one()
    assert (record.action, record.subject, record.after["orders"]) == ("history.import", "file:lines.csv", 4)


def test_an_invoice_that_appears_meanwhile_undoes_the_import(
    any_app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_csv(tmp_path / "lines.csv")
    run(write_csv(tmp_path / "one.csv", ROWS[4:5]))
    before = counts()
    monkeypatch.setattr("smartshop.orders.queries.history.imported_invoices", frozenset)
    with pytest.raises(history.ChangedMeanwhile, match="Nothing was imported"):
        run(path)
    assert counts() == before


def test_broken_files_are_refused_with_what_is_wrong_and_leave_everything_as_it_was(
    app: Flask, tmp_path: Path
) -> None:
    run(write_csv(tmp_path / "before.csv", ROWS[:1]))
    before = counts()
    for message, path in broken_files(tmp_path).items():
        with pytest.raises(DomainError) as refusal:
            run(path, rejects=tmp_path / "rejects.csv")
        assert message in refusal.value.message
        assert counts() == before


def test_an_older_encoding_is_read_and_said(app: Flask, tmp_path: Path) -> None:
    path = spoil(
        tmp_path / "old.csv",
        write_csv(tmp_path / "x.csv").read_bytes().replace(b"WHITE LAMP", b"CAF\xc9 LAMP"),
    )
    report = run(path)
    assert any("Windows-1252" in note for note in report.notes)
    assert "Café lamp" in db.session.scalars(sa.select(Product.name)).all()


def test_a_byte_late_in_a_file_decides_how_all_of_it_is_read(app: Flask, tmp_path: Path) -> None:
    rows = [
        [*ROWS[0][:2], "CAFÉ", "two", *ROWS[0][4:]],
        *[ROWS[0]] * 400,
        [*ROWS[0][:2], "BLUE LAMP", *ROWS[0][3:]],
    ]
    path = write_csv(tmp_path / "lines.csv", rows)
    path.write_bytes(path.read_bytes().replace(b"BLUE LAMP", b"CAF\xc9 LAMP"))
    rejects = tmp_path / "rejects.csv"
    assert dict(run(path, rejects=rejects).rejected) == {"bad_number": 1}
    with rejects.open(encoding="utf-8", newline="") as file:
        assert [row[4] for row in csv.reader(file)] == ["Description", "CAFÉ".encode().decode("cp1252")]


@pytest.mark.parametrize(("currency", "message"), [("XXQ", "not an ISO 4217"), ("pounds", "not an ISO 4217")])
def test_an_unknown_currency_is_refused(app: Flask, tmp_path: Path, currency: str, message: str) -> None:
    before = counts()
    with pytest.raises(DomainError, match=message):
        run(write_csv(tmp_path / "lines.csv"), stated_currency=currency)
    assert counts() == before


def test_a_rejects_file_that_cannot_be_written_stops_the_import_before_it_begins(
    app: Flask, tmp_path: Path
) -> None:
    path, before = write_csv(tmp_path / "lines.csv"), counts()
    for rejects in (tmp_path, path, path / "below.csv"):
        with pytest.raises(DomainError, match="cannot"):
            run(path, rejects=rejects)
    assert counts() == before
    assert path.stat().st_size > 0
