"""Changing one's own password and address: with the present password, and with a way back."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from smartshop.identity.models import Person
from smartshop.identity.operations import changing, sign_ins, signing_in
from smartshop.identity.operations.changing import Change
from smartshop.identity.operations.one_time import WrongCode
from smartshop.identity.operations.signing_in import WrongCredentials
from smartshop.identity.operations.two_factor import Proof
from smartshop.identity.queries import sign_ins as queries
from smartshop.identity.rules.doors import Door
from smartshop.kernel.audit import SYSTEM
from smartshop.kernel.errors import Invalid, NotFound
from smartshop.kernel.extensions import db
from smartshop.messaging.operations import outbox
from tests.authenticator import seal, set_up
from tests.databases import CHEAP_PASSWORDS
from tests.factories import PASSWORD, make_person
from tests.inbox import code_sent_to, kinds_sent_to, newest_letter_to
from tests.row_counts import contents, nothing_changes

ADA, NEW = "ada@example.com", "ada@new.example"
OTHER = "another horse, another battery"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
TRIED = {"one_time_codes", "audit_records", "allowances"}


def change(person_id: int, *, token: str = "", password: str = PASSWORD, code: str = "") -> Change:
    return Change(
        person_id=person_id,
        proof=Proof(password, code),
        token=token,
        seal=seal(),
        password_cost=CHEAP_PASSWORDS,
        actor=SYSTEM,
        post=outbox.enqueue,
    )


def confirm(person_id: int, code: str, token: str = "") -> str:
    return changing.confirm_email(
        person_id=person_id, code=code, token=token, seal=seal(), actor=SYSTEM, post=outbox.enqueue
    )


def signs_in(email: str, password: str = PASSWORD) -> bool:
    try:
        signing_in.sign_in(email=email, password=password, door=Door(), password_cost=CHEAP_PASSWORDS)
    except WrongCredentials:
        return False
    return True


def undo_link(address: str = ADA) -> tuple[str, str]:
    found = re.search(r"/account/email-change/(\S+)/(\S+)", newest_letter_to(address).text)
    assert found is not None
    return found[1], found[2]


def undo(link: str, token: str) -> None:
    changing.undo_email(link=link, token=token, seal=seal(), address="::1")


def addresses() -> list[str | None]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Person.email).order_by(Person.id)))


def test_a_new_password_ends_every_other_sign_in_and_renews_this_one(any_app: Flask) -> None:
    person_id = make_person(email=ADA)
    here, there = (sign_ins.open_sign_in(person_id=person_id, door=Door()) for _ in range(2))
    fresh = changing.change_password(change=change(person_id, token=here), password=OTHER)
    assert [queries.by_token(token) is None for token in (fresh, here, there)] == [False, True, True]
    assert (signs_in(ADA), signs_in(ADA, OTHER)) == (False, True)
    assert kinds_sent_to(ADA) == ["password_changed"]


@pytest.mark.parametrize(
    ("present", "password", "field"),
    [("wrong", OTHER, "present_password"), ("", OTHER, "present_password"), (PASSWORD, "short", "password")],
)
def test_a_password_is_changed_only_with_the_present_one_to_a_good_one(
    any_app: Flask, present: str, password: str, field: str
) -> None:
    person_id = make_person(email=ADA)
    with nothing_changes(leaving_out=()), pytest.raises(Invalid) as refusal:
        changing.change_password(change=change(person_id, password=present), password=password)
    assert set(refusal.value.fields) == {field}


def test_where_two_factors_are_on_a_change_takes_both(any_app: Flask) -> None:
    person_id = make_person(email=ADA)
    phone, _ = set_up(person_id)
    with nothing_changes(leaving_out={"allowances"}), pytest.raises(Invalid) as refusal:
        changing.change_password(change=change(person_id, code="000000"), password=OTHER)
    assert set(refusal.value.fields) == {"code"}
    with nothing_changes(leaving_out={"allowances"}), pytest.raises(Invalid) as refusal:
        changing.ask_for_email(change=change(person_id, code="000000"), email=NEW)
    assert set(refusal.value.fields) == {"code"}
    changing.change_password(change=change(person_id, code=phone.code()), password=OTHER)


def test_a_new_address_counts_once_its_code_is_entered(any_app: Flask) -> None:
    person_id = make_person(email=ADA)
    here, there = (sign_ins.open_sign_in(person_id=person_id, door=Door()) for _ in range(2))
    assert changing.ask_for_email(change=change(person_id), email=" Ada@New.example") == NEW
    assert addresses() == [ADA]
    fresh = confirm(person_id, code_sent_to(NEW), here)
    assert addresses() == [NEW]
    assert [queries.by_token(token) is None for token in (fresh, here, there)] == [False, True, True]
    assert (kinds_sent_to(ADA), kinds_sent_to(NEW)) == (["email_asked"], ["email_code", "email_changed"])
    assert (signs_in(ADA), signs_in(NEW)) == (False, True)


def test_neither_code_nor_link_is_kept(any_app: Flask) -> None:
    changing.ask_for_email(change=change(make_person(email=ADA)), email=NEW)
    kept = repr(contents(leaving_out=()))
    assert code_sent_to(NEW) not in kept
    assert undo_link()[1] not in kept


@pytest.mark.parametrize("email", ["", "nobody", ADA, "ADA@example.com"])
def test_what_is_no_other_address_is_refused(any_app: Flask, email: str) -> None:
    person_id = make_person(email=ADA)
    with nothing_changes(leaving_out=()), pytest.raises(Invalid) as refusal:
        changing.ask_for_email(change=change(person_id), email=email)
    assert set(refusal.value.fields) == {"email"}


def test_an_address_is_changed_only_with_the_password(any_app: Flask) -> None:
    person_id = make_person(email=ADA)
    with nothing_changes(leaving_out=()), pytest.raises(Invalid):
        changing.ask_for_email(change=change(person_id, password="wrong"), email=NEW)


def test_an_address_with_an_account_is_not_given_away_and_not_taken(any_app: Flask) -> None:
    person_id = make_person(email=ADA)
    make_person(email=NEW)
    assert changing.ask_for_email(change=change(person_id), email=NEW) == NEW
    assert (kinds_sent_to(ADA), kinds_sent_to(NEW)) == (["email_asked"], ["account_exists"])
    assert addresses() == [ADA, NEW]


def test_an_address_that_was_taken_meanwhile_stays_with_who_has_it(any_app: Flask) -> None:
    person_id = make_person(email=ADA)
    changing.ask_for_email(change=change(person_id), email=NEW)
    code = code_sent_to(NEW)
    make_person(email=NEW)
    with nothing_changes(leaving_out=TRIED), pytest.raises(WrongCode):
        confirm(person_id, code)


def test_a_code_changes_the_address_of_its_owner_alone(any_app: Flask) -> None:
    person_id, eve = make_person(email=ADA), make_person(email="eve@example.com")
    changing.ask_for_email(change=change(person_id), email=NEW)
    with nothing_changes(leaving_out=TRIED), pytest.raises(WrongCode):
        confirm(eve, code_sent_to(NEW))


@pytest.mark.parametrize("is_confirmed", [False, True])
def test_the_former_address_takes_the_change_back_for_seven_days(
    any_app: Flask, *, is_confirmed: bool
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        person_id = make_person(email=ADA)
        token = sign_ins.open_sign_in(person_id=person_id, door=Door(), is_lasting=True)
        changing.ask_for_email(change=change(person_id), email=NEW)
        code, link = code_sent_to(NEW), undo_link()
        if is_confirmed:
            token = confirm(person_id, code, token)
        clock.shift(timedelta(days=7))
        with nothing_changes(leaving_out=()), pytest.raises(NotFound):
            undo(*link)
        clock.shift(timedelta(seconds=-1))
        undo(*link)
        assert addresses() == [ADA]
        assert queries.by_token(token) is None
        assert not signs_in(ADA)
        with pytest.raises(WrongCode):
            confirm(person_id, code)
        with pytest.raises(NotFound):
            undo(*link)


def test_who_took_an_account_over_cannot_undo_the_undoing(any_app: Flask) -> None:
    person_id = make_person(email=ADA)
    changing.ask_for_email(change=change(person_id), email=NEW)
    owners = undo_link()
    confirm(person_id, code_sent_to(NEW))
    changing.ask_for_email(change=change(person_id), email="eve@example.com")
    thiefs = undo_link(NEW)
    confirm(person_id, code_sent_to("eve@example.com"))
    undo(*owners)
    assert addresses() == [ADA]
    with nothing_changes(leaving_out=()), pytest.raises(NotFound):
        undo(*thiefs)


def test_a_guessed_link_takes_nothing_back(any_app: Flask) -> None:
    changing.ask_for_email(change=change(make_person(email=ADA)), email=NEW)
    link, token = undo_link()
    for guess in ((link, token[:-1]), (link, ""), ("0" * 32, token)):
        assert not changing.is_undoable(link=guess[0], token=guess[1], seal=seal())
        with nothing_changes(leaving_out=()), pytest.raises(NotFound):
            undo(*guess)
