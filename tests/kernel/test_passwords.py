"""Hashing few passwords at a time."""

import time
from collections.abc import Iterator
from threading import Event, Thread

import pytest
from flask import Flask

from smartshop.identity.operations import signing_in
from smartshop.identity.rules.doors import Door
from smartshop.kernel import passwords
from smartshop.kernel.errors import Busy
from tests.databases import CHEAP_PASSWORDS
from tests.row_counts import nothing_changes

PATIENCE = 20


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[Event]:
    """Until it is set, no password is done being checked."""
    let_go = Event()

    def check(_hash: str, _password: str) -> bool:
        return let_go.wait(PATIENCE)

    monkeypatch.setattr(passwords, "check_password_hash", check)
    yield let_go
    let_go.set()


def test_who_comes_to_a_full_line_is_asked_to_come_back(held: Event) -> None:
    found: list[bool] = []
    waiting = [
        Thread(target=lambda: found.append(passwords.matches("a hash", "x", CHEAP_PASSWORDS)))
        for _ in range(1 + passwords.MOST_WAITING)
    ]
    for thread in waiting:
        thread.start()
    until_full = Event()
    while passwords._room._value and not until_full.wait(0.01):
        pass
    for ask in (
        lambda: passwords.matches("a hash", "x", CHEAP_PASSWORDS),
        lambda: passwords.hashed("x", CHEAP_PASSWORDS),
    ):
        with pytest.raises(Busy) as refusal:
            ask()
        assert refusal.value.facts == {"retry_after": passwords.RETRY_AFTER}
    held.set()
    for thread in waiting:
        thread.join(PATIENCE)
    assert found == [True] * len(waiting)
    assert passwords.matches(passwords.hashed("x", CHEAP_PASSWORDS), "x", CHEAP_PASSWORDS)


def test_a_check_that_fails_gives_its_place_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(_hash: str, _password: str) -> bool:
        raise MemoryError

    monkeypatch.setattr(passwords, "check_password_hash", crash)
    for _ in range(5):
        with pytest.raises(MemoryError):
            passwords.matches("a hash", "x", CHEAP_PASSWORDS)


def test_who_would_find_the_line_full_is_refused_before_a_try_is_counted(app: Flask, held: Event) -> None:
    waiting = [
        Thread(target=lambda: passwords.matches("a hash", "x", CHEAP_PASSWORDS))
        for _ in range(1 + passwords.MOST_WAITING)
    ]
    for thread in waiting:
        thread.start()
    until_full = Event()
    while passwords._room._value and not until_full.wait(0.01):
        pass
    with nothing_changes(), pytest.raises(Busy):
        signing_in.sign_in(email="ada@example.com", password="x", door=Door(), password_cost=CHEAP_PASSWORDS)
    held.set()
    for thread in waiting:
        thread.join(PATIENCE)
    passwords.require_room()


def test_hashing_leaves_two_thirds_of_the_time_to_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    took = 0.05

    def check(_hash: str, _password: str) -> bool:
        time.sleep(took)
        return True

    monkeypatch.setattr(passwords, "check_password_hash", check)
    passwords.matches("a hash", "x", CHEAP_PASSWORDS)
    begun = time.monotonic()
    for _ in range(3):
        passwords.matches("a hash", "x", CHEAP_PASSWORDS)
    assert time.monotonic() - begun >= 3 * took * (1 + passwords.RESTS) * 0.95
