"""A forgotten password: who gets a code, what it opens, and how little guessing it allows."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask, current_app

from smartshop.identity.models import OneTimeCode, Person, SignIn
from smartshop.identity.operations import one_time, resetting, signing_in
from smartshop.identity.operations.one_time import WrongCode
from smartshop.identity.operations.signing_in import WrongCredentials
from smartshop.identity.rules.doors import Door
from smartshop.identity.rules.one_time import MOST_TRIES, PER_DAY, PER_HOUR, Purpose
from smartshop.kernel.audit import AuditRecord
from smartshop.kernel.errors import Busy, Invalid
from smartshop.kernel.extensions import db
from smartshop.kernel.sealing import Seal
from smartshop.kernel.uow import unit_of_work
from smartshop.messaging.operations import outbox
from tests.competing import together
from tests.databases import CHEAP_PASSWORDS
from tests.factories import PASSWORD, make_person
from tests.inbox import code_sent_to, kinds_sent_to
from tests.row_counts import contents, nothing_changes

ADA = "ada@example.com"
NEW = "another horse, another battery"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DOOR = Door("::1", "Browser")
TRIED = {"one_time_codes", "audit_records"}
"""What a wrong code may leave behind: that it was tried."""


def seal() -> Seal:
    return Seal(current_app.config["SECRET_KEY"])


def ask(email: str = ADA) -> str:
    return resetting.ask(email=email, door=DOOR, post=outbox.enqueue)


def complete(code: str, *, email: str = ADA, password: str = NEW) -> None:
    resetting.complete(
        email=email,
        code=code,
        password=password,
        password_cost=CHEAP_PASSWORDS,
        seal=seal(),
        door=DOOR,
        post=outbox.enqueue,
    )


def sign_in(password: str) -> int:
    return signing_in.sign_in(
        email=ADA, password=password, door=DOOR, password_cost=CHEAP_PASSWORDS
    ).person_id


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 10**8:08}"


def test_a_mailed_code_sets_a_new_password_ends_every_sign_in_and_tells_the_owner(any_app: Flask) -> None:
    person_id = make_person(email=ADA)
    sign_in(PASSWORD)
    assert ask(" Ada@Example.com") == ADA
    code = code_sent_to(ADA)
    complete(f" {code[:4]} {code[4:]} ")
    assert db.session.scalars(sa.select(SignIn.ended_at)).one() is not None
    with pytest.raises(WrongCredentials):
        sign_in(PASSWORD)
    assert sign_in(NEW) == person_id
    assert kinds_sent_to(ADA) == ["password_code", "password_changed"]
    actions = db.session.scalars(sa.select(AuditRecord.action).order_by(AuditRecord.id)).all()
    assert [action for action in actions if action.startswith("password")] == [
        "password.code_asked",
        "password.reset",
    ]


def test_a_code_is_kept_nowhere(any_app: Flask) -> None:
    make_person(email=ADA)
    ask()
    code = code_sent_to(ADA)
    assert code not in repr(contents(leaving_out=()))


def test_a_code_works_once(any_app: Flask) -> None:
    make_person(email=ADA)
    ask()
    code = code_sent_to(ADA)
    complete(code)
    with nothing_changes(leaving_out=TRIED), pytest.raises(WrongCode):
        complete(code, password=PASSWORD)


def test_a_new_code_replaces_the_old_one(any_app: Flask) -> None:
    make_person(email=ADA)
    ask()
    old = code_sent_to(ADA)
    ask()
    with nothing_changes(leaving_out=TRIED), pytest.raises(WrongCode):
        complete(old)
    complete(code_sent_to(ADA))


def test_a_code_lives_ten_minutes(any_app: Flask) -> None:
    make_person(email=ADA)
    with time_machine.travel(NOON, tick=False) as clock:
        ask()
        code = code_sent_to(ADA)
        clock.shift(timedelta(minutes=10))
        with nothing_changes(leaving_out=TRIED), pytest.raises(WrongCode):
            complete(code)
        clock.shift(timedelta(seconds=-1))
        complete(code)


def test_after_five_wrong_tries_the_right_code_opens_nothing(any_app: Flask) -> None:
    make_person(email=ADA)
    ask()
    code = code_sent_to(ADA)
    for _ in range(MOST_TRIES):
        with pytest.raises(WrongCode):
            complete(other_than(code))
    with nothing_changes(leaving_out=TRIED), pytest.raises(WrongCode):
        complete(code)


def test_tries_at_the_same_time_are_counted_one_by_one(any_app: Flask) -> None:
    make_person(email=ADA)
    ask()
    guesses = [f"{number:08}" for number in range(12)]
    results = together(any_app, [partial(complete, guess) for guess in guesses])
    assert all(isinstance(result, WrongCode) for result in results)
    assert db.session.scalars(sa.select(OneTimeCode.tries)).one() == MOST_TRIES
    with pytest.raises(WrongCode):
        complete(code_sent_to(ADA))


def test_a_right_code_sent_many_times_at_once_is_used_once(any_app: Flask) -> None:
    make_person(email=ADA)
    ask()
    code = code_sent_to(ADA)
    works = [partial(complete, code, password=f"{NEW} {number}") for number in range(4)]
    results = together(any_app, works)
    refused = [result for result in results if result is not None]
    assert len(refused) == 3
    assert all(isinstance(result, WrongCode | Busy) for result in refused)
    with pytest.raises(WrongCode):
        complete(code)
    assert kinds_sent_to(ADA).count("password_changed") == 1


def test_a_code_that_is_replaced_while_it_is_used_opens_nothing(any_app: Flask) -> None:
    make_person(email=ADA)
    ask()
    right = one_time.attempt(purpose=Purpose.RESET, subject=ADA, code=code_sent_to(ADA), seal=seal())
    ask()
    with pytest.raises(WrongCode), unit_of_work():
        one_time.use(right)


def test_an_account_gets_few_codes_an_hour_and_a_day_whoever_asks(any_app: Flask) -> None:
    make_person(email=ADA)
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(PER_HOUR + 3):
            ask()
        assert len(kinds_sent_to(ADA)) == PER_HOUR
        complete(code_sent_to(ADA))
        clock.shift(timedelta(hours=1))
        together(any_app, [ask] * (PER_HOUR + 3))
        assert kinds_sent_to(ADA).count("password_code") == PER_DAY
        clock.shift(timedelta(hours=1))
        ask()
        assert kinds_sent_to(ADA).count("password_code") == PER_DAY
        clock.shift(timedelta(days=1))
        ask()
        assert kinds_sent_to(ADA).count("password_code") == PER_DAY + 1


def test_an_unknown_address_gets_as_much_work_and_is_told_by_mail_alone(any_app: Flask) -> None:
    make_person(email=ADA)
    before = {name: len(rows) for name, rows in contents().items()}
    written = []
    for email in (ADA, "nobody@example.com"):
        assert ask(email) == email
        after = {name: len(rows) for name, rows in contents().items()}
        written.append({name: after[name] - before[name] for name in after if after[name] != before[name]})
        before = after
    assert written[0] == written[1]
    assert kinds_sent_to("nobody@example.com") == ["no_account"]


def test_a_code_for_an_unknown_address_cannot_be_right(any_app: Flask) -> None:
    ask("nobody@example.com")
    salt = db.session.scalars(sa.select(OneTimeCode.salt)).one()
    db.session.rollback()
    with nothing_changes(leaving_out=TRIED), pytest.raises(WrongCode):
        complete(seal().code("reset", salt), email="nobody@example.com")


def test_a_code_belongs_to_the_account_it_was_sent_for(any_app: Flask) -> None:
    make_person(email=ADA)
    make_person(email="eve@example.com")
    ask("eve@example.com")
    ask()
    with nothing_changes(leaving_out=TRIED), pytest.raises(WrongCode):
        complete(code_sent_to("eve@example.com"))


def test_a_code_dies_with_the_address_it_was_sent_to(any_app: Flask) -> None:
    person_id = make_person(email=ADA)
    ask()
    with unit_of_work():
        db.session.get_one(Person, person_id).email = "moved@example.com"
    with nothing_changes(leaving_out=TRIED), pytest.raises(WrongCode):
        complete(code_sent_to(ADA))


def test_a_closed_account_gets_no_code(any_app: Flask) -> None:
    person_id = make_person(email=ADA)
    with unit_of_work():
        db.session.get_one(Person, person_id).is_active = False
    ask()
    assert kinds_sent_to(ADA) == ["no_account"]


def test_a_weak_new_password_costs_no_try(any_app: Flask) -> None:
    make_person(email=ADA)
    ask()
    with nothing_changes(leaving_out=()), pytest.raises(Invalid) as refusal:
        complete(code_sent_to(ADA), password="short")
    assert set(refusal.value.fields) == {"password"}


@pytest.mark.parametrize("email", ["", "nobody", "a b@example.com"])
def test_what_is_no_address_is_refused(any_app: Flask, email: str) -> None:
    for act in (partial(ask, email), partial(complete, "12345678", email=email)):
        with nothing_changes(leaving_out=()), pytest.raises(Invalid) as refusal:
            act()
        assert set(refusal.value.fields) == {"email"}
