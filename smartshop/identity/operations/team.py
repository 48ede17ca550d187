"""Who is on the team, and with which roles. Nobody grants or takes away what they lack, and one admin always stays.

Every change here holds the same lock, so that two at once come one after the other and the second sees the first.
"""

from collections.abc import Collection

import sqlalchemy as sa

from smartshop.identity.models import Invitation, Person, Role, RoleAssignment
from smartshop.identity.operations import sign_ins
from smartshop.identity.queries import sign_ins as signed_in
from smartshop.identity.queries import team
from smartshop.identity.queries.team import Member, RoleKept
from smartshop.identity.rules import roles as rules
from smartshop.identity.rules.team import lacking
from smartshop.kernel import audit, clock
from smartshop.kernel.audit import Actor
from smartshop.kernel.errors import Conflict, Invalid, Refused
from smartshop.kernel.extensions import db
from smartshop.kernel.permissions import Permission
from smartshop.kernel.uow import unit_of_work


class LastAdmin(Conflict):
    """Somebody must be left who may do everything."""

    code = "last_admin"


class NotTheirs(Refused):
    """Somebody wanted to grant, or to take away, what they may not do themselves."""

    code = "not_theirs"


def set_roles(*, person_id: int, role_ids: Collection[int], actor: Actor) -> None:
    """Give somebody on the team these roles and no others; every sign-in of theirs ends. None makes them a customer.

    Raises NotFound, Invalid, NotTheirs and LastAdmin.
    """
    with unit_of_work():
        lock()
        member, wanted = team.member(person_id), chosen(role_ids)
        if set(wanted) == set(member.roles):
            return
        require_power(actor, member.permissions | team.union(wanted))
        _assign(person_id, wanted)
        if _is_admin(member.roles) and not _is_admin(wanted):
            _require_an_admin()
        _end_what_they_began(person_id)
        audit.record(
            actor=actor,
            action="roles.changed",
            subject=f"person:{person_id}",
            before={"roles": labels(member.roles)},
            after={"roles": labels(wanted)},
        )


def deactivate(*, person_id: int, actor: Actor) -> None:
    """Switch off the account of somebody on the team; every sign-in of theirs ends at once.

    Raises NotFound, NotTheirs and LastAdmin.
    """
    with unit_of_work():
        lock()
        member = team.member(person_id)
        if not member.is_active:
            return
        require_power(actor, member.permissions)
        _switch(member, actor, is_active=False)
        if _is_admin(member.roles):
            _require_an_admin()
        _end_what_they_began(person_id)


def reactivate(*, person_id: int, actor: Actor) -> None:
    """Let somebody on the team sign in again, with the roles they had.

    Raises NotFound and NotTheirs.
    """
    with unit_of_work():
        lock()
        member = team.member(person_id)
        if not member.is_active:
            require_power(actor, member.permissions)
            _switch(member, actor, is_active=True)


def lock() -> None:
    """Wait for other changes to the team, inside the unit of work; SQLite's writers wait by themselves."""
    db.session.execute(sa.select(Role.id).where(Role.name == rules.Role.ADMIN.value).with_for_update())


def require_power(actor: Actor, permissions: frozenset[Permission]) -> None:
    """See that somebody holds all of these now; the program itself does.

    Raises NotTheirs, which names what they lack.
    """
    if actor.person_id is None:
        return
    missing = lacking(permissions, signed_in.permissions(actor.person_id))
    if missing:
        raise NotTheirs(
            f"This takes somebody who may do more than you. You lack: {', '.join(missing)}.", missing=missing
        )


def chosen(role_ids: Collection[int]) -> tuple[RoleKept, ...]:
    """The roles of these numbers.

    Raises Invalid when there is no such role.
    """
    found = tuple(role for role in team.roles() if role.id in role_ids)
    if len(found) != len(set(role_ids)):
        raise Invalid(
            "Please correct the marked fields.", {"roles": "Choose from the roles that are listed."}
        )
    return found


def add_roles(person_id: int, roles: Collection[RoleKept]) -> None:
    """Give somebody these roles, inside the caller's unit of work and its lock."""
    rows = [{"person_id": person_id, "role_id": role.id, "granted_at": clock.now()} for role in roles]
    if rows:
        db.session.execute(sa.insert(RoleAssignment), rows)


def labels(roles: Collection[RoleKept]) -> str:
    """The names of roles, for people."""
    return ", ".join(role.label for role in roles)


def _assign(person_id: int, roles: Collection[RoleKept]) -> None:
    db.session.execute(sa.delete(RoleAssignment).where(RoleAssignment.person_id == person_id))
    add_roles(person_id, roles)


def _switch(member: Member, actor: Actor, *, is_active: bool) -> None:
    db.session.execute(sa.update(Person).where(Person.id == member.id).values(is_active=is_active))
    audit.record(
        actor=actor,
        action="person.reactivated" if is_active else "person.deactivated",
        subject=f"person:{member.id}",
        before={"is_active": member.is_active},
        after={"is_active": is_active},
    )


def _end_what_they_began(person_id: int) -> None:
    """Their sign-ins and the invitations they wrote: both rest on what they were allowed."""
    sign_ins.end_all(person_id=person_id)
    theirs = sa.update(Invitation).where(Invitation.invited_by == person_id, *team.IS_OPEN)
    db.session.execute(theirs.values(revoked_at=clock.now()))


def _is_admin(roles: Collection[RoleKept]) -> bool:
    return rules.Role.ADMIN.value in {role.name for role in roles}


def _require_an_admin() -> None:
    left = db.session.scalar(
        sa.select(sa.func.count())
        .select_from(RoleAssignment)
        .join(Role, Role.id == RoleAssignment.role_id)
        .join(Person, Person.id == RoleAssignment.person_id)
        .where(Role.name == rules.Role.ADMIN.value, Person.is_active)
    )
    if not left:
        raise LastAdmin("The shop needs at least one active admin. Make somebody else an admin first.")
