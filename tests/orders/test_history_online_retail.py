"""UCI Online Retail end to end, against figures computed with the csv module alone."""

import csv
import io
import lzma
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.catalog.models import Category, Product
from smartshop.identity.models import Person
from smartshop.kernel.db import Base
from smartshop.kernel.extensions import db
from smartshop.orders.models import Order, OrderLine, OrderReturn
from smartshop.orders.operations import history
from smartshop.orders.operations.history import ImportReport, Options
from tests.requirements import data_file

pytestmark = [pytest.mark.data, pytest.mark.slow]
NOT_GOODS = {"POST", "DOT", "M", "C2", "D", "S", "BANK CHARGES", "AMAZONFEE", "CRUK", "PADS", "B"}


@dataclass(frozen=True)
class Imported:
    app: Flask
    report: ImportReport
    again: ImportReport
    counts: dict[str, int]
    counts_again: dict[str, int]


@dataclass(frozen=True)
class Expected:
    """Figures of the raw file."""

    customer_lines: int
    revenue: Decimal
    customers: set[str]
    customer_invoices: set[str]
    guest_invoices: set[str]
    goods: set[str]


def _counts() -> dict[str, int]:
    tables = Base.metadata.sorted_tables
    return {t.name: db.session.scalar(sa.select(sa.func.count()).select_from(t)) or 0 for t in tables}


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def imported(request: pytest.FixtureRequest) -> Iterator[Imported]:
    path = data_file("online_retail.csv.xz")
    database = request.getfixturevalue(f"{request.param}_database")
    database.renew()
    with database.app.app_context():
        report = history.import_history(path=path, options=Options(currency="GBP"))
        counts = _counts()
        again = history.import_history(path=path, options=Options(currency="GBP"))
        yield Imported(database.app, report, again, counts, _counts())
        db.session.rollback()


@pytest.fixture(scope="module")
def expected() -> Expected:
    lines, revenue = 0, Decimal(0)
    customers: set[str] = set()
    invoices: set[str] = set()
    guests: set[str] = set()
    goods: set[str] = set()
    with lzma.open(data_file("online_retail.csv.xz")) as file:
        for row in csv.DictReader(io.TextIOWrapper(file, encoding="utf-8-sig", newline="")):
            quantity, price, code = int(row["Quantity"]), Decimal(row["UnitPrice"]), row["StockCode"].upper()
            if row["InvoiceNo"].startswith("C") or quantity <= 0 or price <= 0 or code == "B":
                continue
            if code not in NOT_GOODS and not code.startswith(("DCGS", "GIFT_")):
                goods.add(code)
            if not row["CustomerID"]:
                guests.add(row["InvoiceNo"])
                continue
            lines, revenue = lines + 1, revenue + quantity * price
            customers.add(row["CustomerID"])
            invoices.add(row["InvoiceNo"])
    return Expected(lines, revenue, customers, invoices, guests, goods)


def test_every_line_is_accounted_for(imported: Imported) -> None:
    report = imported.report
    assert report.read == 541_909 == report.kept + sum(report.rejected.values())
    assert report.kept == 530_103 + report.kept_by_kind["cancellation"]
    assert dict(report.rejected)["bad_debt"] == 3  # type: ignore[index]
    assert dict(report.rejected)["stock_adjustment"] == 1_336  # type: ignore[index]


def test_the_published_figures_come_out(imported: Imported, expected: Expected) -> None:
    assert (expected.customer_lines, len(expected.customers), len(expected.customer_invoices)) == (
        397_884,
        4_338,
        18_532,
    )
    assert expected.revenue == Decimal("8911407.904")
    report = imported.report
    assert (report.customers, report.revenue_minor, report.currency) == (4_338, 891_140_790, "GBP")
    assert report.orders == len(expected.customer_invoices) + len(expected.guest_invoices)
    with imported.app.app_context():
        lines = sa.select(sa.func.count(), sa.func.sum(OrderLine.total_minor)).join(Order)
        stored = db.session.execute(lines.where(Order.person_id.is_not(None))).one()
        assert tuple(stored) == (397_884, 891_140_790)
        assert set(db.session.scalars(sa.select(Person.external_id))) == expected.customers


def test_the_catalog_holds_exactly_the_goods_in_learned_categories(
    imported: Imported, expected: Expected
) -> None:
    with imported.app.app_context():
        assert set(db.session.scalars(sa.select(Product.external_code))) == expected.goods
        grouped = (
            sa.select(Category.name, sa.func.count().label("size")).join(Product).group_by(Category.name)
        )
        sizes = {row.name: row.size for row in db.session.execute(grouped)}
        name = sa.select(Product.name).where(Product.external_code == "85123A")
        assert db.session.scalar(name) == "White hanging heart T-light holder"
    assert 10 <= len(sizes) <= 14
    assert {"Kitchen and dining", "Jewellery", "Bags and purses", "Candles and lighting"} <= sizes.keys()
    assert max(sizes.values()) < len(expected.goods) / 4


def test_what_came_back_agrees_on_lines_orders_and_returns(imported: Imported) -> None:
    with imported.app.app_context():
        of_lines = sa.select(sa.func.sum(OrderLine.returned_minor), sa.func.sum(OrderLine.returned_quantity))
        of_returns = sa.select(sa.func.sum(OrderReturn.amount_minor), sa.func.sum(OrderReturn.quantity))
        assert tuple(db.session.execute(of_lines).one()) == tuple(db.session.execute(of_returns).one())
        sums = sa.select(Order.id).join(OrderLine).group_by(Order.id, Order.returned_minor, Order.total_minor)
        apart = sums.having(
            (sa.func.sum(OrderLine.returned_minor) != Order.returned_minor)
            | (sa.func.sum(OrderLine.total_minor) != Order.total_minor)
        )
        assert db.session.scalars(apart).all() == []
        early = (
            sa.select(sa.func.count())
            .select_from(OrderReturn)
            .join(OrderLine)
            .join(Order)
            .where(OrderReturn.at < Order.placed_at)
        )
        assert db.session.scalar(early) == 0
        whole = sa.select(Order.state).where(Order.returned_minor == Order.total_minor).distinct()
        assert db.session.scalars(whole).all() == ["cancelled"]
        assert (
            db.session.scalar(sa.select(sa.func.sum(OrderReturn.amount_minor)))
            == imported.report.returned_minor
        )


def test_the_largest_cancellation_undoes_its_order(imported: Imported) -> None:
    """74,215 storage jars ordered and cancelled 16 minutes later (C541433)."""
    with imported.app.app_context():
        undone = db.session.scalars(sa.select(Order).where(Order.external_number == "541431")).one()
        assert (undone.state, undone.total_minor, undone.returned_minor) == (
            "cancelled",
            7_718_360,
            7_718_360,
        )


def test_a_second_run_adds_nothing(imported: Imported) -> None:
    again = imported.again
    assert (again.kept, again.orders, again.customers, again.products) == (0, 0, 0, 0)
    assert sum(again.rejected.values()) == 541_909
    assert imported.counts_again == imported.counts
