"""The second factor: it counts once it is confirmed, each code works once, and guessing leads nowhere."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from smartshop.identity.models import Person, RecoveryCode, SignIn, TwoFactor
from smartshop.identity.operations import sign_ins, signing_in, two_factor
from smartshop.identity.operations.signing_in import Entry, TooLate, WrongSecondFactor
from smartshop.identity.operations.two_factor import Proof, TooManyTries
from smartshop.identity.queries import second_factors
from smartshop.identity.queries import sign_ins as queries
from smartshop.identity.rules.doors import Door
from smartshop.identity.rules.two_factor import PER_DAY, PER_HOUR, RECOVERY_CODES
from smartshop.kernel.audit import SYSTEM
from smartshop.kernel.errors import Conflict, Invalid
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.messaging.operations import outbox
from tests.authenticator import Phone, seal, set_up
from tests.competing import together
from tests.databases import CHEAP_PASSWORDS
from tests.factories import PASSWORD, make_person
from tests.inbox import kinds_sent_to
from tests.row_counts import contents, nothing_changes

ADA = "ada@example.com"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DOOR = Door("::1", "Browser")
TRIED = {"allowances", "audit_records", "pending_sign_ins"}
"""What a wrong code may leave behind: that it was tried."""


@pytest.fixture
def now(any_app: Flask) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def sign_in(*, is_lasting: bool = False) -> Entry:
    return signing_in.sign_in(
        email=ADA, password=PASSWORD, door=DOOR, password_cost=CHEAP_PASSWORDS, is_lasting=is_lasting
    )


def finish(entry: Entry, code: str) -> Entry:
    return signing_in.finish(token=entry.token, code=code, seal=seal(), door=DOOR)


def wrong(phone: Phone) -> str:
    near = {phone.code(steps) for steps in (-1, 0, 1)}
    return next(code for code in (f"{number:06}" for number in range(9)) if code not in near)


def confirm(person_id: int, proof: Proof, token: str = "") -> tuple[str, list[str]]:
    return two_factor.confirm(
        person_id=person_id,
        proof=proof,
        seal=seal(),
        password_cost=CHEAP_PASSWORDS,
        token=token,
        actor=SYSTEM,
        post=outbox.enqueue,
    )


def test_it_counts_once_a_code_confirms_it_and_no_other_sign_in_stays(now: time_machine.Traveller) -> None:
    person_id = make_person(email=ADA)
    here, there = (sign_ins.open_sign_in(person_id=person_id, door=DOOR) for _ in range(2))
    two_factor.begin(person_id=person_id)
    assert not sign_in().needs_code
    secret = second_factors.secret_to_confirm(person_id, seal())
    assert secret is not None
    phone = Phone(secret)
    with nothing_changes(leaving_out={"allowances"}):
        for proof, field in (
            (Proof(PASSWORD, wrong(phone)), "code"),
            (Proof("no", phone.code()), "present_password"),
        ):
            with pytest.raises(Invalid) as refusal:
                confirm(person_id, proof)
            assert set(refusal.value.fields) == {field}
    fresh, codes = confirm(person_id, Proof(PASSWORD, phone.code()), here)
    assert len(set(codes)) == RECOVERY_CODES
    assert (queries.by_token(here), queries.by_token(there)) == (None, None)
    person = queries.by_token(fresh)
    assert person is not None
    assert person.has_two_factor
    assert sign_in().needs_code
    assert second_factors.secret_to_confirm(person_id, seal()) is None
    assert kinds_sent_to(ADA) == ["two_factor_on"]


def test_it_is_set_up_once(now: time_machine.Traveller) -> None:
    person_id = make_person(email=ADA)
    two_factor.begin(person_id=person_id)
    first = second_factors.secret_to_confirm(person_id, seal())
    two_factor.begin(person_id=person_id)
    assert second_factors.secret_to_confirm(person_id, seal()) == first
    phone, _ = set_up(person_id)
    for act in (
        partial(two_factor.begin, person_id=person_id),
        partial(confirm, person_id, Proof(PASSWORD, phone.code())),
    ):
        with pytest.raises(Conflict):
            act()


def test_neither_the_secret_nor_a_recovery_code_is_kept(now: time_machine.Traveller) -> None:
    phone, codes = set_up(make_person(email=ADA))
    kept = repr(contents(leaving_out=()))
    assert phone.secret not in kept
    assert not any(code in kept or code.replace("-", "") in kept for code in codes)


def test_a_password_and_a_code_open_a_sign_in_and_half_of_it_opens_nothing(
    now: time_machine.Traveller,
) -> None:
    person_id = make_person(email=ADA)
    phone, _ = set_up(person_id)
    half = sign_in(is_lasting=True)
    assert (half.needs_code, queries.by_token(half.token)) == (True, None)
    whole = finish(half, phone.code())
    assert (whole.person_id, whole.needs_code, whole.is_lasting) == (person_id, False, True)
    assert queries.by_token(whole.token) is not None
    with pytest.raises(TooLate):
        finish(half, phone.code(1))


@pytest.mark.parametrize(("steps", "is_right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_one_step_off(now: time_machine.Traveller, *, steps: int, is_right: bool) -> None:
    phone, _ = set_up(make_person(email=ADA))
    half = sign_in()
    if is_right:
        assert not finish(half, phone.code(steps)).needs_code
    else:
        with pytest.raises(WrongSecondFactor):
            finish(half, phone.code(steps))


def test_a_code_works_once_and_none_before_it_after(now: time_machine.Traveller) -> None:
    phone, _ = set_up(make_person(email=ADA))
    code = phone.code()
    finish(sign_in(), code)
    for again in (code, phone.code(-1)):
        half = sign_in()
        with nothing_changes(leaving_out=TRIED), pytest.raises(WrongSecondFactor):
            finish(half, again)
    finish(sign_in(), phone.code(1))


def test_the_code_that_turned_it_on_opens_nothing(now: time_machine.Traveller) -> None:
    person_id = make_person(email=ADA)
    two_factor.begin(person_id=person_id)
    phone = Phone(second_factors.secret_to_confirm(person_id, seal()) or "")
    confirm(person_id, Proof(PASSWORD, phone.code()))
    with pytest.raises(WrongSecondFactor):
        finish(sign_in(), phone.code())


def test_a_code_sent_many_times_at_once_opens_one_sign_in(any_app: Flask) -> None:
    phone, _ = set_up(make_person(email=ADA))
    halves, code = [sign_in() for _ in range(4)], phone.code()
    results = together(any_app, [partial(finish, half, code) for half in halves])
    assert sorted(type(result).__name__ for result in results) == ["Entry"] + ["WrongSecondFactor"] * 3


def test_a_recovery_code_works_once_however_often_it_is_sent(any_app: Flask) -> None:
    _, codes = set_up(make_person(email=ADA))
    halves = [sign_in() for _ in range(4)]
    typed = codes[0].lower().replace("-", " ")
    results = together(any_app, [partial(finish, half, typed) for half in halves])
    assert sorted(type(result).__name__ for result in results) == ["Entry"] + ["WrongSecondFactor"] * 3
    used = db.session.scalars(sa.select(RecoveryCode.used_at)).all()
    assert sum(moment is not None for moment in used) == 1


def test_half_a_sign_in_has_five_tries_also_at_the_same_time(any_app: Flask) -> None:
    phone, _ = set_up(make_person(email=ADA))
    half = sign_in()
    results = together(any_app, [partial(finish, half, wrong(phone))] * 8)
    assert sorted(type(result).__name__ for result in results) == ["TooLate"] * 3 + ["WrongSecondFactor"] * 5
    with pytest.raises(TooLate):
        finish(half, phone.code())


def test_half_a_sign_in_waits_five_minutes(now: time_machine.Traveller) -> None:
    phone, _ = set_up(make_person(email=ADA))
    half = sign_in()
    now.shift(timedelta(minutes=5))
    with nothing_changes(leaving_out=()), pytest.raises(TooLate):
        finish(half, phone.code())


def test_an_account_has_few_tries_an_hour_and_a_day_however_often_the_password_is_given(
    now: time_machine.Traveller,
) -> None:
    phone, _ = set_up(make_person(email=ADA))
    now.shift(timedelta(days=1))
    right = 0
    for hour in range(4):
        tries = 0
        with pytest.raises(TooManyTries):
            while True:
                with pytest.raises(WrongSecondFactor):
                    finish(sign_in(), wrong(phone))
                tries += 1
        right += tries
        assert tries == (PER_HOUR if hour < PER_DAY // PER_HOUR else 0)
        now.shift(timedelta(hours=1))
    assert right == PER_DAY


def test_a_closed_account_is_not_opened_by_a_code(now: time_machine.Traveller) -> None:
    person_id = make_person(email=ADA)
    phone, _ = set_up(person_id)
    half = sign_in()
    with unit_of_work():
        db.session.get_one(Person, person_id).is_active = False
    with pytest.raises(TooLate):
        finish(half, phone.code())


@pytest.mark.parametrize("missing", ["password", "code"])
@pytest.mark.parametrize("act", ["off", "renew"])
def test_changing_it_takes_the_password_and_a_code(
    now: time_machine.Traveller, act: str, missing: str
) -> None:
    person_id = make_person(email=ADA)
    phone, _ = set_up(person_id)
    proof = Proof("no" if missing == "password" else PASSWORD, "" if missing == "code" else phone.code())
    given = {"person_id": person_id, "proof": proof, "seal": seal(), "password_cost": CHEAP_PASSWORDS}
    with nothing_changes(leaving_out={"allowances"}), pytest.raises(Invalid):
        if act == "off":
            two_factor.turn_off(**given, token="", actor=SYSTEM, post=outbox.enqueue)  # type: ignore[arg-type]
        else:
            two_factor.new_recovery_codes(**given, actor=SYSTEM)  # type: ignore[arg-type]


def test_new_recovery_codes_take_the_place_of_the_old(now: time_machine.Traveller) -> None:
    person_id = make_person(email=ADA)
    phone, old = set_up(person_id)
    new = two_factor.new_recovery_codes(
        person_id=person_id,
        proof=Proof(PASSWORD, phone.code()),
        seal=seal(),
        password_cost=CHEAP_PASSWORDS,
        actor=SYSTEM,
    )
    with pytest.raises(WrongSecondFactor):
        finish(sign_in(), old[0])
    finish(sign_in(), new[0])
    assert second_factors.of(person_id).recovery_left == RECOVERY_CODES - 1


def test_turned_off_the_password_alone_opens_the_account(now: time_machine.Traveller) -> None:
    person_id = make_person(email=ADA)
    phone, _ = set_up(person_id)
    here, there = (sign_ins.open_sign_in(person_id=person_id, door=DOOR) for _ in range(2))
    two_factor.turn_off(
        person_id=person_id,
        proof=Proof(PASSWORD, phone.code()),
        seal=seal(),
        password_cost=CHEAP_PASSWORDS,
        token=here,
        actor=SYSTEM,
        post=outbox.enqueue,
    )
    assert not sign_in().needs_code
    assert (queries.by_token(here) is None, queries.by_token(there) is None) == (False, True)
    assert kinds_sent_to(ADA) == ["two_factor_on", "two_factor_off"]


def test_staff_can_take_it_off_a_lost_phone_from_the_command_line(app: Flask) -> None:
    person_id = make_person(email=ADA)
    set_up(person_id)
    sign_in_before = sign_ins.open_sign_in(person_id=person_id, door=DOOR)
    run = app.test_cli_runner().invoke
    assert run(args=["people", "reset-two-factor", "Ada@example.com"]).exit_code == 0
    db.session.rollback()
    assert queries.by_token(sign_in_before) is None
    assert db.session.scalars(sa.select(TwoFactor)).all() == []
    assert not sign_in().needs_code
    for email, said in ((ADA, "not on"), ("nobody@example.com", "no account")):
        result = run(args=["people", "reset-two-factor", email])
        assert (result.exit_code, said in result.output) == (1, True)
    assert all(row.ended_at is None for row in db.session.scalars(sa.select(SignIn)) if row.id > 1)
