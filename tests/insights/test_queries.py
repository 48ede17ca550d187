"""Every figure of the dashboard and the lists, beside the same figure counted by hand over the rows."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from math import ceil, floor
from typing import TypeVar

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from smartshop.insights.models import ChurnScore, LiveRun, SegmentScore, ValueScore
from smartshop.insights.queries import (
    activity,
    churn,
    customers,
    dashboard,
    freshness,
    ledger,
    periods,
    products,
    sales,
    segments,
    value,
)
from smartshop.insights.queries.activity import ActivitySought
from smartshop.insights.queries.customers import Sought
from smartshop.insights.queries.periods import Period
from smartshop.insights.queries.sales import SalesSought
from smartshop.kernel import audit
from smartshop.kernel.errors import NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.orders.models import Order, OrderLine
from tests import factories
from tests.insights import scored_shop
from tests.insights.scored_shop import TODAY
from tests.query_count import counted_queries

Score = TypeVar("Score", SegmentScore, ChurnScore, ValueScore)
PERIODS = [Period(days, date(2026, 6, 1)) for days in periods.LENGTHS]


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(TODAY, tick=False):
        yield


@pytest.fixture
def people(any_app: Flask) -> list[int]:
    return scored_shop.fill()


def kept_orders() -> list[Order]:
    every = db.session.scalars(sa.select(Order)).all()
    return [order for order in every if order.state != "cancelled" and order.currency == "GBP"]


def within(period: Period) -> list[Order]:
    return [order for order in kept_orders() if period.since <= order.placed_at.date() <= period.until]


def net(order: Order) -> int:
    return order.total_minor - order.returned_minor


def live(question: str, model: type[Score]) -> dict[int, Score]:
    run_id = db.session.get_one(LiveRun, question).run_id
    rows = db.session.scalars(sa.select(model).where(model.run_id == run_id))
    return {row.person_id: row for row in rows}


@pytest.mark.parametrize("period", PERIODS, ids=lambda period: f"{period.days} days")
def test_totals_equal_a_count_by_hand(people: list[int], period: Period) -> None:
    orders = within(period)
    found = dashboard.totals(period, "GBP")
    buyers = {order.person_id for order in orders} - {None}
    before = {order.person_id for order in kept_orders() if order.placed_at < period.start}
    revenue = sum(map(net, orders))
    assert (found.orders, found.revenue_minor) == (len(orders), revenue)
    assert (found.customers, found.new_customers) == (len(buyers), len(buyers - before))
    assert found.returning_customers == len(buyers & before)
    assert found.guest_orders == sum(order.person_id is None for order in orders)
    assert found.average_order_minor == (
        floor(Fraction(revenue, len(orders)) + Fraction(1, 2)) if orders else None
    )


@pytest.mark.parametrize("period", PERIODS, ids=lambda period: f"{period.days} days")
def test_days_equal_a_count_by_hand_and_sum_to_the_totals(people: list[int], period: Period) -> None:
    by_day: dict[date, list[Order]] = defaultdict(list)
    for order in within(period):
        by_day[order.placed_at.date()].append(order)
    found = dashboard.days(period, "GBP")
    assert [day.day for day in found] == [period.since + timedelta(days=n) for n in range(period.days)]
    assert [day.orders for day in found] == [len(by_day[day.day]) for day in found]
    assert [day.revenue_minor for day in found] == [sum(map(net, by_day[day.day])) for day in found]
    assert sum(day.revenue_minor for day in found) == dashboard.totals(period, "GBP").revenue_minor


def test_an_order_belongs_to_its_utc_day(any_app: Flask) -> None:
    for moment in (datetime(2026, 5, 31, 23, 59, 59, 999999, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)):
        factories.make_order(placed_at=moment)
    assert [day.orders for day in dashboard.days(Period(2, date(2026, 6, 1)), "GBP")] == [1, 1]
    assert dashboard.totals(Period(1, date(2026, 6, 1)), "GBP").orders == 1


def test_top_products_equal_a_count_by_hand(people: list[int]) -> None:
    period = Period(90, date(2026, 6, 1))
    ids = {order.id for order in within(period)}
    sold: Counter[int] = Counter()
    pieces: Counter[int] = Counter()
    for line in db.session.scalars(sa.select(OrderLine)):
        if line.order_id in ids and line.product_id is not None:
            sold[line.product_id] += line.total_minor - line.returned_minor
            pieces[line.product_id] += line.quantity - line.returned_quantity
    expected = sorted(sold, key=lambda product: (-sold[product], product))[:3]
    found = dashboard.top_products(period, "GBP", limit=3)
    assert [(p.product_id, p.revenue_minor, p.quantity) for p in found] == [
        (product, sold[product], pieces[product]) for product in expected
    ]


def test_segments_equal_a_count_by_hand_over_the_live_run(people: list[int]) -> None:
    scores, risks, values = live("rfm", SegmentScore), live("churn", ChurnScore), live("clv", ValueScore)
    found = {row.segment: row for row in segments.table()}
    assert tuple(found) == segments.SEGMENTS
    for name, row in found.items():
        members = [person for person, score in scores.items() if score.segment == name]
        revenue = sum(scores[person].revenue_minor for person in members)
        assert (row.customers, row.revenue_minor) == (len(members), revenue)
        assert row.high_risk == sum(risks[person].risk == "high" for person in members)
        if members:
            clv = Fraction(sum(values[person].clv_12m_minor for person in members), len(members))
            assert row.average_clv_minor == floor(clv + Fraction(1, 2))
            assert row.average_probability == pytest.approx(
                sum(risks[person].probability for person in members) / len(members)
            )
    assert sum(row.customer_share for row in found.values()) == pytest.approx(1)
    assert sum(row.revenue_share for row in found.values()) == pytest.approx(1)


def test_risks_and_probability_bands_equal_a_count_by_hand(people: list[int]) -> None:
    scores, values = live("churn", ChurnScore), live("clv", ValueScore)
    counted = Counter(score.risk for score in scores.values())
    at_stake: Counter[str] = Counter()
    for person, score in scores.items():
        at_stake[score.risk] += values[person].clv_12m_minor
    found = churn.risks()
    assert [row.risk for row in found] == ["high", "medium", "low"]
    assert [row.customers for row in found] == [counted[row.risk] for row in found]
    assert [row.clv_12m_minor for row in found] == [at_stake[row.risk] for row in found]
    bands = Counter(min(9, int(score.probability * 10)) for score in scores.values())
    assert [band.customers for band in churn.probability_bands()] == [bands[n] for n in range(10)]


def test_values_equal_a_count_by_hand(people: list[int]) -> None:
    clv = sorted(score.clv_12m_minor for score in live("clv", ValueScore).values())
    found = value.distribution("GBP")
    assert (found.customers, found.total_minor) == (len(clv), sum(clv))
    assert found.top_tenth_minor == sum(clv[-ceil(len(clv) / 10) :])
    assert found.quantiles == {q: clv[max(1, ceil(q * len(clv) / 100)) - 1] for q in value.QUANTILES}
    assert sum(band.customers for band in found.bands) == len(clv)
    for band in found.bands:
        inside = [v for v in clv if v >= band.low_minor and (band.high_minor is None or v < band.high_minor)]
        assert (band.customers, band.clv_12m_minor) == (len(inside), sum(inside))


def test_the_most_valuable_of_the_likely_to_leave_come_first(people: list[int]) -> None:
    values = live("clv", ValueScore)
    high = [p for p, score in live("churn", ChurnScore).items() if score.risk == "high"]
    expected = sorted(high, key=lambda person: -values[person].clv_12m_minor)[:3]
    found = dashboard.highest_risk("GBP", limit=3)
    assert [row.person_id for row in found] == expected
    orders = kept_orders()
    for row in found:
        assert row.last_order_at == max(
            (o.placed_at for o in orders if o.person_id == row.person_id), default=None
        )


def test_each_customer_equals_a_count_by_hand(people: list[int]) -> None:
    orders = kept_orders()
    scores = live("rfm", SegmentScore)
    page = customers.page_of_customers("GBP", Sought(), size=100)
    assert {row.person_id for row in page.items} == set(people)
    for row in page.items:
        own = [order for order in orders if order.person_id == row.person_id]
        assert (row.orders, row.revenue_minor) == (len(own), sum(map(net, own)))
        assert row.first_order_at == min((order.placed_at for order in own), default=None)
        assert row.last_order_at == max((order.placed_at for order in own), default=None)
        score = scores.get(row.person_id)
        assert row.segment == (score.segment if score else None)


@pytest.mark.parametrize("sort", customers.SORTS)
@pytest.mark.parametrize("is_descending", [True, False])
def test_pages_of_customers_are_a_partition_in_order(
    people: list[int], sort: str, *, is_descending: bool
) -> None:
    sought = Sought(with_personal=True)
    pages = [
        customers.page_of_customers("GBP", sought, sort=sort, is_descending=is_descending, page=n, size=5)
        for n in (1, 2, 3)
    ]
    seen = [row.person_id for page in pages for row in page.items]
    assert sorted(seen) == sorted(people)
    field = {"revenue": "revenue_minor", "last-order": "last_order_at", "churn": "probability", "clv": "clv_12m_minor",
             "next-order": "next_order_at", "customer": "name"}.get(sort, sort)  # fmt: skip
    values = [getattr(row, field) for page in pages for row in page.items]
    known = [found for found in values if found is not None]
    assert values[: len(known)] == sorted(known, reverse=is_descending)


def test_a_page_beyond_the_last_is_the_last(people: list[int]) -> None:
    assert customers.page_of_customers("GBP", Sought(), page=1_000_000, size=5).number == 3
    assert sales.page_of_orders(SalesSought(), page=1_000_000, size=25).number == 3


def test_search_finds_by_name_only_where_names_may_be_seen(people: list[int]) -> None:
    wanted = people[4]
    for text in (f"name {wanted}", f"CUSTOMER{wanted}@", "known-1-4"):
        found = customers.page_of_customers("GBP", Sought(text, with_personal=True))
        assert [row.person_id for row in found.items] == [wanted]
        assert customers.page_of_customers("GBP", Sought(text)).total == 0
    assert [r.person_id for r in customers.page_of_customers("GBP", Sought(str(wanted))).items] == [wanted]
    for text in ("%", "_", "\\", "9" * 30, "'; --"):
        assert customers.page_of_customers("GBP", Sought(text, with_personal=True)).total == 0


def test_filters_narrow_to_the_segment_and_the_risk(people: list[int]) -> None:
    every = customers.page_of_customers("GBP", Sought(), size=100).items
    segment = next(row.segment for row in every if row.segment)
    found = customers.page_of_customers("GBP", Sought(segment=segment, risk="high"), size=100).items
    assert [r.person_id for r in found] == [
        r.person_id for r in every if r.segment == segment and r.risk == "high"
    ]


def test_staff_are_no_customers_until_they_buy(any_app: Flask) -> None:
    from smartshop.identity.rules.roles import Role

    clerk, buyer = factories.make_person(role=Role.SUPPORT), factories.make_person()
    assert [row.person_id for row in customers.page_of_customers("GBP", Sought()).items] == [buyer]
    with pytest.raises(NotFound):
        customers.customer(clerk, "GBP")
    factories.make_order(person_id=clerk)
    assert {row.person_id for row in customers.page_of_customers("GBP", Sought()).items} == {buyer, clerk}


def test_one_customer_shows_their_orders_and_events_only(people: list[int]) -> None:
    scored_shop.see(people[0], times=3)
    scored_shop.see(people[1], times=2)
    found = customers.customer(people[0], "GBP")
    own = db.session.scalars(sa.select(Order.number).where(Order.person_id == people[0]))
    assert {order.number for order in found.orders} == set(own)
    assert [event.facts["query"] for event in found.events] == ["mug 0", "mug 1", "mug 2"]


def test_products_equal_a_count_by_hand(people: list[int]) -> None:
    kept = {order.id for order in kept_orders()}
    lines = [line for line in db.session.scalars(sa.select(OrderLine)) if line.order_id in kept]
    for row in products.page_of_products("GBP").items:
        own = [line for line in lines if line.product_id == row.product_id]
        assert row.orders == len({line.order_id for line in own})
        assert row.quantity == sum(line.quantity - line.returned_quantity for line in own)
        assert row.revenue_minor == sum(line.total_minor - line.returned_minor for line in own)
        assert row.stock == 10


def test_a_product_without_a_count_has_no_stock_and_one_sold_out_has_none_left(any_app: Flask) -> None:
    uncounted, sold_out = factories.make_product(on_hand=None), factories.make_product(on_hand=0)
    stock = {row.product_id: row.stock for row in products.page_of_products("GBP").items}
    assert stock == {uncounted.product_id: None, sold_out.product_id: 0}


def test_orders_are_filtered_by_state_day_and_number(people: list[int]) -> None:
    every = db.session.scalars(sa.select(Order)).all()
    since, until = date(2026, 4, 1), date(2026, 4, 30)
    found = sales.page_of_orders(SalesSought(state="paid", since=since, until=until), size=100)
    expected = {o.number for o in every if o.state == "paid" and since <= o.placed_at.date() <= until}
    assert {row.number for row in found.items} == expected
    assert [r.number for r in sales.page_of_orders(SalesSought(text=every[3].number)).items] == [
        every[3].number
    ]


def test_activity_is_filtered_by_person_kind_and_day(people: list[int]) -> None:
    scored_shop.see(people[0], times=3)
    scored_shop.see(None, times=2)
    with unit_of_work():
        audit.record(actor=audit.Actor(people[1], "somebody"), action="role.granted", subject="person:1")
    assert activity.page_of_events(ActivitySought()).total == 5
    assert activity.page_of_events(ActivitySought(person_id=people[0])).total == 3
    assert activity.page_of_events(ActivitySought(kind="view")).total == 0
    assert activity.page_of_events(ActivitySought(until=date(2026, 5, 31))).total == 0
    assert [row.actor for row in activity.page_of_changes(ActivitySought(kind="role.granted")).items] == [
        "somebody"
    ]


def test_the_period_moves_to_the_last_order_only_when_nothing_was_sold(any_app: Flask) -> None:
    assert periods.choose(30, None, "GBP") == periods.Choice(Period(30, date(2026, 6, 1)), None)
    factories.make_order(placed_at=datetime(2026, 2, 3, tzinfo=UTC))
    assert periods.choose(30, None, "GBP") == periods.Choice(Period(30, date(2026, 2, 3)), date(2026, 6, 1))
    assert periods.choose(30, date(2026, 6, 1), "GBP").moved_from is None
    factories.make_order(placed_at=datetime(2026, 5, 3, tzinfo=UTC))
    assert periods.choose(30, None, "GBP") == periods.Choice(Period(30, date(2026, 6, 1)), None)


def test_an_empty_shop_says_nothing_and_breaks_nothing(any_app: Flask) -> None:
    found = dashboard.totals(PERIODS[0], "GBP")
    assert (found.orders, found.revenue_minor, found.average_order_minor) == (0, 0, None)
    assert (segments.table(), churn.risks(), churn.probability_bands()) == ((), (), ())
    assert value.distribution("GBP").customers == 0
    assert customers.page_of_customers("GBP", Sought()).total == 0
    assert not any(each.is_available or each.last_state for each in freshness.all_questions().values())


def test_freshness_says_why_nothing_is_served(any_app: Flask) -> None:
    scored_shop.begin_run("churn", state="insufficient", reason="needs 100 customers (has 3)", is_live=False)
    found = freshness.of("churn")
    assert (found.is_available, found.last_state, found.problem) == (
        False,
        "insufficient",
        "needs 100 customers (has 3)",
    )


def test_predictions_go_stale_only_when_the_shop_has_sold_since(any_app: Flask) -> None:
    scored_shop.begin_run("rfm")
    factories.make_order(placed_at=datetime(2026, 5, 31, tzinfo=UTC))
    with time_machine.travel(TODAY + timedelta(days=60)):
        assert not freshness.of("rfm").is_stale
        factories.make_order(placed_at=TODAY + timedelta(days=30))
        assert freshness.of("rfm").is_stale


def test_the_ledger_marks_the_live_run(any_app: Flask) -> None:
    for code in ("first", "second"):
        scored_shop.begin_run("rfm", code=code)
    scored_shop.begin_run("churn", code="third", state="failed", is_live=False)
    assert [(run.code, run.is_live) for run in ledger.page_of_runs().items] == [
        ("third", False), ("second", True), ("first", False),
    ]  # fmt: skip
    assert ledger.page_of_runs(question="churn").total == 1


def test_segments_are_those_of_the_library() -> None:
    from ml import rfm

    assert segments.SEGMENTS == rfm.SEGMENTS


READS: list[tuple[str, int, Callable[[], object]]] = [
    ("totals", 2, lambda: dashboard.totals(PERIODS[1], "GBP")),
    ("days", 1, lambda: dashboard.days(PERIODS[1], "GBP")),
    ("top products", 1, lambda: dashboard.top_products(PERIODS[1], "GBP")),
    ("highest risk", 1, lambda: dashboard.highest_risk("GBP")),
    ("segments", 1, segments.table),
    ("risks", 1, churn.risks),
    ("probability bands", 1, churn.probability_bands),
    ("values", 3, lambda: value.distribution("GBP")),
    ("freshness", 2, freshness.all_questions),
    ("customers", 3, lambda: customers.page_of_customers("GBP", Sought())),
    ("every customer", 1, lambda: list(customers.every_customer("GBP", Sought()))),
    ("orders", 2, lambda: sales.page_of_orders(SalesSought())),
    ("products", 2, lambda: products.page_of_products("GBP")),
    ("events", 2, lambda: activity.page_of_events(ActivitySought())),
    ("changes", 2, lambda: activity.page_of_changes(ActivitySought())),
    ("runs", 2, ledger.page_of_runs),
]


@pytest.mark.parametrize(("expected", "read"), [row[1:] for row in READS], ids=[row[0] for row in READS])
def test_ten_times_the_rows_need_no_more_queries(
    app: Flask, expected: int, read: Callable[[], object]
) -> None:
    scored_shop.fill(customers=3, orders=6)
    with counted_queries() as few:
        read()
    assert len(few) == expected
    scored_shop.fill(customers=30, orders=60, seed=2)
    with counted_queries() as many:
        read()
    assert len(many) == expected
