"""Who is signed in."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from smartshop.identity.models import Person, Role, RoleAssignment, RoleGrant, SignIn, TwoFactor
from smartshop.identity.rules import roles
from smartshop.identity.rules.doors import browser_name
from smartshop.identity.rules.lifetimes import CONFIRMED_FOR, SEEN_EVERY
from smartshop.kernel import clock, codes
from smartshop.kernel.extensions import db
from smartshop.kernel.permissions import Permission

MOST_SHOWN = 50


@dataclass(frozen=True)
class SignedIn:
    """A signed-in person and what they may do."""

    person_id: int
    email: str
    name: str
    permissions: frozenset[Permission]
    has_two_factor: bool = False
    is_fresh: bool = True
    """Whether it was kept a moment ago that this sign-in is in use."""
    choices: str = ""
    """What they allow, as ``rules.choices`` writes it."""
    has_confirmed: bool = False
    """Whether they have proven lately, in this sign-in, who they are."""

    def can(self, permission: Permission | str) -> bool:
        return permission in self.permissions

    @property
    def is_staff(self) -> bool:
        """Whether they may do more than use their own account."""
        return bool(self.permissions - {Permission.ACCOUNT_USE})


@dataclass(frozen=True)
class OpenSignIn:
    """A browser in which a person is signed in."""

    id: int
    browser: str
    address: str
    created_at: datetime
    last_seen_at: datetime
    is_this: bool


def by_token(token: str) -> SignedIn | None:
    """The person behind a sign-in token that has not ended, with their permissions, in one query."""
    moment = clock.now()
    statement = (
        sa.select(
            Person.id,
            Person.email,
            Person.name,
            Role.name,
            RoleGrant.permission,
            SignIn.last_seen_at,
            TwoFactor.confirmed_at,
            Person.choices,
            SignIn.confirmed_at.label("proven_at"),
        )
        .join(SignIn, SignIn.person_id == Person.id)
        .outerjoin(TwoFactor, TwoFactor.person_id == Person.id)
        .outerjoin(RoleAssignment, RoleAssignment.person_id == Person.id)
        .outerjoin(Role, Role.id == RoleAssignment.role_id)
        .outerjoin(RoleGrant, RoleGrant.role_id == Role.id)
        .where(SignIn.token_fingerprint == codes.fingerprint(token), Person.is_active, *_is_open(moment))
    )
    rows = db.session.execute(statement).all()
    if not rows:
        return None
    first = rows[0]
    return SignedIn(
        person_id=first[0],
        email=first[1] or "",
        name=first[2],
        permissions=_permissions([(row[3], row[4]) for row in rows]),
        has_two_factor=first[6] is not None,
        is_fresh=moment - first[5] < SEEN_EVERY,
        choices=first.choices,
        has_confirmed=first.proven_at is not None and moment - first.proven_at < CONFIRMED_FOR,
    )


def _is_open(moment: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (SignIn.ended_at.is_(None), SignIn.expires_at > moment, SignIn.idle_until > moment)


def _permissions(pairs: list[tuple[str | None, str | None]]) -> frozenset[Permission]:
    held = frozenset(role for role, _ in pairs if role) | {roles.Role.CUSTOMER}
    return roles.permissions_of(held, frozenset(granted for _, granted in pairs if granted))


def permissions(person_id: int) -> frozenset[Permission]:
    """What an active person may do; nothing when there is no such person."""
    rows = db.session.execute(
        sa.select(Role.name, RoleGrant.permission)
        .select_from(Person)
        .outerjoin(RoleAssignment, RoleAssignment.person_id == Person.id)
        .outerjoin(Role, Role.id == RoleAssignment.role_id)
        .outerjoin(RoleGrant, RoleGrant.role_id == Role.id)
        .where(Person.id == person_id, Person.is_active)
    ).all()
    return _permissions([(role, granted) for role, granted in rows]) if rows else frozenset()


def is_staff(person_id: int) -> bool:
    """Whether a person may do more than use their own account."""
    return bool(permissions(person_id) - {Permission.ACCOUNT_USE})


def open_of(person_id: int, *, token: str) -> list[OpenSignIn]:
    """Where a person is signed in, the newest use first; ``token`` is that of the browser that asks."""
    own = codes.fingerprint(token)
    rows = db.session.scalars(
        sa.select(SignIn)
        .where(SignIn.person_id == person_id, *_is_open(clock.now()))
        .order_by(SignIn.last_seen_at.desc(), SignIn.id.desc())
        .limit(MOST_SHOWN)
    )
    return [
        OpenSignIn(
            id=row.id,
            browser=browser_name(row.user_agent),
            address=row.address,
            created_at=row.created_at,
            last_seen_at=row.last_seen_at,
            is_this=row.token_fingerprint == own,
        )
        for row in rows
    ]
