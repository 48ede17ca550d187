"""Reports: their columns, their cells, and that they say what the pages say."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from smartshop.identity.models import Person
from smartshop.insights.queries import customers, dashboard, products, segments, value
from smartshop.insights.queries.customers import Sought
from smartshop.insights.queries.periods import Period
from smartshop.insights.queries.reports import catalogue, writing
from smartshop.insights.queries.reports.declared import Amount, Wanted
from smartshop.kernel import audit
from smartshop.kernel.errors import Invalid, NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.orders.models import Order
from tests import factories
from tests.insights import scored_shop
from tests.insights.scored_shop import TODAY

GBP = Wanted("GBP")
CUSTOMERS = [
    "customer_id",
    "email",
    "name",
    "country",
    "first_order_at",
    "last_order_at",
    "orders",
    "revenue",
    "currency",
    "recency_days",
    "r",
    "f",
    "m",
    "segment",
    "churn_probability",
    "churn_risk",
    "clv_12m",
    "clv_12m_low",
    "clv_12m_high",
    "next_order_at",
    "cluster",
    "as_of",
    "model_version",
]
PERSONAL = {
    "customers": {"email", "name"},
    "segments": set(),
    "churn": {"email", "name"},
    "clv": {"email", "name"},
    "cohorts": set(),
    "revenue": set(),
    "orders": {"email", "name"},
    "products": set(),
    "activity": {"who", "visitor_id", "details"},
}
Row = dict[str, str]


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(TODAY, tick=False):
        yield


@pytest.fixture
def people(any_app: Flask) -> list[int]:
    return scored_shop.fill()


def text(name: str, wanted: Wanted = GBP, *, with_personal: bool = True) -> str:
    return "".join(writing.as_csv(catalogue.report(name), wanted, with_personal=with_personal))


def rows(name: str, wanted: Wanted = GBP) -> list[Row]:
    return list(csv.DictReader(io.StringIO(text(name, wanted), newline="")))


def minor(amount: str) -> int:
    whole, _, part = amount.partition(".")
    assert len(part) == 2, amount
    return int(whole + part)


def test_customers_csv_has_exactly_its_columns(app: Flask) -> None:
    assert text("customers") == ",".join(CUSTOMERS) + "\r\n"


@pytest.mark.parametrize("name", catalogue.NAMES)
def test_personal_columns_are_there_only_when_they_may_be(app: Flask, name: str) -> None:
    scored_shop.fill(customers=3, orders=6)
    scored_shop.see(None)
    full, plain = (text(name, with_personal=personal) for personal in (True, False))
    headers = [next(csv.reader(io.StringIO(each))) for each in (full, plain)]
    assert set(headers[0]) - set(headers[1]) == PERSONAL[name]
    assert [column for column in headers[0] if column not in PERSONAL[name]] == headers[1]
    assert len(full.splitlines()) == len(plain.splitlines()) > 1
    assert "@" not in plain
    assert "Name " not in plain


def test_customers_csv_says_what_the_page_of_customers_says(people: list[int]) -> None:
    page = {row.person_id: row for row in customers.page_of_customers("GBP", Sought(), size=100).items}
    found = rows("customers")
    assert [int(row["customer_id"]) for row in found] == sorted(people)
    for row in found:
        shown = page[int(row["customer_id"])]
        assert (int(row["orders"]), minor(row["revenue"])) == (shown.orders, shown.revenue_minor)
        assert row["segment"] == (shown.segment or "")
        assert row["churn_risk"] == (shown.risk or "")
        assert (row["clv_12m"] == "") == (shown.clv_12m_minor is None)
        assert row["clv_12m"] == "" or minor(row["clv_12m"]) == shown.clv_12m_minor
        assert row["as_of"] == ("2026-06-01T00:00:00Z" if shown.segment else "")
        assert len(row["model_version"].split()) == (4 if shown.segment else 0)
        assert row["currency"] == "GBP"


def test_reports_of_scores_say_what_their_pages_say(people: list[int]) -> None:
    shown = segments.table()
    assert [(r["segment"], int(r["customers"]), minor(r["revenue"])) for r in rows("segments")] == [
        (row.segment, row.customers, row.revenue_minor) for row in shown
    ]
    worth = value.distribution("GBP")
    clv = [minor(row["clv_12m"]) for row in rows("clv")]
    assert (len(clv), sum(clv)) == (worth.customers, worth.total_minor)
    risky = [row for row in rows("churn") if row["churn_risk"] == "high"]
    assert len(risky) == len(dashboard.highest_risk("GBP", limit=1000)) > 0


def test_revenue_orders_and_dashboard_agree(people: list[int]) -> None:
    period = Period(90, date(2026, 6, 1))
    totals = dashboard.totals(period, "GBP")
    asked = Wanted("GBP", since=period.since, until=period.until)
    by_day = rows("revenue", asked)
    assert [row["date"] for row in by_day] == [day.isoformat() for day in period.each_day]
    assert sum(minor(row["revenue"]) for row in by_day) == totals.revenue_minor
    assert sum(int(row["orders"]) for row in by_day) == totals.orders
    assert all(minor(r["gross"]) - minor(r["returned"]) == minor(r["revenue"]) for r in by_day)
    each = [row for row in rows("orders", asked) if row["currency"] == "GBP"]
    assert sum(minor(row["revenue"]) for row in each) == totals.revenue_minor
    assert {row["state"] for row in each} > {"cancelled"}


def test_products_csv_says_what_the_page_says(people: list[int]) -> None:
    shown = {row.product_id: row for row in products.page_of_products("GBP").items}
    for row in rows("products"):
        page = shown[int(row["product_id"])]
        assert (int(row["orders"]), int(row["quantity"]), minor(row["revenue"])) == (
            page.orders, page.quantity, page.revenue_minor,
        )  # fmt: skip


def test_activity_lists_events_then_changes_where_asked_for(people: list[int]) -> None:
    scored_shop.see(people[0], times=2)
    with unit_of_work():
        audit.record(actor=audit.SYSTEM, action="role.changed", subject="role:1")
    assert {row["source"] for row in rows("activity")} == {"event"}
    found = rows("activity", Wanted("GBP", is_with_changes=True))
    assert [row["source"] for row in found[:2]] == ["event", "event"]
    assert {row["source"] for row in found[2:]} == {"change"}
    assert json.loads(found[0]["details"]) == {"query": "mug 0"}
    assert found[0]["at"] == "2026-06-01T09:00:00Z"


def test_filters_narrow_a_report_and_unknown_ones_are_refused(people: list[int]) -> None:
    every = rows("customers")
    segment = next(row["segment"] for row in every if row["segment"])
    assert rows("customers", Wanted("GBP", segment=segment)) == [r for r in every if r["segment"] == segment]
    with pytest.raises(Invalid, match="has no filter 'risk'"):
        text("segments", Wanted("GBP", risk="high"))


def test_an_unknown_report_names_those_there_are() -> None:
    with pytest.raises(
        NotFound, match="customers, segments, churn, clv, cohorts, revenue, orders, products, activity"
    ):
        catalogue.report("secrets")


@pytest.mark.parametrize(
    "evil", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\n=x", " =1+1", "=cmd|' /C calc'!A0"]
)
def test_what_a_spreadsheet_would_run_is_neutralised(app: Flask, evil: str) -> None:
    person_id = factories.make_known_person()
    with unit_of_work():
        db.session.get_one(Person, person_id).name = evil
    assert rows("customers")[0]["name"] == f"'{evil}"


@pytest.mark.parametrize("good", ["Ada", "O'Brien", "a=b", 'say "hi", twice', "Zoë\nNew line", "数"])
def test_what_is_harmless_is_left_alone(app: Flask, good: str) -> None:
    person_id = factories.make_known_person()
    with unit_of_work():
        db.session.get_one(Person, person_id).name = good
    assert rows("customers")[0]["name"] == good


def test_numbers_stay_numbers_and_moments_are_utc() -> None:
    assert writing.cell(-5) == "-5"
    assert writing.cell(Amount(-123456, "GBP")) == "-1234.56"
    assert writing.cell(Amount(500, "JPY")) == "500"
    assert writing.cell(Amount(1234, "KWD")) == "1.234"
    assert writing.cell(0.1) == "0.100000"
    assert writing.cell(datetime(2026, 6, 1, 9, 30, tzinfo=UTC)) == "2026-06-01T09:30:00Z"
    assert writing.cell(date(2026, 6, 1)) == "2026-06-01"
    assert writing.cell(None) == ""


def test_a_report_is_written_while_it_is_read(app: Flask) -> None:
    for n in range(writing.ROWS_AT_ONCE * 2 + 1):
        db.session.add(Person(name=f"P{n}", created_at=TODAY))
    with_people = list(db.session.new)
    db.session.expunge_all()
    with unit_of_work():
        db.session.add_all(with_people)
    pieces = list(writing.as_csv(catalogue.report("customers"), GBP, with_personal=True))
    assert len(pieces) == 3
    assert db.session.scalar(sa.select(sa.func.count(Order.id))) == 0
    assert "".join(pieces).count("\r\n") == writing.ROWS_AT_ONCE * 2 + 2
