"""The second factor: setting it up, checking it, turning it off."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from smartshop.identity.models import Person, RecoveryCode, TwoFactor
from smartshop.identity.operations import sign_ins
from smartshop.identity.rules import two_factor as rules
from smartshop.identity.rules.post import Post
from smartshop.kernel import allowances, audit, clock, codes, passwords, sealing
from smartshop.kernel.audit import Actor
from smartshop.kernel.errors import Conflict, DomainError, Invalid
from smartshop.kernel.extensions import db
from smartshop.kernel.sealing import Seal
from smartshop.kernel.uow import unit_of_work

WRONG = "That code is not right. Use the newest one that your app shows."
NOT_YOURS = "That is not your password."


class TooManyTries(DomainError):
    """The tries that this account has for now are used up."""

    code = "too_many_tries"
    status = 429


@dataclass(frozen=True)
class Proof:
    """What a person gives to change how their account is protected."""

    password: str
    code: str = ""


def begin(*, person_id: int) -> None:
    """Make a secret for an app, which counts nothing until a code confirms it; a second time keeps the first one.

    Raises Conflict when the second factor is on.
    """
    with unit_of_work():
        row = db.session.get(TwoFactor, person_id, with_for_update=True)
        if row is None:
            db.session.add(TwoFactor(person_id=person_id, salt=sealing.salt(), created_at=clock.now()))
        elif row.confirmed_at is not None:
            raise Conflict("Two-factor sign-in is on already.")


def confirm(
    *, person_id: int, proof: Proof, seal: Seal, password_cost: int, token: str, actor: Actor, post: Post
) -> tuple[str, list[str]]:
    """Turn the second factor on with a first code; returns a new token for this sign-in, and the recovery codes.

    Every other sign-in ends. Raises Invalid by field, TooManyTries, and Conflict when there is nothing to confirm.
    """
    _take_a_try(person_id)
    _require_password(person_id, proof.password, password_cost)
    salt = db.session.scalar(
        sa.select(TwoFactor.salt).where(TwoFactor.person_id == person_id, TwoFactor.confirmed_at.is_(None))
    )
    if salt is None:
        raise Conflict("There is nothing to confirm. Begin again.")
    step = rules.step_of(
        seal.shared_secret(rules.SECRET_PURPOSE, salt), rules.normal(proof.code), clock.now()
    )
    if step is None:
        raise Invalid("Please correct the marked fields.", {"code": WRONG})
    with unit_of_work():
        done: Any = db.session.execute(
            sa.update(TwoFactor)
            .where(TwoFactor.person_id == person_id, TwoFactor.salt == salt, TwoFactor.confirmed_at.is_(None))
            .values(confirmed_at=clock.now(), last_step=step)
        )
        if not done.rowcount:
            raise Conflict("Two-factor sign-in is on already.")
        recovery = _new_recovery_codes(person_id, seal)
        sign_ins.end_all(person_id=person_id, but=token)
        _tell(person_id, "two_factor_on", actor, post)
        return sign_ins.renew(token=token), recovery


def check(*, person_id: int, code: str, seal: Seal) -> bool:
    """Whether this is a code of the person's app, or one of their recovery codes; each works once.

    Raises TooManyTries.
    """
    _take_a_try(person_id)
    typed = rules.normal(code)
    with unit_of_work():
        salt = db.session.scalar(
            sa.select(TwoFactor.salt).where(
                TwoFactor.person_id == person_id, TwoFactor.confirmed_at.is_not(None)
            )
        )
        if salt is None:
            return False
        step = rules.step_of(seal.shared_secret(rules.SECRET_PURPOSE, salt), typed, clock.now())
        if step is None:
            return _spend_recovery_code(person_id, typed, seal)
        done: Any = db.session.execute(
            sa.update(TwoFactor)
            .where(TwoFactor.person_id == person_id, TwoFactor.last_step < step)
            .values(last_step=step)
            .execution_options(synchronize_session=False)
        )
        return bool(done.rowcount)


def _spend_recovery_code(person_id: int, typed: str, seal: Seal) -> bool:
    done: Any = db.session.execute(
        sa.update(RecoveryCode)
        .where(
            RecoveryCode.person_id == person_id,
            RecoveryCode.fingerprint == seal.fingerprint(rules.RECOVERY_PURPOSE, typed),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    if done.rowcount:
        audit.record(
            actor=Actor(person_id, "themselves"), action="recovery_code.used", subject=f"person:{person_id}"
        )
    return bool(done.rowcount)


def new_recovery_codes(
    *, person_id: int, proof: Proof, seal: Seal, password_cost: int, actor: Actor
) -> list[str]:
    """Ten new recovery codes in place of the old ones, for the password and a code.

    Raises Invalid by field, and TooManyTries.
    """
    require(person_id=person_id, proof=proof, seal=seal, password_cost=password_cost)
    with unit_of_work():
        audit.record(actor=actor, action="recovery_code.renewed", subject=f"person:{person_id}")
        return _new_recovery_codes(person_id, seal)


def turn_off(
    *, person_id: int, proof: Proof, seal: Seal, password_cost: int, token: str, actor: Actor, post: Post
) -> None:
    """Sign in with the password alone from now on, for the password and a code; every other sign-in ends.

    Raises Invalid by field, and TooManyTries.
    """
    require(person_id=person_id, proof=proof, seal=seal, password_cost=password_cost)
    with unit_of_work():
        _forget(person_id)
        sign_ins.end_all(person_id=person_id, but=token)
        _tell(person_id, "two_factor_off", actor, post)


def reset(*, person_id: int, actor: Actor, post: Post) -> None:
    """Take the second factor off for somebody who has lost it; every sign-in of theirs ends.

    Raises Conflict when it is not on.
    """
    with unit_of_work():
        if not _forget(person_id):
            raise Conflict("Two-factor sign-in is not on for this account.")
        sign_ins.end_all(person_id=person_id)
        _tell(person_id, "two_factor_off", actor, post)


def require(*, person_id: int, proof: Proof, seal: Seal, password_cost: int) -> None:
    """Ask for the password, and for a code where the second factor is on.

    Raises Invalid by field, and TooManyTries.
    """
    _require_password(person_id, proof.password, password_cost)
    is_on = db.session.scalar(
        sa.select(TwoFactor.person_id).where(
            TwoFactor.person_id == person_id, TwoFactor.confirmed_at.is_not(None)
        )
    )
    if is_on is not None and not check(person_id=person_id, code=proof.code, seal=seal):
        raise Invalid("Please correct the marked fields.", {"code": WRONG})


def _require_password(person_id: int, password: str, password_cost: int) -> None:
    held = db.session.scalar(sa.select(Person.password_hash).where(Person.id == person_id, Person.is_active))
    if not passwords.matches(held, password, password_cost):
        raise Invalid("Please correct the marked fields.", {"present_password": NOT_YOURS})


def _take_a_try(person_id: int) -> None:
    for most, per, unit in rules.LIMITS:
        if not allowances.spend(name=f"two-factor:{person_id}:{unit}", most=most, per=per):
            raise TooManyTries("There were too many codes for this account. Wait an hour, then try again.")


def _new_recovery_codes(person_id: int, seal: Seal) -> list[str]:
    made, moment = [codes.order_number() for _ in range(rules.RECOVERY_CODES)], clock.now()
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    db.session.add_all(
        RecoveryCode(
            person_id=person_id,
            fingerprint=seal.fingerprint(rules.RECOVERY_PURPOSE, rules.normal(code)),
            created_at=moment,
        )
        for code in made
    )
    return made


def _forget(person_id: int) -> bool:
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    done: Any = db.session.execute(
        sa.delete(TwoFactor).where(TwoFactor.person_id == person_id, TwoFactor.confirmed_at.is_not(None))
    )
    return bool(done.rowcount)


def _tell(person_id: int, kind: str, actor: Actor, post: Post) -> None:
    person = db.session.get_one(Person, person_id)
    audit.record(
        actor=actor, action=kind.replace("_on", ".on").replace("_off", ".off"), subject=f"person:{person_id}"
    )
    if person.email:
        post(kind=kind, recipient=person.email, person_id=person_id, facts={"name": person.name})
