"""Changing one's own name, password and e-mail address."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from smartshop.identity.models import OneTimeCode, Person
from smartshop.identity.operations import one_time, sign_ins, two_factor
from smartshop.identity.operations.two_factor import Proof
from smartshop.identity.rules import accounts
from smartshop.identity.rules import passwords as weak
from smartshop.identity.rules.one_time import Purpose
from smartshop.identity.rules.post import Post
from smartshop.kernel import audit, clock, passwords, sealing
from smartshop.kernel.audit import Actor
from smartshop.kernel.errors import Invalid, NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.sealing import Seal
from smartshop.kernel.uow import unit_of_work

UNDO_LASTS = timedelta(days=7)
PLEASE = "Please correct the marked fields."


@dataclass(frozen=True)
class Change:
    """Who changes what is theirs, with which proof, in the sign-in of which token."""

    person_id: int
    proof: Proof
    token: str = field(repr=False)
    seal: Seal
    password_cost: int
    actor: Actor
    post: Post


def change_name(*, person_id: int, name: str) -> None:
    """Call a person by another name.

    Raises Invalid.
    """
    trouble = accounts.problem_with_name(name)
    if trouble:
        raise Invalid(PLEASE, {"name": trouble})
    with unit_of_work():
        db.session.execute(sa.update(Person).where(Person.id == person_id).values(name=name.strip()))


def change_password(*, change: Change, password: str) -> str:
    """Set another password; every other sign-in ends, and this one gets the token that is returned.

    Raises Invalid by field, and TooManyTries.
    """
    person = _person(change.person_id)
    trouble = weak.problem(password, person.email or "")
    if trouble:
        raise Invalid(PLEASE, {"password": trouble})
    _require(change)
    password_hash = passwords.hashed(password, change.password_cost)
    with unit_of_work():
        db.session.execute(
            sa.update(Person).where(Person.id == change.person_id).values(password_hash=password_hash)
        )
        sign_ins.end_all(person_id=change.person_id, but=change.token)
        _record(change, "password.changed")
        facts = {"name": person.name}
        change.post(
            kind="password_changed", recipient=person.email or "", person_id=change.person_id, facts=facts
        )
        return sign_ins.renew(token=change.token)


def ask_for_email(*, change: Change, email: str) -> str:
    """Mail a code to the new address, and to the old one a link that takes the change back; returns the new address.

    A new address that has an account gets a letter instead of a code. Raises Invalid by field, and TooManyTries.
    """
    person, normal = _person(change.person_id), accounts.normal_email(email)
    if normal is None or normal == person.email:
        raise Invalid(PLEASE, {"email": "Enter another e-mail address, such as name@example.com."})
    _require(change)
    with unit_of_work():
        is_taken = db.session.scalar(sa.select(Person.id).where(Person.email == normal)) is not None
        code = one_time.issue(
            purpose=Purpose.EMAIL,
            subject=_subject(change.person_id),
            email=normal,
            person_id=change.person_id,
            facts={"old": person.email},
        )
        if code is not None:
            kind, facts = (
                ("account_exists", {"name": ""})
                if is_taken
                else ("email_code", {"name": person.name, **code})
            )
            change.post(kind=kind, recipient=normal, facts=facts)
            _offer_to_undo(change, person, normal)
        _record(change, "email.asked")
    return normal


def _offer_to_undo(change: Change, person: Person, new: str) -> None:
    salt, moment = sealing.salt(), clock.now()
    db.session.add(
        OneTimeCode(
            purpose=Purpose.UNDO_EMAIL.value,
            subject=salt,
            email=person.email,
            person_id=person.id,
            salt=salt,
            created_at=moment,
            expires_at=moment + UNDO_LASTS,
        )
    )
    link = sealing.sealed("token", Purpose.UNDO_EMAIL.value, salt)
    facts = {"name": person.name, "new_email": new, "link": salt, **link}
    change.post(kind="email_asked", recipient=person.email or "", person_id=person.id, facts=facts)


def confirm_email(*, person_id: int, code: str, token: str, seal: Seal, actor: Actor, post: Post) -> str:
    """Use the new address from now on; every other sign-in ends, and this one gets the token that is returned.

    Raises WrongCode.
    """
    subject = _subject(person_id)
    try:
        right = one_time.attempt(purpose=Purpose.EMAIL, subject=subject, code=code, seal=seal)
    except one_time.WrongCode as error:
        one_time.note_wrong(error, Purpose.EMAIL, actor.address)
        raise
    try:
        with unit_of_work():
            one_time.use(right)
            name = db.session.scalar(
                sa.update(Person)
                .where(Person.id == person_id, Person.email == right.facts["old"], Person.is_active)
                .values(email=right.email)
                .returning(Person.name)
            )
            if name is None:
                raise one_time.wrong(person_id)
            sign_ins.end_all(person_id=person_id, but=token)
            audit.record(actor=actor, action="email.changed", subject=f"person:{person_id}")
            post(kind="email_changed", recipient=right.email, person_id=person_id, facts={"name": name})
            return sign_ins.renew(token=token)
    except IntegrityError as error:
        raise one_time.wrong(person_id) from error


def is_undoable(*, link: str, token: str, seal: Seal) -> bool:
    """Whether this link still takes a change of address back."""
    return _undoable(link, token, seal) is not None


def undo_email(*, link: str, token: str, seal: Seal, address: str) -> None:
    """Give the account its former address back. Every sign-in ends, and so does the password: somebody else knew it.

    Raises NotFound when the link is wrong, used or too old.
    """
    row = _undoable(link, token, seal)
    if row is None:
        raise NotFound("This link is not valid any more.")
    with unit_of_work():
        used: Any = db.session.execute(
            sa.update(OneTimeCode)
            .where(OneTimeCode.id == row.id, OneTimeCode.used_at.is_(None))
            .values(used_at=clock.now())
        )
        if not used.rowcount:
            raise NotFound("This link is not valid any more.")
        db.session.execute(
            sa.delete(OneTimeCode).where(OneTimeCode.person_id == row.person_id, OneTimeCode.id > row.id)
        )
        db.session.execute(
            sa.delete(OneTimeCode).where(
                OneTimeCode.person_id == row.person_id, OneTimeCode.purpose == Purpose.EMAIL.value
            )
        )
        db.session.execute(
            sa.update(Person).where(Person.id == row.person_id).values(email=row.email, password_hash=None)
        )
        sign_ins.end_all(person_id=row.person_id)
        audit.record(
            actor=Actor(None, "holder of the former address", address),
            action="email.undone",
            subject=f"person:{row.person_id}",
        )


def _undoable(link: str, token: str, seal: Seal) -> Any:
    if not sealing.is_same(seal.token(Purpose.UNDO_EMAIL.value, link), token):
        return None
    return db.session.execute(
        sa.select(OneTimeCode.id, OneTimeCode.person_id, OneTimeCode.email).where(
            OneTimeCode.purpose == Purpose.UNDO_EMAIL.value,
            OneTimeCode.subject == link,
            OneTimeCode.used_at.is_(None),
            OneTimeCode.expires_at > clock.now(),
        )
    ).one_or_none()


def _subject(person_id: int) -> str:
    return f"person:{person_id}"


def _person(person_id: int) -> Person:
    return db.session.get_one(Person, person_id, populate_existing=True)


def _require(change: Change) -> None:
    two_factor.require(
        person_id=change.person_id, proof=change.proof, seal=change.seal, password_cost=change.password_cost
    )


def _record(change: Change, action: str) -> None:
    audit.record(actor=change.actor, action=action, subject=f"person:{change.person_id}")
