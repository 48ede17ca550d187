"""Accounts: opening them and granting roles."""

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from smartshop.identity.models import Person, Role, RoleAssignment
from smartshop.identity.operations import sign_ins
from smartshop.identity.rules import accounts, roles
from smartshop.kernel import audit, clock, passwords
from smartshop.kernel.errors import Invalid, NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work


def sign_up(*, email: str, name: str, password: str, country: str = "", password_cost: int) -> int:
    """Create an account for an address that needs no proof, and return its id; visitors go by ``joining``.

    Raises Invalid with a message per field; an address that is taken is one of them.
    """
    normal, problems = accounts.problems_with_account(email, name, password)
    if problems:
        raise Invalid("Please correct the marked fields.", problems)
    password_hash = passwords.hashed(password, password_cost)
    try:
        with unit_of_work():
            person = Person(
                email=normal,
                name=name.strip(),
                country=country,
                password_hash=password_hash,
                created_at=clock.now(),
            )
            db.session.add(person)
            db.session.flush()
    except IntegrityError as error:
        taken = "There is an account with this address already. Use another address."
        raise Invalid("Please correct the marked fields.", {"email": taken}) from error
    return person.id


def grant_role(*, person_id: int, role: roles.Role, actor: audit.Actor) -> None:
    """Give a person a built-in role; giving it twice changes nothing. They sign in again to use it."""
    with unit_of_work():
        role_id = db.session.scalar(sa.select(Role.id).where(Role.name == role.value))
        if role_id is None:
            raise NotFound(f"There is no role {role.value!r}. Run 'flask db upgrade'.")
        if db.session.get(RoleAssignment, (person_id, role_id)) is None:
            db.session.add(RoleAssignment(person_id=person_id, role_id=role_id, granted_at=clock.now()))
            sign_ins.end_all(person_id=person_id)
            audit.record(
                actor=actor, action="role.granted", subject=f"person:{person_id}", after={"role": role.value}
            )
