"""How long sign-ins last, what ends them, and how a browser is known again."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from smartshop.identity.models import Person
from smartshop.identity.operations import accounts, resetting, sign_ins, signing_in, tidying
from smartshop.identity.queries import sign_ins as queries
from smartshop.identity.rules.doors import Door, browser_name
from smartshop.identity.rules.roles import Role
from smartshop.kernel.audit import SYSTEM
from smartshop.kernel.errors import NotFound
from smartshop.kernel.extensions import db
from smartshop.messaging.operations import outbox
from tests.databases import CHEAP_PASSWORDS
from tests.factories import PASSWORD, make_person
from tests.inbox import kinds_sent_to, newest_letter_to
from tests.row_counts import nothing_changes, row_counts

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ADA = "ada@example.com"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:146.0) Gecko/20100101 Firefox/146.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36 Edg/143.0.0.0"


@pytest.mark.parametrize(
    ("role", "is_lasting", "idle", "longest"),
    [
        (Role.CUSTOMER, False, timedelta(hours=12), timedelta(days=1)),
        (Role.CUSTOMER, True, timedelta(days=30), timedelta(days=30)),
        (Role.SUPPORT, False, timedelta(hours=1), timedelta(hours=12)),
        (Role.ADMIN, True, timedelta(hours=1), timedelta(hours=12)),
    ],
)
def test_a_sign_in_ends_when_it_is_idle_and_when_it_is_old(
    any_app: Flask, *, role: Role, is_lasting: bool, idle: timedelta, longest: timedelta
) -> None:
    person_id = make_person(role=role)
    with time_machine.travel(NOON, tick=False) as clock:
        unused, used = (
            sign_ins.open_sign_in(person_id=person_id, door=Door(), is_lasting=is_lasting) for _ in range(2)
        )
        clock.move_to(NOON + idle - timedelta(seconds=1))
        assert queries.by_token(unused) is not None
        clock.move_to(NOON + idle)
        assert queries.by_token(unused) is None
        moment = NOON
        while moment + idle / 2 < NOON + longest:
            moment += idle / 2
            clock.move_to(moment)
            assert queries.by_token(used) is not None
            sign_ins.touch(token=used, is_staff=role is not Role.CUSTOMER)
        clock.move_to(NOON + longest - timedelta(seconds=1))
        assert queries.by_token(used) is not None
        clock.move_to(NOON + longest)
        assert queries.by_token(used) is None


def test_what_has_ended_is_not_brought_back(any_app: Flask) -> None:
    person_id = make_person()
    with time_machine.travel(NOON, tick=False) as clock:
        token = sign_ins.open_sign_in(person_id=person_id, door=Door())
        clock.shift(timedelta(days=2))
        with nothing_changes(leaving_out=()):
            sign_ins.touch(token=token, is_staff=False)
            sign_ins.renew(token=token)


def test_a_renewed_sign_in_has_another_token(any_app: Flask) -> None:
    token = sign_ins.open_sign_in(person_id=make_person(), door=Door())
    fresh = sign_ins.renew(token=token)
    assert queries.by_token(token) is None
    assert queries.by_token(fresh) is not None


def test_a_new_role_takes_a_new_sign_in(any_app: Flask) -> None:
    person_id = make_person()
    token = sign_ins.open_sign_in(person_id=person_id, door=Door())
    accounts.grant_role(person_id=person_id, role=Role.SUPPORT, actor=SYSTEM)
    assert queries.by_token(token) is None


def test_a_person_ends_one_of_their_sign_ins_or_all_others(any_app: Flask) -> None:
    ada, eve = make_person(), make_person()
    here, there, away = (sign_ins.open_sign_in(person_id=ada, door=Door()) for _ in range(3))
    listed = queries.open_of(ada, token=here)
    assert [row.is_this for row in listed] == [False, False, True]
    with nothing_changes(leaving_out=()), pytest.raises(NotFound):
        sign_ins.end_one(person_id=eve, sign_in_id=listed[0].id, actor=SYSTEM)
    sign_ins.end_one(person_id=ada, sign_in_id=listed[0].id, actor=SYSTEM)
    assert [queries.by_token(token) is None for token in (here, there, away)] == [False, False, True]
    sign_ins.end_others(person_id=ada, token=here, actor=SYSTEM)
    assert [queries.by_token(token) is None for token in (here, there, away)] == [False, True, True]


def test_a_new_device_is_told_to_the_owner_once_and_the_first_is_not(any_app: Flask) -> None:
    person_id = make_person(email=ADA)
    for device in ("first", "first", "second", "second"):
        door = Door("203.0.113.7", WINDOWS, device)
        sign_ins.recognise(person_id=person_id, door=door, post=outbox.enqueue)
    assert kinds_sent_to(ADA) == ["new_device"]
    assert "Firefox on Windows, from 203.0.113.7" in newest_letter_to(ADA).text


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (WINDOWS, "Firefox on Windows"),
        (IPHONE, "Safari on iPhone"),
        (EDGE, "Edge on Windows"),
        ("curl/8", ""),
        ("", ""),
    ],
)
def test_a_browser_is_called_what_people_call_it(user_agent: str, name: str) -> None:
    assert browser_name(user_agent) == name


def test_a_password_kept_at_a_lower_cost_is_kept_anew_at_sign_in(any_app: Flask) -> None:
    make_person(email=ADA)

    def sign_in(password: str, cost: int) -> None:
        signing_in.sign_in(email=ADA, password=password, door=Door(), password_cost=cost)

    def kept() -> str:
        db.session.rollback()
        return db.session.scalars(sa.select(Person.password_hash)).one() or ""

    first = kept()
    with pytest.raises(signing_in.WrongCredentials):
        sign_in("wrong", CHEAP_PASSWORDS * 2)
    sign_in(PASSWORD, CHEAP_PASSWORDS)
    assert kept() == first
    sign_in(PASSWORD, CHEAP_PASSWORDS * 2)
    assert kept().startswith(f"scrypt:{CHEAP_PASSWORDS * 2}:8:1$")
    sign_in(PASSWORD, CHEAP_PASSWORDS * 2)


def test_what_signing_in_leaves_behind_is_forgotten(any_app: Flask) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        person_id = make_person(email=ADA)
        sign_ins.open_sign_in(person_id=person_id, door=Door())
        resetting.ask(email=ADA, door=Door(), post=outbox.enqueue)
        with nothing_changes(leaving_out=()):
            assert tidying.forget_old() == 0
        clock.shift(timedelta(days=2, minutes=11))
        counts = row_counts()
        assert tidying.forget_old() == counts["one_time_codes"] + counts["allowances"] == 3
        clock.shift(timedelta(days=90))
        assert tidying.forget_old() == 1
        assert row_counts()["sign_ins"] == 0
