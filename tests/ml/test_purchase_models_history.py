"""Orders read once are at every moment what the lines themselves say of it."""

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from ml import frames
from ml.purchase_models.history import OrderHistory
from ml.purchase_models.summary import summarise, summary_of
from tests.ml import simulated

T = datetime(2025, 8, 1)  # noqa: DTZ001 - frames hold UTC without a zone


@pytest.fixture(scope="module")
def lines() -> pd.DataFrame:
    """A shop with refunds and cancellations at all times."""
    shop, rng = simulated.shop(customers=150), np.random.default_rng(2)
    is_back = rng.random(len(shop)) < 0.2
    back = np.where(is_back, np.round(shop["revenue"] * rng.random(len(shop)), 2), 0.0)
    wait = pd.to_timedelta(rng.integers(1, 60 * 86_400, len(shop)), unit="s")
    cancelled = shop["order_id"].isin(rng.choice(shop["order_id"].unique(), 80, replace=False))
    return shop.assign(
        revenue=shop["revenue"] - back,
        returned_revenue=back,
        returned_at=(shop["ordered_at"] + wait).where(is_back),
        cancelled_at=(shop["ordered_at"] + timedelta(days=20)).where(cancelled),
    )


def recomputed(lines: pd.DataFrame, moment: datetime) -> pd.DataFrame:
    known = frames.known_before(lines, moment)
    day = known["ordered_at"].dt.floor("D")
    days = known.groupby(["customer_id", day])["revenue"].sum().round(6).reset_index()
    paid = days[days["revenue"] > 0].groupby("customer_id")["revenue"]
    bounds = days.groupby("customer_id")["ordered_at"].agg(["min", "max", "size"])
    end = pd.Timestamp(moment).floor("D")
    return pd.DataFrame(
        {
            "frequency": bounds["size"] - 1.0,
            "recency": (bounds["max"] - bounds["min"]).dt.days.astype(float),
            "age": (end - bounds["min"]).dt.days.astype(float),
            "valued": paid.size().reindex(bounds.index).fillna(0.0),
            "value": paid.mean().reindex(bounds.index).fillna(0.0),
        }
    ).reset_index()


@pytest.mark.parametrize("at", [timedelta(), timedelta(hours=13, minutes=30)])
def test_every_moment_is_summarised_as_the_lines_known_then(lines: pd.DataFrame, at: timedelta) -> None:
    end = T + at
    history = OrderHistory.of(lines, end)
    for days in (0, 45, 200):
        moment = end - timedelta(days=days)
        expected = recomputed(lines, moment)
        found = summary_of(history, moment).frame
        pd.testing.assert_frame_equal(found, expected, check_dtype=False, atol=1e-6)
        pd.testing.assert_frame_equal(summarise(lines, moment).frame, found)


def test_the_order_of_rows_changes_nothing(lines: pd.DataFrame) -> None:
    shuffled = lines.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(summarise(shuffled, T).frame, summarise(lines, T).frame)


def test_what_was_spent_in_a_window_is_known_at_its_end(lines: pd.DataFrame) -> None:
    history, since = OrderHistory.of(lines, T), T - timedelta(days=90)
    known = frames.known_before(lines, T)
    window = known[known["ordered_at"] >= pd.Timestamp(since)]
    people = pd.Series(history.customers)
    days, spent = history.spending(T, since=since)
    np.testing.assert_allclose(
        spent, people.map(window.groupby("customer_id")["revenue"].sum()).fillna(0), atol=1e-6
    )
    bought = window["ordered_at"].dt.floor("D").groupby(window["customer_id"]).nunique()
    np.testing.assert_array_equal(days, people.map(bought).fillna(0))


def test_lifetimes_count_orders_not_days(lines: pd.DataFrame) -> None:
    known = frames.known_before(lines, T).groupby("customer_id")
    found = OrderHistory.of(lines, T).lifetimes(T).set_index("customer_id")
    pd.testing.assert_series_equal(
        found["orders"], known["order_id"].nunique().astype(float), check_names=False
    )
    pd.testing.assert_series_equal(found["revenue"], known["revenue"].sum(), check_names=False, atol=1e-6)
    lived = (known["ordered_at"].max() - known["ordered_at"].min()).dt.total_seconds() / 86_400
    pd.testing.assert_series_equal(found["lived"], lived, check_names=False)


def test_a_moment_at_another_time_of_day_is_refused(lines: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="only at the time of day"):
        OrderHistory.of(lines, T).purchases(T - timedelta(hours=5))


def test_no_lines_are_no_customers(lines: pd.DataFrame) -> None:
    history = OrderHistory.of(lines.head(0), T)
    assert summary_of(history, T).frame.empty
    assert history.lifetimes(T).empty
    assert history.span == (0, -1)
