"""Signing in: the password, and the second factor where it is on."""

from dataclasses import dataclass

import sqlalchemy as sa
import structlog

from smartshop.identity.models import KnownDevice, PendingSignIn, Person, TwoFactor
from smartshop.identity.operations import sign_ins, stuffing, two_factor
from smartshop.identity.operations.stuffing import TooSoon
from smartshop.identity.queries import sign_ins as queries
from smartshop.identity.rules import accounts
from smartshop.identity.rules.doors import Door
from smartshop.identity.rules.lifetimes import WAITS_FOR_CODE
from smartshop.identity.rules.one_time import MOST_TRIES
from smartshop.kernel import audit, clock, codes, delays, passwords
from smartshop.kernel.audit import Actor
from smartshop.kernel.errors import Busy, DomainError
from smartshop.kernel.extensions import db
from smartshop.kernel.sealing import Seal
from smartshop.kernel.uow import unit_of_work

log = structlog.get_logger(__name__)


class WrongCredentials(DomainError):
    """The address and the password do not belong together; which of the two is wrong is not said."""

    code = "wrong_credentials"
    status = 422


class WrongSecondFactor(DomainError):
    """The code is neither of the person's app nor one of their recovery codes, or was used before."""

    code = "wrong_second_factor"
    status = 422


class TooLate(DomainError):
    """The password has to be given again: too much time has passed, or too many codes were wrong."""

    code = "too_late"
    status = 422


@dataclass(frozen=True)
class Entry:
    """A sign-in, or (``needs_code``) half of one: its token then opens nothing but the question for the code."""

    person_id: int
    token: str
    needs_code: bool = False
    is_lasting: bool = False


def sign_in(*, email: str, password: str, door: Door, password_cost: int, is_lasting: bool = False) -> Entry:
    """Check the password, and open a sign-in or half of one.

    Raises TooSoon, WrongCredentials and Busy; an unknown address takes as long as a wrong password, and has as many
    tries. Tries from browsers that the account knows are counted apart: nobody else can use them up. All others share
    ``stuffing.MOST_WRONG`` wrong ones, whatever their addresses and whichever accounts they try.
    """
    passwords.require_room()
    normal = accounts.normal_email(email) or ""
    found = db.session.execute(
        sa.select(Person.id, Person.password_hash, TwoFactor.confirmed_at, KnownDevice.fingerprint)
        .outerjoin(TwoFactor, TwoFactor.person_id == Person.id)
        .outerjoin(KnownDevice, _is_this_browser(door))
        .where(Person.email == normal, Person.is_active)
    ).one_or_none()
    known_browser = found.fingerprint if found else None
    if known_browser is None:
        stuffing.require_calm()
    tries = f"sign-in:{codes.fingerprint(normal or email)}:{known_browser or 'others'}"
    _take_a_try(tries)
    is_right = passwords.matches(found.password_hash if found else None, password, password_cost)
    if found is None or not is_right:
        _note("sign_in.refused", found.id if found else None, door)
        if known_browser is None:
            stuffing.note_wrong()
        raise WrongCredentials(
            "That e-mail address and password do not belong together. Check both and try again."
        )
    delays.forget(name=tries)
    if passwords.is_cheaper(found.password_hash, password_cost):
        _hash_again(found.id, found.password_hash, password, password_cost)
    if found.confirmed_at is None:
        return _enter(found.id, door, is_lasting=is_lasting)
    return _wait_for_code(found.id, is_lasting=is_lasting)


def _is_this_browser(door: Door) -> sa.ColumnElement[bool]:
    return sa.and_(
        KnownDevice.person_id == Person.id, KnownDevice.fingerprint == codes.fingerprint(door.device)
    )


def _take_a_try(name: str) -> None:
    seconds = delays.take(name=name)
    if seconds:
        log.warning("sign_in_too_soon", tries=name, retry_after=seconds)
        message = "There were many tries to sign in to this account. Wait {wait} and try again, or choose a new password: a mailed code lets you do so now."
        raise TooSoon(message.format(wait=accounts.spoken_wait(seconds)), retry_after=seconds)


def _hash_again(person_id: int, held: str, password: str, password_cost: int) -> None:
    """Keep the password at today's cost, unless it was changed meanwhile."""
    try:
        fresh = passwords.hashed(password, password_cost)
    except Busy:
        return
    with unit_of_work():
        db.session.execute(
            sa.update(Person)
            .where(Person.id == person_id, Person.password_hash == held)
            .values(password_hash=fresh)
        )


def _enter(person_id: int, door: Door, *, is_lasting: bool) -> Entry:
    with unit_of_work():
        token = sign_ins.open_sign_in(person_id=person_id, door=door, is_lasting=is_lasting)
        _note("sign_in.opened", person_id, door)
        stays = is_lasting and not queries.is_staff(person_id)
    return Entry(person_id, token, is_lasting=stays)


def _wait_for_code(person_id: int, *, is_lasting: bool) -> Entry:
    token, moment = codes.token(), clock.now()
    with unit_of_work():
        db.session.add(
            PendingSignIn(
                person_id=person_id,
                token_fingerprint=codes.fingerprint(token),
                created_at=moment,
                expires_at=moment + WAITS_FOR_CODE,
                is_lasting=is_lasting,
            )
        )
    return Entry(person_id, token, needs_code=True)


def finish(*, token: str, code: str, seal: Seal, door: Door) -> Entry:
    """Turn half a sign-in into a whole one with a code. Five tries, five minutes.

    Raises WrongSecondFactor, TooLate and TooManyTries.
    """
    with unit_of_work():
        waiting = db.session.execute(
            sa.update(PendingSignIn)
            .where(
                PendingSignIn.token_fingerprint == codes.fingerprint(token),
                PendingSignIn.used_at.is_(None),
                PendingSignIn.expires_at > clock.now(),
                PendingSignIn.tries < MOST_TRIES,
            )
            .values(tries=PendingSignIn.tries + 1)
            .returning(PendingSignIn.id, PendingSignIn.person_id, PendingSignIn.is_lasting)
            .execution_options(synchronize_session=False)
        ).one_or_none()
    if waiting is None:
        raise _too_late()
    if not two_factor.check(person_id=waiting.person_id, code=code, seal=seal):
        _note("code.wrong", waiting.person_id, door)
        raise WrongSecondFactor(two_factor.WRONG)
    with unit_of_work():
        used = db.session.scalar(
            sa.update(PendingSignIn)
            .where(
                PendingSignIn.id == waiting.id, PendingSignIn.used_at.is_(None), _is_active(waiting.person_id)
            )
            .values(used_at=clock.now())
            .returning(PendingSignIn.id)
        )
        if used is None:
            raise _too_late()
        return _enter(waiting.person_id, door, is_lasting=waiting.is_lasting)


def _is_active(person_id: int) -> sa.ColumnElement[bool]:
    return sa.exists().where(Person.id == person_id, Person.is_active)


def _too_late() -> TooLate:
    return TooLate("Please sign in again: too much time has passed, or too many codes were wrong.")


def _note(action: str, person_id: int | None, door: Door) -> None:
    with unit_of_work():
        label = "themselves" if person_id and action == "sign_in.opened" else "visitor"
        audit.record(
            actor=Actor(person_id if label == "themselves" else None, label, door.address),
            action=action,
            subject=f"person:{person_id}" if person_id else "person",
        )
