"""Who is signed in."""

from dataclasses import dataclass

import sqlalchemy as sa

from smartshop.identity.models import Person, Role, RoleAssignment, RoleGrant, SignIn
from smartshop.identity.rules import roles
from smartshop.kernel import codes
from smartshop.kernel.extensions import db
from smartshop.kernel.permissions import Permission


@dataclass(frozen=True)
class SignedIn:
    """A signed-in person and what they may do."""

    person_id: int
    email: str
    name: str
    permissions: frozenset[Permission]

    def can(self, permission: Permission | str) -> bool:
        return permission in self.permissions

    @property
    def is_staff(self) -> bool:
        """Whether they may do more than use their own account."""
        return bool(self.permissions - {Permission.ACCOUNT_USE})


def by_token(token: str) -> SignedIn | None:
    """The person behind a sign-in token that has not ended, with their permissions, in one query."""
    statement = (
        sa.select(Person.id, Person.email, Person.name, Role.name, RoleGrant.permission)
        .join(SignIn, SignIn.person_id == Person.id)
        .outerjoin(RoleAssignment, RoleAssignment.person_id == Person.id)
        .outerjoin(Role, Role.id == RoleAssignment.role_id)
        .outerjoin(RoleGrant, RoleGrant.role_id == Role.id)
        .where(
            SignIn.token_fingerprint == codes.fingerprint(token), SignIn.ended_at.is_(None), Person.is_active
        )
    )
    rows = db.session.execute(statement).all()
    if not rows:
        return None
    held = frozenset(row[3] for row in rows if row[3]) | {roles.Role.CUSTOMER}
    granted = frozenset(row[4] for row in rows if row[4])
    return SignedIn(rows[0][0], rows[0][1] or "", rows[0][2], roles.permissions_of(held, granted))
