"""Accounts: signing up, signing in and out, granting roles."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from smartshop.identity.models import Person, Role, RoleAssignment, SignIn
from smartshop.identity.rules import accounts, roles
from smartshop.kernel import audit, clock, codes, passwords
from smartshop.kernel.errors import DomainError, Invalid, NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work


class WrongCredentials(DomainError):
    """The address and the password do not belong together; which of the two is wrong is not said."""

    code = "wrong_credentials"
    status = 422


@dataclass(frozen=True)
class Door:
    """The browser somebody came in through."""

    address: str = ""
    user_agent: str = ""


def sign_up(*, email: str, name: str, password: str, country: str = "", password_cost: int) -> int:
    """Create a customer's account and return its id.

    Raises Invalid with a message per field; an address that is taken is one of them.
    """
    normal, problems = _checked(email, name, password)
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
        taken = "There is an account with this address already. Sign in, or use another address."
        raise Invalid("Please correct the marked fields.", {"email": taken}) from error
    return person.id


def _checked(email: str, name: str, password: str) -> tuple[str, dict[str, str]]:
    problems: dict[str, str] = {}
    normal = accounts.normal_email(email)
    if normal is None:
        problems["email"] = "Enter an e-mail address such as name@example.com."
    if not name.strip():
        problems["name"] = "Enter your name."
    elif len(name.strip()) > accounts.LONGEST_NAME:
        problems["name"] = f"Use at most {accounts.LONGEST_NAME} characters."
    trouble = accounts.problem_with_password(password, email)
    if trouble:
        problems["password"] = trouble
    return normal or "", problems


def sign_in(*, email: str, password: str, door: Door, password_cost: int) -> tuple[int, str]:
    """Check the password and open a sign-in; returns the person's id and the token for their cookie.

    Raises WrongCredentials; an unknown address takes as long as a wrong password.
    """
    normal = accounts.normal_email(email) or ""
    found = db.session.execute(
        sa.select(Person.id, Person.password_hash).where(Person.email == normal, Person.is_active)
    ).one_or_none()
    if (
        not passwords.matches(found.password_hash if found else None, password, password_cost)
        or found is None
    ):
        raise WrongCredentials(
            "That e-mail address and password do not belong together. Check both and try again."
        )
    return found.id, open_sign_in(person_id=found.id, door=door)


def open_sign_in(*, person_id: int, door: Door) -> str:
    """Sign a person in without a password (just signed up); returns the token for their cookie."""
    token = codes.token()
    with unit_of_work():
        db.session.add(
            SignIn(
                person_id=person_id,
                token_fingerprint=codes.fingerprint(token),
                created_at=clock.now(),
                address=door.address[:45],
                user_agent=door.user_agent[:255],
            )
        )
    return token


def sign_out(*, token: str) -> None:
    """End the sign-in; its token opens nothing any more."""
    with unit_of_work():
        db.session.execute(
            sa.update(SignIn)
            .where(SignIn.token_fingerprint == codes.fingerprint(token), SignIn.ended_at.is_(None))
            .values(ended_at=clock.now())
        )


def grant_role(*, person_id: int, role: roles.Role, actor: audit.Actor) -> None:
    """Give a person a built-in role; giving it twice changes nothing."""
    with unit_of_work():
        role_id = db.session.scalar(sa.select(Role.id).where(Role.name == role.value))
        if role_id is None:
            raise NotFound(f"There is no role {role.value!r}. Run 'flask db upgrade'.")
        if db.session.get(RoleAssignment, (person_id, role_id)) is None:
            db.session.add(RoleAssignment(person_id=person_id, role_id=role_id, granted_at=clock.now()))
            audit.record(
                actor=actor, action="role.granted", subject=f"person:{person_id}", after={"role": role.value}
            )
