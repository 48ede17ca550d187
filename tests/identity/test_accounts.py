import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from smartshop.identity.models import Person, RoleAssignment, RoleGrant, SignIn
from smartshop.identity.models import Role as RoleRow
from smartshop.identity.operations import accounts, signing_in
from smartshop.identity.operations import sign_ins as operations
from smartshop.identity.operations.signing_in import WrongCredentials
from smartshop.identity.queries import sign_ins
from smartshop.identity.rules import accounts as rules
from smartshop.identity.rules import passwords
from smartshop.identity.rules.doors import Door
from smartshop.identity.rules.roles import ROLE_GRANTS, Role
from smartshop.kernel import clock, codes
from smartshop.kernel.audit import SYSTEM, Actor, AuditRecord
from smartshop.kernel.errors import Invalid, NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.permissions import Permission
from smartshop.kernel.uow import unit_of_work
from tests.databases import CHEAP_PASSWORDS
from tests.factories import PASSWORD, make_person
from tests.row_counts import row_counts


def sign_in(email: str, password: str = PASSWORD) -> tuple[int, str]:
    entry = signing_in.sign_in(
        email=email, password=password, door=Door("::1", "Browser"), password_cost=CHEAP_PASSWORDS
    )
    return entry.person_id, entry.token


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("  Ada@Example.COM ", "ada@example.com"),
        ("ada+shop@example.co.uk", "ada+shop@example.co.uk"),
        ("ÄDA@münchen.example", "äda@münchen.example"),
        ("nobody", None),
        ("a@b", None),
        ("two@at@example.com", None),
        ("spaced name@example.com", None),
        ("line\nbreak@example.com", None),
        ("nul\0byte@example.com", None),
        ("", None),
        ("a" * 243 + "@example.com", None),
        ("İ" * 130 + "@example.com", None),
    ],
)
def test_an_address_has_one_stored_form_or_is_none(typed: str, stored: str | None) -> None:
    assert rules.normal_email(typed) == stored


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading_of_an_address(text: str) -> None:
    address = rules.normal_email(text)
    assert address is None or rules.normal_email(address) == address == address.lower()


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("short", "Use at least 10 characters."),
        ("a" * 201, "Use at most 200 characters."),
        ("Ada.Buyer@example.com", "Do not use your e-mail address as the password."),
        ("ada.buyer9", None),
        ("ADA.BUYER1@EXAMPLE.COM", None),
        ("abcabcabcabc", "Use more than three different characters."),
        ("correct horse", None),
        ("пароль и соль", None),
    ],
)
def test_a_weak_password_is_told_what_is_wrong_with_it(password: str, problem: str | None) -> None:
    assert passwords.problem(password, "ada.buyer@example.com") == problem


def test_a_new_account_keeps_a_hash_and_the_normal_address(any_app: Flask) -> None:
    person_id = make_person(email=" Ada@Example.com", name="  Ada Buyer ")
    person = db.session.scalars(sa.select(Person)).one()
    assert (person.id, person.email, person.name) == (person_id, "ada@example.com", "Ada Buyer")
    assert person.password_hash is not None
    assert person.password_hash.startswith(f"scrypt:{CHEAP_PASSWORDS}:8:1$")
    assert PASSWORD not in person.password_hash


def test_bad_answers_are_refused_field_by_field_and_nothing_is_written(any_app: Flask) -> None:
    before = row_counts()
    with pytest.raises(Invalid) as refusal:
        accounts.sign_up(email="nobody", name=" ", password="short", password_cost=CHEAP_PASSWORDS)
    assert set(refusal.value.fields) == {"email", "name", "password"}
    with pytest.raises(Invalid) as refusal:
        accounts.sign_up(
            email="ada@example.com", name="x" * 121, password=PASSWORD, password_cost=CHEAP_PASSWORDS
        )
    assert refusal.value.fields == {"name": "Use at most 120 characters."}
    assert row_counts() == before


def test_an_address_that_is_taken_is_refused_in_any_spelling(any_app: Flask) -> None:
    make_person(email="ada@example.com")
    before = row_counts()
    with pytest.raises(Invalid) as refusal:
        make_person(email="ADA@EXAMPLE.com")
    assert list(refusal.value.fields) == ["email"]
    assert row_counts() == before


def test_signing_in_opens_one_door_whose_token_is_not_stored(any_app: Flask) -> None:
    person_id = make_person(email="ada@example.com")
    found, token = sign_in("Ada@example.com ")
    assert found == person_id
    row = db.session.scalars(sa.select(SignIn)).one()
    assert row.token_fingerprint == codes.fingerprint(token) != token
    assert (row.person_id, row.address, row.user_agent, row.ended_at) == (person_id, "::1", "Browser", None)
    assert sign_ins.by_token(row.token_fingerprint) is None


@pytest.mark.parametrize(
    ("email", "password"), [("ada@example.com", "wrong horse"), ("bob@example.com", PASSWORD), ("", "")]
)
def test_wrong_credentials_say_the_same_whichever_is_wrong_and_open_nothing(
    any_app: Flask, email: str, password: str
) -> None:
    make_person(email="ada@example.com")
    before = row_counts()
    with pytest.raises(WrongCredentials, match=r"^That e-mail address and password do not belong together"):
        sign_in(email, password)
    counted = ("audit_records", "delayed_tries", "allowances")
    noted = {name: before[name] + 1 for name in counted}
    assert row_counts() == before | noted


def test_a_customer_of_imported_history_and_a_closed_account_cannot_sign_in(any_app: Flask) -> None:
    with unit_of_work():
        db.session.add(Person(email="old@example.com", created_at=clock.now()))
    with pytest.raises(WrongCredentials):
        sign_in("old@example.com", "")
    make_person(email="ada@example.com")
    _, token = sign_in("ada@example.com")
    with unit_of_work():
        db.session.execute(sa.update(Person).values(is_active=False))
    assert sign_ins.by_token(token) is None
    with pytest.raises(WrongCredentials):
        sign_in("ada@example.com")


def test_an_unknown_address_takes_as_much_work_as_a_wrong_password(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    import hashlib

    make_person(email="ada@example.com")
    sign_in("ada@example.com")
    with pytest.raises(WrongCredentials):
        sign_in("warm-up@example.com")
    calls: list[int] = []
    real = hashlib.scrypt

    def counted(password: bytes, *, salt: bytes, n: int, r: int, p: int, maxmem: int) -> bytes:
        calls.append(n)
        return real(password, salt=salt, n=n, r=r, p=p, maxmem=maxmem)

    monkeypatch.setattr(hashlib, "scrypt", counted)
    for email in ("ada@example.com", "unknown@example.com"):
        with pytest.raises(WrongCredentials):
            sign_in(email, "wrong horse")
    assert calls == [CHEAP_PASSWORDS, CHEAP_PASSWORDS]


def test_a_token_opens_until_its_sign_in_ends_and_other_browsers_stay(any_app: Flask) -> None:
    person_id = make_person(email="ada@example.com", name="Ada")
    _, one = sign_in("ada@example.com")
    _, other = sign_in("ada@example.com")
    signed_in = sign_ins.by_token(one)
    assert signed_in is not None
    assert (signed_in.person_id, signed_in.email, signed_in.name) == (person_id, "ada@example.com", "Ada")
    assert signed_in.permissions == {Permission.ACCOUNT_USE}
    assert not signed_in.is_staff
    operations.sign_out(token=one)
    assert sign_ins.by_token(one) is None
    assert sign_ins.by_token(other) is not None
    assert sign_ins.by_token("made up") is None
    ended = db.session.scalar(sa.select(SignIn.ended_at).where(SignIn.ended_at.is_not(None)))
    operations.sign_out(token=one)
    assert db.session.scalar(sa.select(SignIn.ended_at).where(SignIn.ended_at.is_not(None))) == ended


def test_a_role_counts_from_the_next_sign_in_twice_is_once_and_it_is_on_record(any_app: Flask) -> None:
    person_id = make_person(email="ada@example.com")
    _, token = sign_in("ada@example.com")
    boss = Actor(person_id, "boss@example.com", "::1")
    for _ in range(2):
        accounts.grant_role(person_id=person_id, role=Role.ANALYST, actor=boss)
    assert sign_ins.by_token(token) is None
    signed_in = sign_ins.by_token(sign_in("ada@example.com")[1])
    assert signed_in is not None
    assert signed_in.permissions == ROLE_GRANTS[Role.ANALYST]
    assert signed_in.is_staff
    assert signed_in.can("orders:view")
    assert not signed_in.can(Permission.CUSTOMERS_PII)
    assert len(db.session.scalars(sa.select(RoleAssignment)).all()) == 1
    record = db.session.scalars(sa.select(AuditRecord).where(AuditRecord.action == "role.granted")).one()
    assert (record.action, record.subject, record.after) == (
        "role.granted",
        f"person:{person_id}",
        {"role": "analyst"},
    )
    assert (record.actor_label, record.address) == ("boss@example.com", "::1")


def test_a_custom_role_adds_its_permissions(any_app: Flask) -> None:
    person_id = make_person(email="ada@example.com")
    _, token = sign_in("ada@example.com")
    with unit_of_work():
        role = RoleRow(name="packer", label="Packer")
        db.session.add(role)
        db.session.flush()
        db.session.add_all(
            RoleGrant(role_id=role.id, permission=name) for name in ("orders:view", "gone:now")
        )
        db.session.add(RoleAssignment(person_id=person_id, role_id=role.id, granted_at=clock.now()))
    signed_in = sign_ins.by_token(token)
    assert signed_in is not None
    assert signed_in.permissions == {Permission.ACCOUNT_USE, Permission.ORDERS_VIEW}


def test_a_role_that_does_not_exist_is_refused_and_nothing_is_written(any_app: Flask) -> None:
    person_id = make_person()
    with unit_of_work():
        db.session.execute(sa.delete(RoleRow))
    before = row_counts()
    with pytest.raises(NotFound, match="flask db upgrade"):
        accounts.grant_role(person_id=person_id, role=Role.ADMIN, actor=SYSTEM)
    assert row_counts() == before


def test_a_name_that_turns_the_words_after_it_around_is_refused() -> None:
    assert rules.problem_with_name("Zoë 👩\u200d🍳") is None
    assert rules.problem_with_name("\u202eecilA") == "Use letters, digits and signs that can be seen."
