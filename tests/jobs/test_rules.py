from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartshop.jobs import rules
from smartshop.jobs.rules import Daily, Every, Rhythm

MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
RHYTHMS: st.SearchStrategy[Rhythm] = st.one_of(
    st.builds(Every, st.integers(1, 86_400)), st.builds(Daily, st.integers(0, 23), st.integers(0, 59))
)


@given(RHYTHMS, MOMENTS)
def test_every_moment_lies_between_the_last_due_one_and_the_next(rhythm: Rhythm, now: datetime) -> None:
    last, after = rhythm.last_due(now), rhythm.next_due(now)
    assert last <= now < after
    assert rhythm.last_due(after) == after
    assert rhythm.last_due(after - timedelta(microseconds=1)) == last


@given(RHYTHMS, MOMENTS, st.integers(0, 999_999))
def test_processes_that_wake_up_within_a_second_agree_on_what_was_due(
    rhythm: Rhythm, now: datetime, late: int
) -> None:
    due = rhythm.next_due(now)
    assert rhythm.last_due(due + timedelta(microseconds=late)) == due


@pytest.mark.parametrize(
    ("rhythm", "words"),
    [
        (Every(1), "every second"),
        (Every(20), "every 20 seconds"),
        (Every(60), "every minute"),
        (Every(600), "every 10 minutes"),
        (Daily(3), "daily at 03:00 UTC"),
    ],
)
def test_a_rhythm_says_itself_in_words(rhythm: Rhythm, words: str) -> None:
    assert str(rhythm) == words


def test_a_run_is_overdue_only_after_its_deadline() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    hour = timedelta(hours=1)
    assert not rules.is_overdue(now - hour, now, hour)
    assert rules.is_overdue(now - hour - timedelta(seconds=1), now, hour)
