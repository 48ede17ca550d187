"""A forgotten password: a mailed code, and with it a new password."""

from typing import Any

import sqlalchemy as sa

from smartshop.identity.models import Person
from smartshop.identity.operations import one_time, sign_ins
from smartshop.identity.rules import accounts
from smartshop.identity.rules import passwords as weak
from smartshop.identity.rules.doors import Door
from smartshop.identity.rules.one_time import Purpose
from smartshop.identity.rules.post import Post
from smartshop.kernel import audit, passwords
from smartshop.kernel.audit import Actor
from smartshop.kernel.errors import Invalid
from smartshop.kernel.extensions import db
from smartshop.kernel.sealing import Seal
from smartshop.kernel.uow import unit_of_work


def ask(*, email: str, door: Door, post: Post) -> str:
    """Mail a code to the account with this address; returns the address in its normal form.

    An address without an account is told so by e-mail, with the same work: nothing here tells them apart. When the
    address has had its codes for the hour or the day, nothing is sent. Raises Invalid when it is no address.
    """
    normal = _required(accounts.normal_email(email))
    with unit_of_work():
        person = db.session.execute(
            sa.select(Person.id, Person.name).where(Person.email == normal, Person.is_active)
        ).one_or_none()
        person_id = person.id if person else None
        code = one_time.issue(purpose=Purpose.RESET, subject=normal, email=normal, person_id=person_id)
        if code is not None:
            facts: dict[str, Any] = {"name": person.name, **code} if person else {"name": ""}
            kind = "password_code" if person else "no_account"
            post(kind=kind, recipient=normal, person_id=person_id, facts=facts)
        audit.record(
            actor=Actor(None, "visitor", door.address),
            action="password.code_asked" if code else "password.code_withheld",
            subject=f"person:{person_id}" if person else "person",
        )
    return normal


def complete(
    *, email: str, code: str, password: str, password_cost: int, seal: Seal, door: Door, post: Post
) -> None:
    """Set a new password with a mailed code. Every sign-in ends, the owner is told, and this browser is known.

    Raises Invalid with a message per field, and WrongCode.
    """
    normal = _required(accounts.normal_email(email))
    trouble = weak.problem(password, normal)
    if trouble:
        raise Invalid("Please correct the marked fields.", {"password": trouble})
    try:
        right = one_time.attempt(purpose=Purpose.RESET, subject=normal, code=code, seal=seal)
    except one_time.WrongCode as error:
        one_time.note_wrong(error, Purpose.RESET, door.address)
        raise
    password_hash = passwords.hashed(password, password_cost)
    with unit_of_work():
        one_time.use(right)
        name = db.session.scalar(
            sa.update(Person)
            .where(Person.id == right.person_id, Person.email == normal, Person.is_active)
            .values(password_hash=password_hash)
            .returning(Person.name)
        )
        if name is None or right.person_id is None:
            raise one_time.wrong()
        sign_ins.end_all(person_id=right.person_id)
        sign_ins.know(person_id=right.person_id, door=door)
        audit.record(
            actor=Actor(right.person_id, normal, door.address),
            action="password.reset",
            subject=f"person:{right.person_id}",
        )
        post(kind="password_changed", recipient=normal, person_id=right.person_id, facts={"name": name})


def _required(normal: str | None) -> str:
    if normal is None:
        problem = "Enter an e-mail address such as name@example.com."
        raise Invalid("Please correct the marked fields.", {"email": problem})
    return normal
