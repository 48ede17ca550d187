from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.activity.models import Event
from smartshop.identity.models import Person
from smartshop.insights import frames
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.orders.models import Order, OrderLine, OrderReturn
from tests.insights import histories
from tests.insights.histories import Ledger, Line

MAY = datetime(2026, 5, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def ledger(any_app: Flask) -> Ledger:
    histories.write_catalog()
    histories.write_people(3)
    return Ledger()


def revenue_by_order(as_of: datetime) -> dict[int, float]:
    lines = frames.order_lines(as_of, currency="GBP")
    return {int(order): float(total) for order, total in lines.groupby("order_id")["revenue"].sum().items()}  # type: ignore[call-overload]


def test_an_order_placed_at_the_moment_itself_is_not_known_yet(ledger: Ledger) -> None:
    early = ledger.order(1, MAY - timedelta(microseconds=1), Line("p1", 1, 1_000))
    ledger.order(1, MAY, Line("p1", 1, 1_000))
    ledger.write()
    assert list(frames.order_lines(MAY, currency="GBP")["order_id"]) == [early]


def test_money_is_net_of_what_had_come_back_by_then_and_no_more(ledger: Ledger) -> None:
    order = ledger.order(1, MAY, Line("p1", 4, 1_000, returned=3, returned_at=MAY + timedelta(days=9)))
    ledger.write()
    assert revenue_by_order(MAY + timedelta(days=9)) == {order: 40.0}
    assert revenue_by_order(MAY + timedelta(days=9) + SECOND) == {order: 10.0}


def test_a_cancelled_order_counts_as_long_as_it_still_stood(ledger: Ledger) -> None:
    back = MAY + timedelta(days=9)
    undone = ledger.order(1, MAY, Line("p1", 2, 1_000, returned=2, returned_at=back), state="cancelled")
    ledger.order(1, MAY, Line("p1", 2, 1_000), state="cancelled")
    kept = ledger.order(2, MAY, Line("p1", 1, 500))
    ledger.write()
    assert revenue_by_order(back) == {undone: 20.0, kept: 5.0}
    assert revenue_by_order(back + SECOND) == {kept: 5.0}


def test_guests_and_other_currencies_are_left_out(ledger: Ledger) -> None:
    ledger.order(None, MAY, Line("p1", 1, 1_000))
    ledger.order(1, MAY, Line("p1", 1, 1_000), currency="EUR")
    kept = ledger.order(1, MAY, Line("p1", 1, 1_000))
    ledger.write()
    assert revenue_by_order(MAY + SECOND) == {kept: 10.0}


def test_the_currency_decides_where_the_decimal_point_is(ledger: Ledger) -> None:
    ledger.order(1, MAY, Line("p1", 1, 1_000), currency="JPY")
    ledger.write()
    assert list(frames.order_lines(MAY + SECOND, currency="JPY")["revenue"]) == [1_000.0]


def test_postage_and_charges_count_as_money_but_are_no_product(ledger: Ledger) -> None:
    order = ledger.order(
        1, MAY, Line("p1", 2, 1_000), Line("POST", 1, 300, kind="shipping"), shipping_minor=450
    )
    ledger.write()
    lines = frames.order_lines(MAY + SECOND, currency="GBP").sort_values("revenue", ignore_index=True)
    assert revenue_by_order(MAY + SECOND) == {order: 27.5}
    assert list(lines["revenue"]) == [3.0, 4.5, 20.0]
    assert list(lines["product_id"].isna()) == [True, True, False]
    assert list(lines["category"].isna()) == [True, True, False]
    assert lines["category"].iloc[2] == histories.CATEGORIES[1]


def test_a_cancelled_order_leaves_a_trace_with_its_moment(ledger: Ledger) -> None:
    back = MAY + timedelta(days=9)
    undone = ledger.order(1, MAY, Line("p1", 2, 1_000, returned=2, returned_at=back), state="cancelled")
    ledger.order(1, MAY, Line("p1", 2, 1_000), state="cancelled")
    kept = ledger.order(2, MAY, Line("p1", 1, 500))
    ledger.write()
    later = frames.history(back + SECOND, currency="GBP")
    assert later.traces.cancelled is not None
    assert list(later.traces.cancelled["order_id"]) == [undone]
    assert list(later.traces.cancelled["cancelled_at"]) == [pd.Timestamp(back).tz_localize(None)]
    assert list(later.lines["order_id"]) == [kept]
    assert frames.history(back, currency="GBP").traces.cancelled is None


def test_discounts_and_countries_come_with_the_lines_where_there_are_any(ledger: Ledger) -> None:
    ledger.order(1, MAY, Line("p1", 2, 1_000, discount_minor=150), shipping_minor=300, country="Germany")
    ledger.order(2, MAY, Line("p1", 1, 1_000))
    ledger.write()
    lines = frames.order_lines(MAY + SECOND, currency="GBP")
    assert lines["discount"].tolist() == [0, 1.5, 0]
    assert lines["revenue"].tolist() == [3, 18.5, 10]
    assert lines["country"].astype("str").fillna("?").tolist() == ["Germany", "Germany", "?"]


def test_events_of_known_people_before_the_moment_come_along(any_app: Flask) -> None:
    histories.write_people(1)
    events = [
        {
            "at": at,
            "kind": kind,
            "visitor_id": "v",
            "session_id": session,
            "person_id": person,
            "value": value,
        }
        for at, kind, session, person, value in (
            (MAY - SECOND, "search", "s", 1, 3),
            (MAY - SECOND, "view", "s", None, None),
            (MAY - 2 * SECOND, "sign_in", "", 1, None),
            (MAY, "view", "s", 1, None),
        )
    ]
    with unit_of_work():
        db.session.execute(sa.insert(Event), events)
    found = frames.history(MAY, currency="GBP").traces.events
    assert found is not None
    rows = found.sort_values("at")
    assert rows["kind"].tolist() == ["sign_in", "search"]
    assert rows["session_id"].tolist() == ["", "s"]
    assert rows["value"].fillna(-1).tolist() == [-1, 3]


@pytest.mark.parametrize(("choices", "read"), [("", 1), ("2:a", 1), ("2:apm", 1), ("2:pm", 0), ("2:", 0)])
def test_events_of_who_refuses_to_have_visits_noted_are_not_read(app: Flask, choices: str, read: int) -> None:
    histories.write_people(1)
    seen = {"kind": "view", "visitor_id": "v", "session_id": "s", "person_id": 1}
    with unit_of_work():
        db.session.execute(sa.insert(Event), [{"at": MAY - SECOND, **seen}])
        db.session.execute(sa.update(Person).values(choices=choices))
    found = frames.history(MAY, currency="GBP").traces.events
    assert (0 if found is None else len(found)) == read


def test_an_empty_shop_gives_an_empty_frame_of_the_right_shape(any_app: Flask) -> None:
    lines = frames.order_lines(MAY, currency="GBP")
    assert len(lines) == 0
    assert str(lines["ordered_at"].dtype) == "datetime64[us]"


def test_an_orders_revenue_is_its_total_less_what_came_back(any_app: Flask) -> None:
    histories.write_believable_history(60)
    expected = db.session.execute(
        sa.select(Order.id, Order.total_minor - Order.returned_minor).where(
            Order.person_id.is_not(None), Order.state != "cancelled", Order.currency == "GBP"
        )
    )
    later = histories.END + timedelta(days=30)
    minor = {order: round(total * 100) for order, total in revenue_by_order(later).items()}
    assert minor == {row[0]: row[1] for row in expected}


def test_a_column_empty_in_its_first_hundred_thousand_rows_is_read(app: Flask) -> None:
    histories.write_catalog()
    histories.write_people(1)
    ledger = Ledger()
    for minute in range(9_000):
        ledger.order(1, MAY + timedelta(minutes=minute), *[Line("POST", 1, 1, kind="shipping")] * 9)
    ledger.order(1, MAY + timedelta(minutes=9_000), Line("p1", 1, 1_000))
    ledger.write()
    lines = frames.order_lines(MAY + timedelta(days=30), currency="GBP")
    assert len(lines) == 81_001
    assert lines["category"].notna().sum() == 1


def test_reading_a_frame_leaves_this_processs_lock_on_the_file_alone(app: Flask) -> None:
    """ADBC on the live file would drop it: another process could then write beside us."""
    histories.write_believable_history(20)
    database = db.engine.url.database
    with db.engine.connect() as holder:
        holder.exec_driver_sql("ROLLBACK")
        holder.exec_driver_sql("BEGIN IMMEDIATE")
        frames.order_lines(histories.END, currency="GBP")
        assert _another_process_can_write(str(database)) is False
        holder.exec_driver_sql("ROLLBACK")
    assert _another_process_can_write(str(database)) is True


def _another_process_can_write(path: str) -> bool:
    import subprocess
    import sys

    script = "import sqlite3,sys; sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None).execute('BEGIN IMMEDIATE')"
    return (
        subprocess.run([sys.executable, "-c", script, path], capture_output=True, check=False).returncode == 0
    )


def test_the_independent_sum_over_the_tables_agrees(shop: Flask) -> None:
    connection = db.engine.connect()
    lines = pd.read_sql(sa.select(OrderLine.id, OrderLine.order_id, OrderLine.total_minor), connection)
    orders = pd.read_sql(
        sa.select(Order.id, Order.person_id, Order.state, Order.currency, Order.placed_at), connection
    )
    returns = pd.read_sql(
        sa.select(OrderReturn.order_line_id, OrderReturn.amount_minor, OrderReturn.at), connection
    )
    connection.close()
    counted = orders[
        orders["person_id"].notna() & (orders["state"] != "cancelled") & (orders["currency"] == "GBP")
    ]
    kept = lines[lines["order_id"].isin(counted["id"])]
    back = returns[returns["order_line_id"].isin(kept["id"]) & (returns["at"] < pd.Timestamp(histories.END))]
    expected = kept["total_minor"].sum() - back["amount_minor"].sum()
    frame = frames.order_lines(histories.END, currency="GBP")
    on_lines = frame[frame["product_id"].notna()]
    assert round(on_lines["revenue"].sum() * 100) == expected
