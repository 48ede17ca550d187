"""Hashing few passwords at a time."""

from collections.abc import Iterator
from threading import Event, Thread

import pytest

from smartshop.kernel import passwords
from smartshop.kernel.errors import Busy
from tests.databases import CHEAP_PASSWORDS

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
