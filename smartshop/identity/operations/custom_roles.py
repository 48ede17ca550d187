"""Roles that the shop makes itself. Nobody puts into a role, or takes out of it, what they may not do themselves."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from smartshop.identity.models import Invitation, InvitationRole, Role, RoleAssignment, RoleGrant
from smartshop.identity.operations import sign_ins, team
from smartshop.identity.queries import team as queries
from smartshop.identity.queries.team import RoleKept
from smartshop.identity.rules.team import custom_name, problems_with_role
from smartshop.kernel import audit
from smartshop.kernel.audit import Actor
from smartshop.kernel.errors import Conflict, Invalid, Refused
from smartshop.kernel.extensions import db
from smartshop.kernel.permissions import Permission
from smartshop.kernel.uow import unit_of_work

PLEASE = "Please correct the marked fields."
IS_TAKEN = "There is a role of this name already. Choose another."


class BuiltIn(Refused):
    """The roles that the program comes with stay as they are."""

    code = "built_in"


def make(*, label: str, permissions: Collection[str], actor: Actor) -> int:
    """A new role; returns its id.

    Raises Invalid by field, and NotTheirs.
    """
    wanted = _checked(label, permissions)
    try:
        with unit_of_work():
            team.lock()
            team.require_power(actor, wanted)
            role = Role(name=custom_name(label), label=" ".join(label.split()))
            db.session.add(role)
            db.session.flush()
            _grant(role.id, wanted)
            audit.record(
                actor=actor, action="role.made", subject=f"role:{role.id}", after=_told(role.label, wanted)
            )
            return role.id
    except IntegrityError as error:
        raise Invalid(PLEASE, {"label": IS_TAKEN}) from error


def change(*, role_id: int, label: str, permissions: Collection[str], actor: Actor) -> None:
    """Call a role by another name, or let it allow something else; then everybody else who has it signs in again.

    Raises NotFound, Invalid by field, BuiltIn and NotTheirs.
    """
    wanted = _checked(label, permissions)
    try:
        with unit_of_work():
            team.lock()
            kept = _custom(role_id)
            team.require_power(actor, kept.permissions | wanted)
            name, words = custom_name(label), " ".join(label.split())
            if (words, wanted) == (kept.label, kept.permissions):
                return
            db.session.execute(sa.update(Role).where(Role.id == role_id).values(name=name, label=words))
            if wanted != kept.permissions:
                _grant(role_id, wanted)
                _sign_out_everybody_else(role_id, actor)
            audit.record(
                actor=actor,
                action="role.changed",
                subject=f"role:{role_id}",
                before=_told(kept.label, kept.permissions),
                after=_told(words, wanted),
            )
    except IntegrityError as error:
        raise Invalid(PLEASE, {"label": IS_TAKEN}) from error


def remove(*, role_id: int, actor: Actor) -> None:
    """Delete a role that nobody has and nobody is invited to.

    Raises NotFound, BuiltIn, NotTheirs, and Conflict when it is in use.
    """
    with unit_of_work():
        team.lock()
        kept = _custom(role_id)
        team.require_power(actor, kept.permissions)
        is_held = sa.exists().where(RoleAssignment.role_id == role_id)
        is_offered = sa.exists().where(
            InvitationRole.role_id == role_id, InvitationRole.invitation_id == Invitation.id, *queries.IS_OPEN
        )
        done: Any = db.session.execute(sa.delete(Role).where(Role.id == role_id, ~is_held, ~is_offered))
        if not done.rowcount:
            raise Conflict("Somebody has this role, or is invited to it. Give them another one first.")
        audit.record(
            actor=actor,
            action="role.removed",
            subject=f"role:{role_id}",
            before=_told(kept.label, kept.permissions),
        )


def _checked(label: str, permissions: Collection[str]) -> frozenset[Permission]:
    problems = problems_with_role(label, permissions)
    if problems:
        raise Invalid(PLEASE, problems)
    return frozenset(Permission(name) for name in permissions)


def _custom(role_id: int) -> RoleKept:
    kept = queries.role(role_id)
    if kept.is_builtin:
        raise BuiltIn("Built-in roles stay as they are. Copy this one, and change the copy.")
    return kept


def _grant(role_id: int, permissions: frozenset[Permission]) -> None:
    db.session.execute(sa.delete(RoleGrant).where(RoleGrant.role_id == role_id))
    rows = [{"role_id": role_id, "permission": permission.value} for permission in sorted(permissions)]
    if rows:
        db.session.execute(sa.insert(RoleGrant), rows)


def _sign_out_everybody_else(role_id: int, actor: Actor) -> None:
    holders = db.session.scalars(
        sa.select(RoleAssignment.person_id).where(RoleAssignment.role_id == role_id)
    ).all()
    for person_id in holders:
        if person_id != actor.person_id:
            sign_ins.end_all(person_id=person_id)


def _told(label: str, permissions: frozenset[Permission]) -> dict[str, Any]:
    return {"name": label, "allows": sorted(permission.value for permission in permissions)}
