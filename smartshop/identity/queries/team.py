"""Staff, their roles, and who is invited."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

import sqlalchemy as sa

from smartshop.identity.models import (
    Invitation,
    InvitationRole,
    Person,
    Role,
    RoleAssignment,
    RoleGrant,
    SignIn,
    TwoFactor,
)
from smartshop.identity.rules import roles as rules
from smartshop.identity.rules.team import INVITATION_PURPOSE
from smartshop.kernel import clock, sealing
from smartshop.kernel.errors import NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.permissions import Permission
from smartshop.kernel.sealing import Seal

IS_OPEN = (Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))


@dataclass(frozen=True)
class RoleKept:
    """A role, what it allows beside the own account, and how many active people have it."""

    id: int
    name: str
    label: str
    is_builtin: bool
    permissions: frozenset[Permission]
    members: int


@dataclass(frozen=True)
class Member:
    """Somebody on the team, active or not."""

    id: int
    name: str
    email: str
    is_active: bool
    has_two_factor: bool
    last_seen_at: datetime | None
    roles: tuple[RoleKept, ...]

    @property
    def permissions(self) -> frozenset[Permission]:
        return union(self.roles)


@dataclass(frozen=True)
class Invited:
    """An invitation that was neither accepted nor taken back."""

    id: int
    email: str
    roles: tuple[RoleKept, ...]
    invited_by: str
    created_at: datetime
    expires_at: datetime

    @property
    def is_over(self) -> bool:
        """Whether it was not accepted in time."""
        return self.expires_at <= clock.now()


def union(of: Collection[RoleKept]) -> frozenset[Permission]:
    """Everything that these roles allow."""
    return frozenset[Permission]().union(*(role.permissions for role in of))


def roles() -> list[RoleKept]:
    """Every role staff may have, the built-in ones first; two queries."""
    granted: dict[int, set[str]] = defaultdict(set)
    for row in db.session.execute(sa.select(RoleGrant.role_id, RoleGrant.permission)):
        granted[row.role_id].add(row.permission)
    members = (
        sa.select(sa.func.count())
        .select_from(RoleAssignment)
        .join(Person, Person.id == RoleAssignment.person_id)
        .where(RoleAssignment.role_id == Role.id, Person.is_active)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(Role.id, Role.name, Role.label, Role.is_builtin, members.label("members"))
        .where(Role.name != rules.Role.CUSTOMER.value)
        .order_by(Role.is_builtin.desc(), Role.id)
    )
    return [
        RoleKept(
            id=row.id,
            name=row.name,
            label=row.label,
            is_builtin=row.is_builtin,
            permissions=_allowed(row.name, is_builtin=row.is_builtin, granted=granted[row.id]),
            members=row.members,
        )
        for row in rows
    ]


def _allowed(name: str, *, is_builtin: bool, granted: set[str]) -> frozenset[Permission]:
    held = frozenset({name}) if is_builtin else frozenset[str]()
    return rules.permissions_of(held, frozenset(granted)) - {Permission.ACCOUNT_USE}


def role(role_id: int) -> RoleKept:
    """One role of staff.

    Raises NotFound.
    """
    found = next((kept for kept in roles() if kept.id == role_id), None)
    if found is None:
        raise NotFound("There is no such role.")
    return found


def members() -> list[Member]:
    """Everybody on the team, who is active first, by name; four queries."""
    return _members(sa.true())


def member(person_id: int) -> Member:
    """Somebody on the team.

    Raises NotFound when they are not on it.
    """
    found = _members(Person.id == person_id)
    if not found:
        raise NotFound("There is nobody of that number on the team.")
    return found[0]


def _members(condition: sa.ColumnElement[bool]) -> list[Member]:
    known = {kept.id: kept for kept in roles()}
    seen = (
        sa.select(sa.func.max(SignIn.last_seen_at))
        .where(SignIn.person_id == Person.id)
        .correlate(Person)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(
            Person.id, Person.name, Person.email, Person.is_active, TwoFactor.confirmed_at,
            seen.label("last_seen_at"), RoleAssignment.role_id,
        )
        .join(RoleAssignment, RoleAssignment.person_id == Person.id)
        .outerjoin(TwoFactor, TwoFactor.person_id == Person.id)
        .where(condition, RoleAssignment.role_id.in_(known))
        .order_by(Person.is_active.desc(), Person.name, Person.id, RoleAssignment.role_id)
    )  # fmt: skip
    return [
        Member(
            id=first.id,
            name=first.name,
            email=first.email or "",
            is_active=first.is_active,
            has_two_factor=first.confirmed_at is not None,
            last_seen_at=first.last_seen_at,
            roles=tuple(known[row.role_id] for row in [first, *rest]),
        )
        for _id, group in groupby(rows, key=lambda row: row.id)
        for first, *rest in [list(group)]
    ]


def invitations() -> list[Invited]:
    """Every invitation that is open, also those that were not accepted in time; the newest first."""
    return _invitations(*IS_OPEN)


def invitation(*, link: str, token: str, seal: Seal) -> Invited:
    """The invitation that a link in an e-mail leads to.

    Raises NotFound when the link is wrong, or the invitation used, taken back or too old.
    """
    if sealing.is_same(seal.token(INVITATION_PURPOSE, link), token):
        found = _invitations(*IS_OPEN, Invitation.salt == link, Invitation.expires_at > clock.now())
        if found:
            return found[0]
    raise NotFound("This invitation is not valid any more. Ask for a new one.")


def _invitations(*conditions: sa.ColumnElement[bool]) -> list[Invited]:
    known = {kept.id: kept for kept in roles()}
    rows = db.session.execute(
        sa.select(
            Invitation.id, Invitation.email, Person.name, Invitation.created_at, Invitation.expires_at,
            InvitationRole.role_id,
        )
        .outerjoin(InvitationRole, InvitationRole.invitation_id == Invitation.id)
        .outerjoin(Person, Person.id == Invitation.invited_by)
        .where(*conditions)
        .order_by(Invitation.created_at.desc(), Invitation.id.desc(), InvitationRole.role_id)
    )  # fmt: skip
    return [
        Invited(
            id=first.id,
            email=first.email,
            roles=tuple(known[row.role_id] for row in [first, *rest] if row.role_id in known),
            invited_by=first.name or "",
            created_at=first.created_at,
            expires_at=first.expires_at,
        )
        for _id, group in groupby(rows, key=lambda row: row.id)
        for first, *rest in [list(group)]
    ]
