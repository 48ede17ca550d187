"""Tries that are followed by growing pauses."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask

from smartshop.kernel import delays
from smartshop.kernel.networks import network
from tests.faults.wire import at_once

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def _waits(tries: int) -> list[int]:
    """The pause after each of so many tries, made as soon as may be."""
    waits: list[int] = []
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(tries):
            assert delays.take(name="a") == 0
            seconds = delays.take(name="a") if len(waits) >= delays.FREE - 1 else 0
            waits.append(seconds)
            clock.shift(timedelta(seconds=seconds))
    return waits


def test_pauses_begin_after_five_tries_and_grow_to_a_quarter_of_an_hour(any_app: Flask) -> None:
    assert _waits(13) == [0, 0, 0, 0, 15, 30, 60, 120, 240, 480, 900, 900, 900]


def test_a_try_that_comes_too_soon_costs_nothing(any_app: Flask) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(5):
            delays.take(name="a")
        assert [delays.take(name="a") for _ in range(20)] == [15] * 20
        clock.shift(timedelta(seconds=15))
        assert delays.take(name="a") == 0


def test_a_day_holds_105_tries_at_most(any_app: Flask) -> None:
    """Five free ones, six pauses that grow, and then one each quarter of an hour."""
    growing = sum(delays.PAUSES[:-1], timedelta())
    in_a_day = delays.FREE + len(delays.PAUSES) - 1 + (timedelta(days=1) - growing) // delays.PAUSES[-1]
    assert in_a_day == 105


def test_success_and_a_day_of_rest_begin_anew(any_app: Flask) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(5):
            delays.take(name="a")
        assert delays.take(name="a") > 0
        assert delays.take(name="b") == 0
        delays.forget(name="a")
        assert [delays.take(name="a") for _ in range(6)] == [0, 0, 0, 0, 0, 15]
        clock.shift(timedelta(days=1))
        assert [delays.take(name="a") for _ in range(6)] == [0, 0, 0, 0, 0, 15]
        clock.shift(timedelta(days=3))
        assert delays.forget_old(older_than=timedelta(days=2)) == 2


def test_tries_at_the_same_moment_do_not_share_one(any_app: Flask) -> None:
    def try_it() -> int:
        with any_app.app_context():
            return delays.take(name="a")

    assert sum(seconds == 0 for seconds in at_once([try_it] * 8)) == delays.FREE


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("not an address", "unknown"),
        ("", "unknown"),
    ],
)
def test_an_ipv6_connection_counts_once_however_many_addresses_it_has(address: str, counted_as: str) -> None:
    assert network(address) == counted_as
