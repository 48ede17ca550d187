from datetime import UTC, datetime, timedelta
from functools import partial

import time_machine
from flask import Flask

from smartshop.kernel import allowances, sealing
from smartshop.kernel.sealing import Seal
from tests.competing import together

HOUR = timedelta(hours=1)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_what_a_seal_makes_depends_on_key_purpose_and_salt_alone() -> None:
    made = [
        (seal.code(purpose, salt), seal.token(purpose, salt), seal.shared_secret(purpose, salt))
        for seal in (Seal("a"), Seal("b"))
        for purpose in ("one", "other")
        for salt in ("1", "2")
    ]
    assert len({text for texts in made for text in texts}) == 24
    assert made[0] == (Seal("a").code("one", "1"), Seal("a").token("one", "1"), made[0][2])
    assert all(len(code) == 8 and code.isdigit() and len(secret) == 32 for code, _token, secret in made)


def test_a_seal_does_not_show_its_key() -> None:
    assert "hush" not in repr(Seal("hush"))


def test_a_letter_gets_what_its_facts_stand_for() -> None:
    seal = Seal("a")
    facts = {"name": "Ada", **sealing.sealed("code", "reset", "1")}
    assert seal.opened(facts)["code"] == seal.code("reset", "1")
    assert seal.opened(sealing.sealed("token", "move", "2"))["token"] == seal.token("move", "2")
    assert seal.opened({"name": "Ada"}) == {"name": "Ada"}


def test_an_allowance_is_spent_and_comes_back(any_app: Flask) -> None:
    spend = partial(allowances.spend, name="tea", most=2, per=HOUR)
    with time_machine.travel(NOON, tick=False) as clock:
        assert [spend(), spend(), spend()] == [True, True, False]
        assert allowances.spend(name="coffee", most=2, per=HOUR)
        clock.shift(HOUR - timedelta(seconds=1))
        assert not spend()
        clock.shift(timedelta(seconds=1))
        assert [spend(), spend(), spend()] == [True, True, False]
        clock.shift(HOUR * 2)
        assert allowances.forget(older_than=HOUR) == 2


def test_an_allowance_spent_by_many_at_once_is_not_overspent(any_app: Flask) -> None:
    spend = partial(allowances.spend, name="tea", most=3, per=HOUR)
    assert sorted(map(str, together(any_app, [spend] * 10))) == ["False"] * 7 + ["True"] * 3
