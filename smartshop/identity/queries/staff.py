"""Staff by what they may do."""

import sqlalchemy as sa

from smartshop.identity.models import Person, Role, RoleAssignment, RoleGrant
from smartshop.identity.rules import roles
from smartshop.kernel.extensions import db
from smartshop.kernel.permissions import Permission


def addresses(permission: Permission) -> list[tuple[int, str]]:
    """(id, e-mail) of every active person who holds a permission; one query."""
    builtin = [role.value for role, grants in roles.ROLE_GRANTS.items() if permission in grants]
    rows = db.session.execute(
        sa.select(Person.id, Person.email)
        .distinct()
        .join(RoleAssignment, RoleAssignment.person_id == Person.id)
        .join(Role, Role.id == RoleAssignment.role_id)
        .outerjoin(RoleGrant, RoleGrant.role_id == Role.id)
        .where(
            Person.is_active,
            Person.email.is_not(None),
            sa.or_(Role.name.in_(builtin), RoleGrant.permission == permission.value),
        )
        .order_by(Person.id)
    )
    return [(row.id, row.email) for row in rows if row.email]
