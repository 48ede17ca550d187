from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml import splits
from ml.splits import LeakySplit, TimeSplit, Window

DAY = timedelta(days=1)
START = datetime(2024, 1, 1)  # noqa: DTZ001 - frames hold UTC without a zone


@given(
    history=st.integers(1, 1500),
    horizon=st.integers(1, 200),
    count=st.integers(1, 6),
    lead=st.integers(0, 90),
)
def test_a_split_never_lets_training_labels_reach_the_test_window(
    history: int, horizon: int, count: int, lead: int
) -> None:
    as_of = START + history * DAY
    split = splits.last_window(
        known_from=START, as_of=as_of, horizon=horizon * DAY, count=count, lead=lead * DAY
    )
    if split is None:
        assert history < 2 * horizon + lead
        return
    assert split.test.end == as_of
    assert 1 <= len(split.train) <= count
    assert all(window.end <= split.test.cutoff for window in split.train)
    assert all(window.cutoff >= START + lead * DAY for window in split.train)
    assert all(
        earlier.end <= later.cutoff for earlier, later in zip(split.train, split.train[1:], strict=False)
    )


def test_an_overlapping_test_cutoff_is_refused_by_its_dates() -> None:
    train = Window(START, 90 * DAY)
    with pytest.raises(LeakySplit, match="2024-01-01 run to 2024-03-31, past the test cutoff 2024-03-30"):
        TimeSplit((train,), Window(START + 89 * DAY, 90 * DAY))
    assert TimeSplit((train,), Window(START + 90 * DAY, 90 * DAY)).train == (train,)


def test_windows_that_are_not_over_are_dropped() -> None:
    windows = [Window(START + offset * DAY, 30 * DAY) for offset in (0, 30, 60)]
    assert splits.complete(windows, START + 75 * DAY) == tuple(windows[:2])


def test_overlapping_windows_are_a_step_apart_and_end_before_what_they_are_tested_on() -> None:
    found = splits.overlapping(
        known_from=START,
        known_until=START + 200 * DAY,
        horizon=90 * DAY,
        count=6,
        lead=30 * DAY,
        step=30 * DAY,
    )
    assert [(window.cutoff - START).days for window in found] == [50, 80, 110]
    assert TimeSplit(found, Window(START + 200 * DAY, 90 * DAY)).train == found
    with pytest.raises(LeakySplit):
        TimeSplit(found, Window(START + 199 * DAY, 90 * DAY))
