import hashlib
import re
from datetime import UTC, date, datetime

import time_machine

from smartshop.kernel import clock, codes, passwords
from tests.databases import CHEAP_PASSWORDS


def test_the_clock_tells_utc_and_stops_when_a_test_stops_it() -> None:
    with time_machine.travel("2026-03-29T00:30:00-02:00", tick=False):
        assert clock.now() == datetime(2026, 3, 29, 2, 30, tzinfo=UTC)
        assert clock.now().tzinfo is UTC
        assert clock.today() == date(2026, 3, 29)


def test_today_is_the_day_in_utc_wherever_the_machine_stands() -> None:
    with time_machine.travel("2026-03-28T23:30:00-01:00", tick=False):
        assert clock.today() == date(2026, 3, 29)


def test_order_numbers_are_readable_and_never_the_same() -> None:
    numbers = {codes.order_number() for _ in range(5000)}
    assert len(numbers) == 5000
    pattern = re.compile(r"[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}")
    assert all(pattern.fullmatch(number) for number in numbers)
    assert not set("01IO") & set("".join(numbers))
    assert set(codes.READABLE) == set("".join(numbers)) - {"-"}
    assert len(codes.READABLE) == 32


def test_tokens_have_256_random_bits_and_are_stored_as_their_fingerprint() -> None:
    tokens = {codes.token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert all(re.fullmatch(r"[\w-]{43}", token) for token in tokens)
    assert codes.fingerprint("a token") == hashlib.sha256(b"a token").hexdigest()


def test_a_password_matches_its_own_hash_and_no_other() -> None:
    hashed = passwords.hashed("correct horse", CHEAP_PASSWORDS)
    assert hashed.startswith(f"scrypt:{CHEAP_PASSWORDS}:8:1$")
    assert "correct horse" not in hashed
    assert passwords.hashed("correct horse", CHEAP_PASSWORDS) != hashed
    assert passwords.matches(hashed, "correct horse", CHEAP_PASSWORDS)
    assert not passwords.matches(hashed, "Correct horse", CHEAP_PASSWORDS)
    assert not passwords.matches(None, "correct horse", CHEAP_PASSWORDS)
    assert not passwords.matches("", "", CHEAP_PASSWORDS)
