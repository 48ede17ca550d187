"""Sign-ins: opening, using, renewing and ending them."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from smartshop.identity.models import KnownDevice, Person, SignIn
from smartshop.identity.queries import sign_ins as queries
from smartshop.identity.rules.doors import Door, browser_name
from smartshop.identity.rules.lifetimes import Lifetime, lifetime
from smartshop.identity.rules.post import Post
from smartshop.kernel import audit, clock, codes
from smartshop.kernel.audit import Actor
from smartshop.kernel.errors import NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work


def open_sign_in(*, person_id: int, door: Door, is_lasting: bool = False) -> str:
    """Sign a person in who has proven who they are; returns the token for their cookie."""
    token, moment = codes.token(), clock.now()
    with unit_of_work():
        life = lifetime(is_staff=queries.is_staff(person_id), is_lasting=is_lasting)
        db.session.add(
            SignIn(
                person_id=person_id,
                token_fingerprint=codes.fingerprint(token),
                created_at=moment,
                last_seen_at=moment,
                expires_at=moment + life.longest,
                idle_until=moment + life.idle,
                confirmed_at=moment,
                address=door.address[:45],
                user_agent=door.user_agent[:255],
            )
        )
    return token


def touch(*, token: str, is_staff: bool) -> None:
    """Note that a sign-in is in use: its idle time begins anew, its longest time does not."""
    moment = clock.now()
    with unit_of_work():
        row = db.session.execute(
            sa.select(SignIn.id, SignIn.created_at, SignIn.expires_at).where(*_open(token, moment))
        ).one_or_none()
        if row is None:
            return
        life = _life_of(row.created_at, row.expires_at, is_staff=is_staff)
        db.session.execute(
            sa.update(SignIn)
            .where(SignIn.id == row.id, SignIn.ended_at.is_(None))
            .values(last_seen_at=moment, idle_until=moment + life.idle)
        )


def _life_of(created_at: datetime, expires_at: datetime, *, is_staff: bool) -> Lifetime:
    return lifetime(is_staff=is_staff, is_lasting=(expires_at - created_at).days > 1)


def _open(token: str, moment: datetime) -> list[sa.ColumnElement[bool]]:
    return [
        SignIn.token_fingerprint == codes.fingerprint(token),
        SignIn.ended_at.is_(None),
        SignIn.expires_at > moment,
        SignIn.idle_until > moment,
    ]


def renew(*, token: str) -> str:
    """Give a sign-in another token, because what it stands for has changed; the old one opens nothing any more."""
    fresh = codes.token()
    with unit_of_work():
        db.session.execute(
            sa.update(SignIn)
            .where(*_open(token, clock.now()))
            .values(token_fingerprint=codes.fingerprint(fresh))
            .execution_options(synchronize_session=False)
        )
    return fresh


def confirm(*, token: str) -> None:
    """Note that the person has just proven in this sign-in who they are."""
    with unit_of_work():
        db.session.execute(
            sa.update(SignIn).where(*_open(token, clock.now())).values(confirmed_at=clock.now())
        )


def sign_out(*, token: str) -> None:
    """End the sign-in; its token opens nothing any more."""
    with unit_of_work():
        db.session.execute(
            sa.update(SignIn)
            .where(SignIn.token_fingerprint == codes.fingerprint(token), SignIn.ended_at.is_(None))
            .values(ended_at=clock.now())
        )


def end_all(*, person_id: int, but: str = "") -> None:
    """End every sign-in of a person, but for the one with this token."""
    with unit_of_work():
        db.session.execute(
            sa.update(SignIn)
            .where(
                SignIn.person_id == person_id,
                SignIn.ended_at.is_(None),
                SignIn.token_fingerprint != codes.fingerprint(but),
            )
            .values(ended_at=clock.now())
        )


def end_one(*, person_id: int, sign_in_id: int, actor: Actor) -> None:
    """End one of a person's sign-ins; ending it twice changes nothing.

    Raises NotFound when the person has no such sign-in.
    """
    with unit_of_work():
        found = db.session.execute(
            sa.update(SignIn)
            .where(SignIn.id == sign_in_id, SignIn.person_id == person_id)
            .values(ended_at=sa.func.coalesce(SignIn.ended_at, clock.now()))
            .returning(SignIn.id)
        ).one_or_none()
        if found is None:
            raise NotFound("There is no such sign-in.")
        audit.record(actor=actor, action="sign_in.ended", subject=f"sign_in:{sign_in_id}")


def end_others(*, person_id: int, token: str, actor: Actor) -> None:
    """End every sign-in of a person but this one."""
    with unit_of_work():
        end_all(person_id=person_id, but=token)
        audit.record(actor=actor, action="sign_in.others_ended", subject=f"person:{person_id}")


def know(*, person_id: int, door: Door) -> None:
    """Count this browser among those the account knows: others cannot use up its tries."""
    values = {
        "person_id": person_id,
        "fingerprint": codes.fingerprint(door.device),
        "first_seen_at": clock.now(),
    }
    dialect: Any = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    with unit_of_work():
        db.session.execute(dialect.insert(KnownDevice).values(values).on_conflict_do_nothing())


def recognise(*, person_id: int, door: Door, post: Post) -> None:
    """Know this browser from now on; the owner is told of one that was not known, unless it is their first."""
    moment, fingerprint = clock.now(), codes.fingerprint(door.device)
    with unit_of_work():
        known = db.session.scalars(
            sa.select(KnownDevice.fingerprint).where(KnownDevice.person_id == person_id)
        ).all()
        if fingerprint in known:
            return
        know(person_id=person_id, door=door)
        person = db.session.get_one(Person, person_id)
        if known and person.email:
            facts = {
                "name": person.name,
                "browser": browser_name(door.user_agent),
                "address": door.address,
                "at": f"{moment:%d.%m.%Y %H:%M} UTC",
            }
            post(kind="new_device", recipient=person.email, person_id=person_id, facts=facts)
