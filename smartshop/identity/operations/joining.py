"""Opening an account: nobody gets one before they have shown that the address is theirs."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from smartshop.identity.models import OneTimeCode, Person
from smartshop.identity.operations import addresses, one_time, sign_ins
from smartshop.identity.operations.signing_in import Entry
from smartshop.identity.rules import accounts
from smartshop.identity.rules.addresses import Address
from smartshop.identity.rules.doors import Door
from smartshop.identity.rules.one_time import Purpose
from smartshop.identity.rules.post import Post
from smartshop.kernel import audit, clock, codes, passwords
from smartshop.kernel.audit import Actor
from smartshop.kernel.errors import Invalid
from smartshop.kernel.extensions import db
from smartshop.kernel.sealing import Seal
from smartshop.kernel.uow import unit_of_work

Opened = Callable[[int, str], object]
"""What else happens when an account is opened, given its id and address, in the same unit of work."""


@dataclass(frozen=True)
class Wanted:
    """The account that somebody asks for."""

    email: str
    name: str
    password: str
    address: Address | None = None

    @property
    def facts(self) -> dict[str, Any]:
        """What is kept of it until the code comes, beside the password's hash."""
        return {"name": self.name.strip(), "address": asdict(self.address) if self.address else None}


def begin(*, wanted: Wanted, password_cost: int, post: Post) -> tuple[str, str]:
    """Mail a code that finishes the account; returns the token of this browser's request, and the normal address.

    Only this token together with the code opens the account, so nobody can slip their password into another's. An
    address that has an account is told so by e-mail, with the same work. Raises Invalid with a message per field.
    """
    normal, problems = accounts.problems_with_account(wanted.email, wanted.name, wanted.password)
    if problems:
        raise Invalid("Please correct the marked fields.", problems)
    facts = {**wanted.facts, "password_hash": passwords.hashed(wanted.password, password_cost)}
    token = codes.token()
    _send(codes.fingerprint(token), normal, facts, post)
    return token, normal


def again(*, token: str, post: Post) -> None:
    """Mail a new code for a request that has begun; nothing happens when it is finished or unknown."""
    subject = codes.fingerprint(token)
    row = db.session.execute(
        sa.select(OneTimeCode.email, OneTimeCode.facts).where(
            OneTimeCode.purpose == Purpose.SIGN_UP.value,
            OneTimeCode.subject == subject,
            OneTimeCode.used_at.is_(None),
        )
    ).one_or_none()
    if row is not None:
        _send(subject, row.email, row.facts, post)


def _send(subject: str, email: str, facts: dict[str, Any], post: Post) -> None:
    with unit_of_work():
        has_account = db.session.scalar(
            sa.select(Person.id).where(Person.email == email, Person.password_hash.is_not(None))
        )
        code = one_time.issue(purpose=Purpose.SIGN_UP, subject=subject, email=email, facts=facts)
        if code is None:
            return
        kind = "account_exists" if has_account else "sign_up_code"
        told = {"name": ""} if has_account else {"name": facts["name"], **code}
        post(kind=kind, recipient=email, person_id=has_account, facts=told)


def finish(*, token: str, code: str, seal: Seal, door: Door, post: Post, opened: Opened) -> Entry:
    """Open the account with the mailed code, and sign in. A customer of imported history takes theirs over.

    Raises WrongCode.
    """
    subject = codes.fingerprint(token)
    try:
        right = one_time.attempt(purpose=Purpose.SIGN_UP, subject=subject, code=code, seal=seal)
    except one_time.WrongCode as error:
        one_time.note_wrong(error, Purpose.SIGN_UP, door.address)
        raise
    try:
        with unit_of_work():
            one_time.use(right)
            person_id = _claim(right) or _open(right)
            _keep_address(person_id, right.facts.get("address"))
            opened(person_id, right.email)
            actor = Actor(person_id, right.email, door.address)
            audit.record(actor=actor, action="account.opened", subject=f"person:{person_id}")
            post(
                kind="welcome",
                recipient=right.email,
                person_id=person_id,
                facts={"name": right.facts["name"]},
            )
            return Entry(person_id, sign_ins.open_sign_in(person_id=person_id, door=door))
    except IntegrityError as error:
        raise one_time.wrong() from error


def _claim(right: one_time.Right) -> int | None:
    """Give a known customer without a password their account; None when there is no such customer."""
    return db.session.scalar(
        sa.update(Person)
        .where(Person.email == right.email, Person.password_hash.is_(None), Person.is_active)
        .values(name=right.facts["name"], password_hash=right.facts["password_hash"])
        .returning(Person.id)
    )


def _open(right: one_time.Right) -> int:
    address = right.facts.get("address") or {}
    person = Person(
        email=right.email,
        name=right.facts["name"],
        country=address.get("country", ""),
        password_hash=right.facts["password_hash"],
        created_at=clock.now(),
    )
    db.session.add(person)
    db.session.flush()
    return person.id


def _keep_address(person_id: int, address: dict[str, str] | None) -> None:
    if address is not None:
        addresses.keep(person_id=person_id, address=Address(**address), is_default=True)
