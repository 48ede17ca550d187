"""The cohorts of the shop beside the same computed with pandas from its order lines, on both databases."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pandas as pd
import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from ml import cohorts as computed
from smartshop.insights.queries import cohorts
from smartshop.insights.queries.cohorts import Found
from smartshop.kernel.extensions import db
from smartshop.orders.models import Order
from smartshop.web.admin import heat
from tests import factories
from tests.insights import scored_shop
from tests.insights.scored_shop import TODAY
from tests.query_count import counted_queries


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(TODAY, tick=False):
        yield


def orders_that_stand() -> pd.DataFrame:
    """Every order of a known customer as a line of its own."""
    every = db.session.scalars(sa.select(Order).where(Order.person_id.is_not(None))).all()
    rows = [
        (
            each.person_id,
            pd.Timestamp(each.placed_at).tz_localize(None),
            each.total_minor - each.returned_minor,
        )
        for each in every
        if each.state != "cancelled" and each.currency == "GBP"
    ]
    return pd.DataFrame(rows, columns=["customer_id", "ordered_at", "revenue"])


def test_every_cell_equals_the_same_from_the_order_lines(any_app: Flask) -> None:
    scored_shop.fill(customers=12, orders=90)
    found = cohorts.table("GBP")
    frame = orders_that_stand()
    expected = computed.table(frame, datetime.combine(found.known_until or date.max, datetime.min.time()))
    rows = [
        (cohort.month, cell.months_since, cell.customers, cell.revenue_minor, cell.is_complete)
        for cohort in found.cohorts
        for cell in cohort.cells
    ]
    assert len(rows) > 10
    expected["cohort"] = expected["cohort"].dt.date
    columns = ["cohort", "months_since", "customers", "revenue", "is_complete"]
    assert rows == list(expected[columns].itertuples(index=False, name=None))
    assert sum(cohort.customers for cohort in found.cohorts) == frame["customer_id"].nunique()


def test_two_queries_tell_it_however_much_there_is(app: Flask) -> None:
    scored_shop.fill(customers=12, orders=60)
    with counted_queries() as sent:
        cohorts.table("GBP")
    assert len(sent) == 2


def test_a_shop_without_customers_has_no_cohorts(app: Flask) -> None:
    factories.make_order(person_id=None)
    assert cohorts.table("GBP") == cohorts.Cohorts((), None)


def test_a_history_that_ended_long_ago_leaves_its_last_month_unfinished(app: Flask) -> None:
    person = factories.make_known_person()
    for day in (datetime(2011, 11, 30, 23, tzinfo=UTC), datetime(2011, 12, 9, tzinfo=UTC)):
        factories.make_order(person_id=person, placed_at=day)
    (cohort,) = cohorts.table("GBP").cohorts
    assert [(cell.month, cell.is_complete) for cell in cohort.cells] == [
        (date(2011, 11, 1), True),
        (date(2011, 12, 1), False),
    ]


def test_a_history_up_to_the_last_of_a_month_has_no_unfinished_one(app: Flask) -> None:
    factories.make_order(
        person_id=factories.make_known_person(), placed_at=datetime(2012, 2, 29, 5, tzinfo=UTC)
    )
    (cohort,) = cohorts.table("GBP").cohorts
    assert [cell.is_complete for cell in cohort.cells] == [True]


def a_grid() -> cohorts.Cohorts:
    found = [
        Found("2026-01", "2026-01", 10, 10, 1000), Found("2026-01", "2026-02", 5, 6, 400),
        Found("2026-01", "2026-03", 1, 1, -50), Found("2026-02", "2026-02", 30, 31, 900),
        Found("2026-02", "2026-03", 3, 3, 200), Found("2026-03", "2026-03", 2, 2, 100),
    ]  # fmt: skip
    return cohorts.grid(found, date(2026, 3, 20))


def test_averages_weigh_customers_and_leave_out_months_that_are_not_over() -> None:
    assert [(each.months_since, each.retention, each.cohorts) for each in a_grid().averages] == [
        (0, 1.0, 2),
        (1, 0.5, 1),
    ]


def test_shades_go_from_nothing_to_the_most_and_leave_the_first_month_out() -> None:
    by_retention = [[each.shade for each in row.cells] for row in heat.rows(a_grid(), "retention")]
    assert by_retention == [[0, 10, 2], [0, 2], [0]]
    by_revenue = [[each.shade for each in row.cells] for row in heat.rows(a_grid(), "revenue")]
    assert by_revenue == [[0, 10, 0], [0, 5], [0]]
    assert heat.rows(cohorts.Cohorts((), None), "retention") == []


def test_any_share_however_odd_has_a_shade_that_exists() -> None:
    found = cohorts.grid(
        [Found("2026-01", "2026-01", 60, 60, 0), Found("2026-01", "2026-02", 25, 25, 0)], date(2026, 3, 1)
    )
    assert heat.rows(found, "retention")[0].cells[1].shade == heat.SHADES
