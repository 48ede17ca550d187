"""Features of histories with refunds, discounts, countries, cancelled orders and events."""

from dataclasses import replace
from datetime import datetime

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import pandas_features
from ml import features, frames
from ml.frames import Traces
from tests.ml import simulated

MOMENTS = [datetime(2024, 10, 1), datetime(2025, 1, 1), datetime(2025, 6, 1)]  # noqa: DTZ001 - UTC without a zone
T = MOMENTS[1]
History = tuple[pd.DataFrame, Traces]


@pytest.fixture(scope="module")
def history(shop: pd.DataFrame) -> History:
    return simulated.full_history(shop)


@pytest.fixture(scope="module")
def small() -> History:
    return simulated.full_history(simulated.shop(customers=40))


@pytest.fixture(scope="module")
def expected(small: History) -> pd.DataFrame:
    return features.behaviour(small[0], [T], small[1])


def test_the_frames_of_the_whole_history_meet_their_contracts(history: History) -> None:
    lines, traces = history
    assert traces.cancelled is not None
    assert traces.events is not None
    frames.validate(lines, frames.ORDER_LINES)
    frames.validate(traces.cancelled, frames.ORDER_LINES)
    frames.validate(traces.events, frames.EVENTS)


def test_every_value_equals_a_computation_in_pandas(history: History) -> None:
    lines, traces = history
    found = features.behaviour(lines, MOMENTS, traces)
    again = pandas_features.behaviour(lines, MOMENTS, traces)
    pd.testing.assert_frame_equal(found, again, rtol=1e-9, atol=1e-9)
    assert (found[list(features.NAMES)].nunique() > 2).all()


@pytest.mark.parametrize(
    "names", [("revenue", "recency_days"), ("product_count", "gap_trend"), ("last_seen_days",)]
)
def test_naming_a_few_features_gives_the_same_values(history: History, names: tuple[str, ...]) -> None:
    lines, traces = history
    every = features.behaviour(lines, MOMENTS, traces)
    few = features.behaviour(lines, MOMENTS, traces, names)
    pd.testing.assert_frame_equal(few, every[["as_of", "customer_id", *names]], check_exact=True)


def test_a_history_without_anything_optional_equals_a_computation_in_pandas(shop: pd.DataFrame) -> None:
    found = features.behaviour(shop, MOMENTS)
    pd.testing.assert_frame_equal(found, pandas_features.behaviour(shop, MOMENTS), rtol=1e-9, atol=1e-9)


@settings(max_examples=12)
@given(
    kind=st.sampled_from(
        ["purchase", "refund", "cancellation", "view", "search", "cart_add", "order", "sign_in"]
    ),
    seconds=st.integers(0, 300 * 86_400),
    place=st.integers(0, 10_000),
)
def test_nothing_at_or_after_the_moment_moves_a_feature(
    small: History, expected: pd.DataFrame, kind: str, seconds: int, place: int
) -> None:
    at = pd.Timestamp(T) + pd.Timedelta(seconds=seconds)
    lines, traces = _planted(small, kind, at, place)
    found = features.behaviour(lines, [T], traces)
    pd.testing.assert_frame_equal(found, expected, check_exact=True)


def test_the_same_things_a_second_before_the_moment_do_move_features(
    small: History, expected: pd.DataFrame
) -> None:
    """What the test above plants is not overlooked for another reason."""
    before = pd.Timestamp(T) - pd.Timedelta(seconds=1)
    moved = {
        "purchase": "orders", "refund": "returned_share", "cancellation": "cancelled_share", "view": "views_90",
        "search": "searches_90", "cart_add": "carts_left_90", "sign_in": "last_seen_days",
    }  # fmt: skip
    for kind, name in moved.items():
        lines, traces = _planted(small, kind, before, 3)
        found = features.behaviour(lines, [T], traces)
        assert not found[name].equals(expected[name]), kind


def _planted(history: History, kind: str, at: pd.Timestamp, place: int) -> History:
    """``history`` with one thing of the kind happening at ``at`` to some customer who bought before T."""
    lines, traces = history
    known = lines[(lines["ordered_at"] < T) & (lines["returned_revenue"] == 0)]
    one = known.iloc[place % len(known)]
    is_order = lines["order_id"] == one["order_id"]
    if kind == "purchase":
        bought = simulated.line(one["customer_id"], 900_000, str(at), 500.0, "Moon")
        return pd.concat([lines, bought], ignore_index=True), traces
    if kind == "refund":
        is_line = lines.index == one.name
        half = lines["revenue"].where(is_line, 0.0) / 2
        back = {"revenue": lines["revenue"] - half, "returned_revenue": lines["returned_revenue"] + half}
        when = lines["returned_at"].where(~is_line, at).astype("datetime64[us]")
        return lines.assign(**back, returned_at=when), traces
    if kind == "cancellation":
        off = lines[is_order].assign(
            cancelled_at=pd.Series(at, index=lines.index[is_order]).astype("datetime64[us]")
        )
        cancelled = pd.concat([traces.cancelled, off], ignore_index=True)
        return lines[~is_order], replace(traces, cancelled=cancelled)
    happened = simulated.event(one["customer_id"], "new session", str(at), kind)
    return lines, replace(traces, events=pd.concat([traces.events, happened], ignore_index=True))


def test_visits_on_request_equal_a_count_in_pandas_and_tell_never_from_today(history: History) -> None:
    lines, traces = history
    assert traces.events is not None
    ours = traces.events[traces.events["customer_id"] != 7]
    found = features.behaviour(lines, MOMENTS, Traces(events=ours), features.VISITED)
    for at in MOMENTS:
        now = found[found["as_of"] == frames.moment(at)].set_index("customer_id")
        known = ours[ours["customer_id"].notna() & (ours["at"] < frames.moment(at))]
        days = (frames.moment(at) - known.groupby("customer_id")["at"].max()).dt.days
        expected = {"visit_days": days.reindex(now.index).astype("float64")}
        sessions = known.groupby(["customer_id", "session_id"])
        age = frames.moment(at) - sessions["at"].max()
        late = age[age <= pd.Timedelta(days=30)].groupby("customer_id").size()
        recent = known[frames.moment(at) - known["at"] <= pd.Timedelta(days=90)]
        is_order = (recent["kind"] == "order").groupby([recent["customer_id"], recent["session_id"]]).any()
        looks = (~is_order).groupby("customer_id").sum()
        expected |= {"visits_30": late.reindex(now.index), "looks_90": looks.reindex(now.index)}
        for name, values in expected.items():
            filled = values if name == "visit_days" else values.fillna(0.0)
            pd.testing.assert_series_equal(now[name], filled.astype("float64"), check_names=False)
    mine = found.loc[found["customer_id"] == 7, list(features.VISITED)]
    assert mine["visit_days"].isna().all()
    assert (mine[["visits_30", "looks_90"]] == 0).all(axis=None)
    assert found["visit_days"].notna().mean() > 0.5


def test_the_order_of_any_rows_does_not_matter_to_the_last_bit(history: History) -> None:
    lines, traces = history
    assert traces.cancelled is not None
    assert traces.events is not None
    mixed = Traces(
        traces.cancelled.sample(frac=1, random_state=2), traces.events.sample(frac=1, random_state=3)
    )
    pd.testing.assert_frame_equal(
        features.behaviour(lines.sample(frac=1, random_state=1), MOMENTS[::-1], mixed),
        features.behaviour(lines, MOMENTS, traces),
        check_exact=True,
    )


def test_a_cancelled_order_stands_until_it_is_cancelled_and_then_never_was() -> None:
    kept = simulated.line(1, 1, "2025-01-01", 40.0, "Toys")
    off = simulated.line(1, 2, "2025-02-01", 60.0, "Garden").assign(cancelled_at=pd.Timestamp("2025-03-01"))
    off["cancelled_at"] = off["cancelled_at"].astype("datetime64[us]")
    moments = [datetime(2025, 3, 1), datetime(2025, 3, 2)]  # noqa: DTZ001
    then, now = features.behaviour(kept, moments, Traces(off)).to_dict("records")
    assert (then["orders"], then["revenue"], then["category_count"], then["cancelled_share"]) == (
        2,
        100,
        2,
        0,
    )
    assert (now["orders"], now["revenue"], now["category_count"], now["cancelled_share"]) == (1, 40, 1, 0.5)
    assert (now["favourite_share"], now["product_count"], now["recency_days"]) == (1, 1, 60)


def test_shares_of_discount_country_and_season_by_hand() -> None:
    lines = pd.concat(
        [
            simulated.line(1, 1, "2024-11-05", 90.0).assign(discount=10.0, country="GB"),
            simulated.line(1, 2, "2025-01-05", 100.0).assign(discount=0.0, country="DE"),
            simulated.line(2, 3, "2025-01-06", 50.0).assign(discount=0.0, country="GB"),
        ],
        ignore_index=True,
    )
    row = features.behaviour(lines, [datetime(2025, 2, 1)]).iloc[0]  # noqa: DTZ001
    assert row["discount_share"] == 10 / 200
    assert row["home_share"] == row["year_end_share"] == 0.5
    assert row["last_season_sin"] ** 2 + row["last_season_cos"] ** 2 == pytest.approx(1)
    assert row["last_season_cos"] > 0.99


def test_browsing_by_hand() -> None:
    events = pd.concat(
        [
            simulated.event(1, "left", "2025-01-10 10:00", "cart_add"),
            simulated.event(1, "bought", "2025-01-12 10:00", "cart_add"),
            simulated.event(1, "bought", "2025-01-12 10:05", "order"),
            simulated.event(1, "bought", "2025-01-12 10:06", "view"),
            simulated.event(1, "searched", "2025-01-20 10:00", "search"),
            simulated.event(1, "long ago", "2024-09-01 10:00", "view"),
            simulated.event(1, "", "2025-01-25 10:00", "sign_in"),
            simulated.event(2, "nobody who bought", "2025-01-25 10:00"),
        ],
        ignore_index=True,
    )
    lines = simulated.line(1, 1, "2025-01-12 10:05")
    found = features.behaviour(lines, [datetime(2025, 2, 1)], Traces(events=events))  # noqa: DTZ001
    names = ["visits_90", "carts_left_90", "searches_90", "views_90", "last_seen_days"]
    assert found[names].to_numpy().tolist() == [[3, 1, 1, 1, 6]]


def test_where_nothing_is_known_features_are_neutral(shop: pd.DataFrame) -> None:
    found = features.behaviour(shop, [T])
    for name in (
        "discount_share",
        "cancelled_share",
        "returned_share",
        "visits_90",
        "views_90",
        "carts_left_90",
    ):
        assert (found[name] == 0).all(), name
    assert (found["home_share"] == 1).all()
    assert (found["last_seen_days"] == found["recency_days"]).all()
