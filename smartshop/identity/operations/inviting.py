"""Inviting people to the team: one link in an e-mail, good for seven days and once."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from smartshop.identity.models import Invitation, InvitationRole, Person, RoleAssignment
from smartshop.identity.operations import sign_ins, team
from smartshop.identity.operations.signing_in import Entry
from smartshop.identity.queries import team as queries
from smartshop.identity.queries.team import Invited, RoleKept
from smartshop.identity.rules import accounts
from smartshop.identity.rules.doors import Door
from smartshop.identity.rules.post import Post
from smartshop.identity.rules.team import INVITATION_LASTS, INVITATION_PURPOSE
from smartshop.kernel import audit, clock, passwords, sealing
from smartshop.kernel.audit import Actor
from smartshop.kernel.errors import Conflict, Invalid, NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.sealing import Seal
from smartshop.kernel.uow import unit_of_work

PLEASE = "Please correct the marked fields."
GONE = "This invitation was accepted or taken back meanwhile."
IS_INVITED = "There is an invitation to this address already. Send that one again, or take it back."


def invite(*, email: str, role_ids: Collection[int], actor: Actor, post: Post) -> int:
    """Mail an invitation to join the team with these roles; returns its id.

    Raises Invalid by field, and NotTheirs.
    """
    normal = accounts.normal_email(email)
    if normal is None:
        raise Invalid(PLEASE, {"email": "Enter an e-mail address such as name@example.com."})
    if not role_ids:
        raise Invalid(PLEASE, {"roles": "Choose at least one role."})
    try:
        with unit_of_work():
            team.lock()
            roles = team.chosen(role_ids)
            team.require_power(actor, queries.union(roles))
            _refuse_staff(normal)
            _close(Invitation.email == normal, Invitation.expires_at <= clock.now())
            return _write(normal, roles, actor, post)
    except IntegrityError as error:
        raise Invalid(PLEASE, {"email": IS_INVITED}) from error


def _refuse_staff(email: str) -> None:
    is_staff = (
        sa.select(RoleAssignment.role_id)
        .join(Person, Person.id == RoleAssignment.person_id)
        .where(Person.email == email)
    )
    if db.session.scalar(is_staff.limit(1)) is not None:
        raise Invalid(PLEASE, {"email": "Whoever has this address is on the team already."})


def _write(email: str, roles: tuple[RoleKept, ...], actor: Actor, post: Post) -> int:
    moment, salt = clock.now(), sealing.salt()
    row = Invitation(
        email=email,
        salt=salt,
        invited_by=actor.person_id,
        created_at=moment,
        expires_at=moment + INVITATION_LASTS,
    )
    db.session.add(row)
    db.session.flush()
    db.session.add_all(InvitationRole(invitation_id=row.id, role_id=role.id) for role in roles)
    _mail(email, salt, roles, actor, post)
    facts = {"email": email, "roles": team.labels(roles)}
    audit.record(actor=actor, action="invitation.sent", subject=f"invitation:{row.id}", after=facts)
    return row.id


def _mail(email: str, salt: str, roles: Collection[RoleKept], actor: Actor, post: Post) -> None:
    inviter = db.session.get(Person, actor.person_id) if actor.person_id else None
    facts = {"invited_by": inviter.name if inviter else "", "roles": team.labels(roles), "link": salt}
    post(
        kind="invitation",
        recipient=email,
        facts={**facts, **sealing.sealed("token", INVITATION_PURPOSE, salt)},
    )


def send_again(*, invitation_id: int, actor: Actor, post: Post) -> str:
    """Mail a new link, good for seven days from now; the old one opens nothing any more. Returns the address.

    Raises NotFound and NotTheirs.
    """
    with unit_of_work():
        team.lock()
        kept = _open(invitation_id)
        team.require_power(actor, queries.union(kept.roles))
        salt = sealing.salt()
        db.session.execute(
            sa.update(Invitation)
            .where(Invitation.id == invitation_id)
            .values(salt=salt, expires_at=clock.now() + INVITATION_LASTS, invited_by=actor.person_id)
        )
        _mail(kept.email, salt, kept.roles, actor, post)
        audit.record(
            actor=actor,
            action="invitation.sent_again",
            subject=f"invitation:{invitation_id}",
            after={"email": kept.email},
        )
        return kept.email


def revoke(*, invitation_id: int, actor: Actor) -> None:
    """Take an invitation back; its link opens nothing any more.

    Raises NotFound and NotTheirs.
    """
    with unit_of_work():
        team.lock()
        kept = _open(invitation_id)
        team.require_power(actor, queries.union(kept.roles))
        _close(Invitation.id == invitation_id)
        audit.record(
            actor=actor,
            action="invitation.revoked",
            subject=f"invitation:{invitation_id}",
            before={"email": kept.email},
        )


def _open(invitation_id: int) -> Invited:
    found = next((kept for kept in queries.invitations() if kept.id == invitation_id), None)
    if found is None:
        raise NotFound(GONE)
    return found


def _close(*conditions: sa.ColumnElement[bool]) -> None:
    db.session.execute(
        sa.update(Invitation).where(*conditions, *queries.IS_OPEN).values(revoked_at=clock.now())
    )


def accept_new(
    *, link: str, token: str, seal: Seal, name: str, password: str, password_cost: int, door: Door
) -> Entry:
    """Join the team with a new account of the invited address, and sign in.

    Raises NotFound, Invalid by field, and Conflict when the address has an account.
    """
    invited = queries.invitation(link=link, token=token, seal=seal)
    _email, problems = accounts.problems_with_account(invited.email, name, password)
    if problems:
        raise Invalid(PLEASE, problems)
    password_hash = passwords.hashed(password, password_cost)
    try:
        with unit_of_work():
            return _join(invited, _account(invited.email, name.strip(), password_hash), door)
    except IntegrityError as error:
        raise Conflict("This address has an account already. Sign in, and open the link again.") from error


def accept_as(*, link: str, token: str, seal: Seal, person_id: int, door: Door) -> Entry:
    """Join the team with the account of somebody signed in; their sign-ins end, and a new one opens.

    Raises NotFound, also when the invitation went to another address.
    """
    invited = queries.invitation(link=link, token=token, seal=seal)
    with unit_of_work():
        mine = sa.select(Person.id).where(
            Person.id == person_id, Person.email == invited.email, Person.is_active
        )
        if db.session.scalar(mine) is None:
            raise NotFound("This invitation went to another address. Sign in with that one.")
        return _join(invited, person_id, door)


def has_account(email: str) -> bool:
    """Whether an address has an account that one can sign in to."""
    account = sa.select(Person.id).where(Person.email == email, Person.password_hash.is_not(None))
    return db.session.scalar(account) is not None


def _account(email: str, name: str, password_hash: str) -> int:
    """A new account, or that of a customer of imported history who has none yet."""
    claimed: int | None = db.session.scalar(
        sa.update(Person)
        .where(Person.email == email, Person.password_hash.is_(None), Person.is_active)
        .values(name=name, password_hash=password_hash)
        .returning(Person.id)
    )
    if claimed is not None:
        return claimed
    person = Person(email=email, name=name, password_hash=password_hash, created_at=clock.now())
    db.session.add(person)
    db.session.flush()
    return person.id


def _join(invited: Invited, person_id: int, door: Door) -> Entry:
    team.lock()
    used: Any = db.session.execute(
        sa.update(Invitation)
        .where(Invitation.id == invited.id, *queries.IS_OPEN, Invitation.expires_at > clock.now())
        .values(accepted_at=clock.now())
    )
    if not used.rowcount:
        raise NotFound(GONE)
    team.add_roles(person_id, invited.roles)
    sign_ins.end_all(person_id=person_id)
    audit.record(
        actor=Actor(person_id, invited.email, door.address),
        action="invitation.accepted",
        subject=f"person:{person_id}",
        after={"roles": team.labels(invited.roles)},
    )
    return Entry(person_id, sign_ins.open_sign_in(person_id=person_id, door=door))
