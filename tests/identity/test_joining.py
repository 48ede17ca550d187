"""Opening an account: the address is proven first, and by whoever asked."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from smartshop.identity.models import Person
from smartshop.identity.operations import joining, signing_in
from smartshop.identity.operations.joining import Wanted
from smartshop.identity.operations.one_time import WrongCode
from smartshop.identity.operations.signing_in import Entry, WrongCredentials
from smartshop.identity.queries import addresses
from smartshop.identity.queries import sign_ins as queries
from smartshop.identity.rules.doors import Door
from smartshop.identity.rules.one_time import MOST_TRIES, PER_HOUR
from smartshop.kernel import clock
from smartshop.kernel.errors import Invalid
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.messaging.operations import outbox
from smartshop.orders.models import Order
from smartshop.orders.operations import claiming
from tests.authenticator import seal
from tests.competing import together
from tests.databases import CHEAP_PASSWORDS
from tests.factories import HOME, PASSWORD, make_order, make_person
from tests.inbox import code_sent_to, kinds_sent_to
from tests.row_counts import contents, nothing_changes

ADA = "ada@example.com"
TRIED = {"one_time_codes", "audit_records"}
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
OTHER = "another horse, another battery"


def begin(email: str = ADA, *, password: str = PASSWORD, name: str = "Ada Buyer") -> str:
    wanted = Wanted(email, name, password, HOME)
    return joining.begin(wanted=wanted, password_cost=CHEAP_PASSWORDS, post=outbox.enqueue)[0]


def finish(token: str, code: str) -> Entry:
    return joining.finish(
        token=token, code=code, seal=seal(), door=Door(), post=outbox.enqueue, opened=claiming.claim
    )


def signs_in(password: str) -> bool:
    try:
        signing_in.sign_in(email=ADA, password=password, door=Door(), password_cost=CHEAP_PASSWORDS)
    except WrongCredentials:
        return False
    return True


def test_the_code_opens_the_account_signs_in_and_brings_what_was_ordered(any_app: Flask) -> None:
    mine, others = make_order(email=ADA), make_order(email="eve@example.com")
    token = begin(" Ada@Example.com")
    assert db.session.scalars(sa.select(Person)).all() == []
    entry = finish(token, code_sent_to(ADA))
    assert queries.by_token(entry.token) is not None
    assert [kept.address for kept in addresses.book(entry.person_id)] == [HOME]
    owners = {order.number: order.person_id for order in db.session.scalars(sa.select(Order))}
    assert owners == {mine: entry.person_id, others: None}
    assert kinds_sent_to(ADA) == ["sign_up_code", "welcome"]
    assert signs_in(PASSWORD)


def test_nothing_secret_stays_behind(any_app: Flask) -> None:
    token = begin()
    code = code_sent_to(ADA)
    assert not any(secret in repr(contents(leaving_out=())) for secret in (token, code, PASSWORD))
    finish(token, code)
    assert repr(contents(leaving_out=())).count("scrypt:") == 1


def test_nobody_slips_their_password_into_the_account_of_another(any_app: Flask) -> None:
    owners = begin()
    owners_code = code_sent_to(ADA)
    thiefs = begin(password=OTHER)
    thiefs_code = code_sent_to(ADA)
    for token, code in ((owners, thiefs_code), (thiefs, owners_code)):
        with nothing_changes(leaving_out=TRIED), pytest.raises(WrongCode):
            finish(token, code)
    finish(owners, owners_code)
    assert (signs_in(PASSWORD), signs_in(OTHER)) == (True, False)
    with nothing_changes(leaving_out=TRIED), pytest.raises(WrongCode):
        finish(thiefs, thiefs_code)


def test_an_address_that_has_an_account_gets_a_letter_and_no_code(any_app: Flask) -> None:
    make_person(email=ADA)
    before = {name: len(rows) for name, rows in contents().items()}
    written = []
    for email in (ADA, "new@example.com"):
        begin(email)
        after = {name: len(rows) for name, rows in contents().items()}
        written.append({name: after[name] - before[name] for name in after if after[name] != before[name]})
        before = after
    assert written[0] == written[1]
    assert kinds_sent_to(ADA) == ["account_exists"]


def test_a_customer_of_imported_history_takes_their_account_over(any_app: Flask) -> None:
    with unit_of_work():
        known = Person(email=ADA, country="FR", created_at=clock.now())
        db.session.add(known)
    order = make_order(person_id=known.id, email=ADA, source="import")
    entry = finish(begin(), code_sent_to(ADA))
    assert entry.person_id == known.id
    person = db.session.scalars(sa.select(Person)).one()
    assert (person.name, person.country) == ("Ada Buyer", "FR")
    assert db.session.scalars(sa.select(Order.number).where(Order.person_id == known.id)).all() == [order]
    assert signs_in(PASSWORD)


def test_a_closed_account_is_not_opened_again(any_app: Flask) -> None:
    with unit_of_work():
        db.session.add(Person(email=ADA, is_active=False, created_at=clock.now()))
    token = begin()
    with nothing_changes(leaving_out=TRIED), pytest.raises(WrongCode):
        finish(token, code_sent_to(ADA))


def test_two_requests_for_one_address_at_once_open_one_account(any_app: Flask) -> None:
    pairs = []
    for _ in range(3):
        token = begin()
        pairs.append((token, code_sent_to(ADA)))
    results = together(any_app, [partial(finish, token, code) for token, code in pairs])
    assert sorted(type(result).__name__ for result in results) == ["Entry", "WrongCode", "WrongCode"]
    assert len(db.session.scalars(sa.select(Person)).all()) == 1


def test_a_new_code_can_be_sent_and_the_old_one_is_over(any_app: Flask) -> None:
    token = begin()
    old = code_sent_to(ADA)
    joining.again(token=token, post=outbox.enqueue)
    with nothing_changes(leaving_out=TRIED), pytest.raises(WrongCode):
        finish(token, old)
    finish(token, code_sent_to(ADA))
    with nothing_changes(leaving_out=()):
        joining.again(token=token, post=outbox.enqueue)
        joining.again(token="unknown", post=outbox.enqueue)


def test_an_address_gets_few_codes_from_however_many_browsers(any_app: Flask) -> None:
    for _ in range(PER_HOUR + 3):
        joining.again(token=begin(), post=outbox.enqueue)
    assert len(kinds_sent_to(ADA)) == PER_HOUR


def test_a_code_has_five_tries_and_ten_minutes(any_app: Flask) -> None:
    with time_machine.travel(NOON, tick=False) as travel:
        late = begin()
        code = code_sent_to(ADA)
        travel.shift(timedelta(minutes=10))
        with pytest.raises(WrongCode):
            finish(late, code)
        token = begin()
        code = code_sent_to(ADA)
        wrong = f"{(int(code) + 1) % 10**8:08}"
        results = together(any_app, [partial(finish, token, wrong)] * (MOST_TRIES + 2))
        assert all(isinstance(result, WrongCode) for result in results)
        with nothing_changes(leaving_out=TRIED), pytest.raises(WrongCode):
            finish(token, code)


def test_wrong_answers_are_refused_by_field_and_send_nothing(any_app: Flask) -> None:
    with nothing_changes(leaving_out=()), pytest.raises(Invalid) as refusal:
        begin("nobody", password="short", name=" ")
    assert set(refusal.value.fields) == {"email", "name", "password"}
