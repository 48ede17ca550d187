"""The team: invitations, roles, and that one admin always stays."""

from functools import partial

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from smartshop.identity.models import Person, Role, RoleGrant
from smartshop.identity.operations import custom_roles, inviting, sign_ins, team
from smartshop.identity.operations.custom_roles import BuiltIn
from smartshop.identity.operations.signing_in import Entry
from smartshop.identity.operations.team import LastAdmin, NotTheirs
from smartshop.identity.queries import sign_ins as signed_in
from smartshop.identity.queries import team as queries
from smartshop.identity.rules import roles as rules
from smartshop.identity.rules.doors import Door
from smartshop.identity.rules.team import INVITATION_LASTS, INVITATION_PURPOSE
from smartshop.kernel import clock
from smartshop.kernel.audit import SYSTEM, Actor, AuditRecord
from smartshop.kernel.errors import Conflict, DomainError, Invalid, NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.permissions import Permission
from smartshop.messaging.models import Email
from smartshop.messaging.operations import outbox
from tests import competing, factories
from tests.authenticator import seal
from tests.databases import CHEAP_PASSWORDS
from tests.row_counts import nothing_changes

NEW = "grace@example.com"


def role_id(name: str) -> int:
    found = db.session.scalar(sa.select(Role.id).where(Role.name == name))
    assert found is not None
    return found


def staff(role: rules.Role = rules.Role.ADMIN) -> Actor:
    person_id = factories.make_person(role=role)
    return Actor(person_id, f"{role.value}@example.com")


def keeper_of_the_team(*more: Permission) -> Actor:
    """Somebody who may change the team, and little else."""
    made = custom_roles.make(label="Keeper", permissions=["team:manage", "roles:manage", *more], actor=SYSTEM)
    keeper = staff(rules.Role.ANALYST)
    team.set_roles(person_id=keeper.person_id or 0, role_ids=[made], actor=SYSTEM)
    return keeper


def invite(actor: Actor, *names: str, email: str = NEW) -> int:
    roles = [role_id(name) for name in names or ("support",)]
    return inviting.invite(email=email, role_ids=roles, actor=actor, post=outbox.enqueue)


def link() -> dict[str, str]:
    """What the newest invitation's e-mail leads to."""
    db.session.rollback()
    facts = db.session.scalars(
        sa.select(Email.facts).where(Email.kind == "invitation").order_by(Email.id.desc())
    ).first()
    assert facts is not None
    return {"link": facts["link"], "token": seal().token(INVITATION_PURPOSE, facts["link"])}


def accept(given: dict[str, str], password: str = factories.PASSWORD) -> Entry:
    return inviting.accept_new(
        link=given["link"],
        token=given["token"],
        seal=seal(),
        name="Grace",
        password=password,
        password_cost=CHEAP_PASSWORDS,
        door=Door(),
    )


def actions() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(AuditRecord.action).order_by(AuditRecord.id)))


def admins() -> list[int]:
    db.session.rollback()
    return [
        member.id
        for member in queries.members()
        if member.is_active and "admin" in {role.name for role in member.roles}
    ]


def roles_of(person_id: int) -> set[str]:
    db.session.rollback()
    return {role.name for role in queries.member(person_id).roles}


def test_an_invitation_opens_an_account_with_its_roles_once(any_app: Flask) -> None:
    admin = staff()
    invite(admin, "support", "analyst")
    given = link()
    assert given["token"] not in str(db.session.execute(sa.text("SELECT * FROM invitations")).all())
    entry = accept(given)
    assert roles_of(entry.person_id) == {"support", "analyst"}
    person = signed_in.by_token(entry.token)
    assert person is not None
    assert (person.email, person.can(Permission.ORDERS_REFUND)) == (NEW, True)
    assert queries.invitations() == []
    assert actions()[-2:] == ["invitation.sent", "invitation.accepted"]
    db.session.rollback()
    with nothing_changes(), pytest.raises(NotFound):
        accept(given)


def test_an_invitation_ends_after_seven_days_and_wrong_links_open_nothing(any_app: Flask) -> None:
    invite(staff())
    given = link()
    with nothing_changes():
        for wrong in ({**given, "token": "x"}, {**given, "link": "0" * 32}):
            with pytest.raises(NotFound):
                accept(wrong)
        with time_machine.travel(clock.now() + INVITATION_LASTS, tick=False), pytest.raises(NotFound):
            accept(given)
        with pytest.raises(Invalid):
            accept(given, password="short")
    assert accept(given).person_id


def test_sending_again_voids_the_old_link_and_taking_back_voids_every_link(any_app: Flask) -> None:
    admin = staff()
    invitation_id, old = invite(admin), link()
    inviting.send_again(invitation_id=invitation_id, actor=admin, post=outbox.enqueue)
    new = link()
    with pytest.raises(NotFound):
        accept(old)
    inviting.revoke(invitation_id=invitation_id, actor=admin)
    for again in (
        lambda: accept(new),
        lambda: inviting.revoke(invitation_id=invitation_id, actor=admin),
        lambda: inviting.send_again(invitation_id=invitation_id, actor=admin, post=outbox.enqueue),
    ):
        with nothing_changes(), pytest.raises(NotFound):
            again()
    assert invite(admin) != invitation_id


def test_an_address_is_invited_once_at_a_time_and_staff_not_at_all(any_app: Flask) -> None:
    admin = staff()
    factories.make_person(email="sue@example.com", role=rules.Role.SUPPORT)
    invite(admin)
    for email, names in ((NEW, ["analyst"]), ("sue@example.com", ["analyst"]), ("nobody", ["analyst"])):
        with nothing_changes(), pytest.raises(Invalid, check=lambda error: "email" in error.fields):
            invite(admin, *names, email=email)
    with nothing_changes(), pytest.raises(Invalid, check=lambda error: "roles" in error.fields):
        inviting.invite(email="new@example.com", role_ids=[], actor=admin, post=outbox.enqueue)
    with nothing_changes(), pytest.raises(Invalid, check=lambda error: "roles" in error.fields):
        inviting.invite(email="new@example.com", role_ids=[4711], actor=admin, post=outbox.enqueue)
    with time_machine.travel(clock.now() + INVITATION_LASTS, tick=False):
        invite(admin, "analyst")
    assert [invited.roles[0].name for invited in queries.invitations()] == ["analyst"]


def test_of_two_who_accept_at_once_one_joins(any_app: Flask) -> None:
    invite(staff())
    given = link()
    done = competing.together(any_app, [partial(accept, given), partial(accept, given)])
    assert sum(isinstance(found, Entry) for found in done) == 1, done


def test_a_customer_joins_with_the_account_they_have_and_only_with_that(any_app: Flask) -> None:
    mine, other = factories.make_person(email=NEW), factories.make_person()
    old = sign_ins.open_sign_in(person_id=mine, door=Door())
    invite(staff())
    given = link()
    with nothing_changes():
        with pytest.raises(Conflict):
            accept(given)
        with pytest.raises(NotFound):
            inviting.accept_as(**given, seal=seal(), person_id=other, door=Door())
    entry = inviting.accept_as(**given, seal=seal(), person_id=mine, door=Door())
    assert (entry.person_id, roles_of(mine)) == (mine, {"support"})
    assert signed_in.by_token(old) is None
    assert signed_in.by_token(entry.token) is not None


def test_a_customer_of_imported_history_takes_their_account_over(any_app: Flask) -> None:
    db.session.execute(sa.insert(Person).values(email=NEW, created_at=clock.now()))
    db.session.commit()
    known = db.session.scalar(sa.select(Person.id).where(Person.email == NEW))
    invite(staff())
    assert accept(link()).person_id == known


def test_invitations_end_with_the_rights_of_who_wrote_them(any_app: Flask) -> None:
    boss, admin = staff(), staff()
    invite(admin)
    given = link()
    team.deactivate(person_id=admin.person_id or 0, actor=boss)
    with pytest.raises(NotFound):
        accept(given)


def test_new_roles_end_the_sign_ins_of_their_holder_and_are_recorded(any_app: Flask) -> None:
    admin, support = staff(), staff(rules.Role.SUPPORT)
    person_id = support.person_id or 0
    token = sign_ins.open_sign_in(person_id=person_id, door=Door())
    chosen = [role_id("analyst"), role_id("marketer")]
    team.set_roles(person_id=person_id, role_ids=chosen, actor=admin)
    assert roles_of(person_id) == {"analyst", "marketer"}
    assert signed_in.by_token(token) is None
    record = db.session.scalars(sa.select(AuditRecord).order_by(AuditRecord.id.desc())).first()
    assert record is not None
    assert (record.action, record.before, record.after) == (
        "roles.changed",
        {"roles": "Support"},
        {"roles": "Analyst, Marketer"},
    )
    db.session.rollback()
    with nothing_changes():
        team.set_roles(person_id=person_id, role_ids=chosen, actor=admin)
        with pytest.raises(Invalid):
            team.set_roles(person_id=person_id, role_ids=[4711], actor=admin)
        with pytest.raises(Invalid):
            team.set_roles(person_id=person_id, role_ids=[role_id("customer")], actor=admin)
        with pytest.raises(NotFound):
            team.set_roles(person_id=4711, role_ids=chosen, actor=admin)
    team.set_roles(person_id=person_id, role_ids=[], actor=admin)
    assert signed_in.permissions(person_id) == {Permission.ACCOUNT_USE}


def test_a_deactivated_member_is_out_at_once_and_comes_back_with_the_same_roles(any_app: Flask) -> None:
    admin, support = staff(), staff(rules.Role.SUPPORT)
    person_id = support.person_id or 0
    token = sign_ins.open_sign_in(person_id=person_id, door=Door())
    team.deactivate(person_id=person_id, actor=admin)
    assert signed_in.by_token(token) is None
    assert signed_in.permissions(person_id) == frozenset()
    db.session.rollback()
    with nothing_changes():
        team.deactivate(person_id=person_id, actor=admin)
    team.reactivate(person_id=person_id, actor=admin)
    assert signed_in.by_token(token) is None
    assert roles_of(person_id) == {"support"}
    assert actions()[-2:] == ["person.deactivated", "person.reactivated"]


def test_nobody_grants_or_takes_away_what_they_lack(any_app: Flask) -> None:
    keeper, admin = keeper_of_the_team(), staff()
    support = staff(rules.Role.SUPPORT).person_id or 0
    boss, me = admin.person_id or 0, keeper.person_id or 0
    own = role_id("custom keeper")
    wider = ["team:manage", "orders:view"]
    attempts = (
        lambda: team.set_roles(person_id=me, role_ids=[role_id("admin")], actor=keeper),
        lambda: team.set_roles(person_id=support, role_ids=[], actor=keeper),
        lambda: team.set_roles(person_id=boss, role_ids=[own], actor=keeper),
        lambda: team.deactivate(person_id=boss, actor=keeper),
        lambda: invite(keeper, "admin"),
        lambda: custom_roles.make(label="More", permissions=["orders:view"], actor=keeper),
        lambda: custom_roles.change(role_id=own, label="Keeper", permissions=wider, actor=keeper),
    )
    db.session.rollback()
    for attempt in attempts:
        with nothing_changes(), pytest.raises(NotTheirs):
            attempt()
    invite(keeper, "custom keeper")
    team.set_roles(person_id=accept(link()).person_id, role_ids=[], actor=keeper)


def test_the_last_active_admin_stays_whatever_is_tried(any_app: Flask) -> None:
    admin, former = staff(), staff()
    team.deactivate(person_id=former.person_id or 0, actor=admin)
    person_id = admin.person_id or 0
    for actor in (admin, SYSTEM):
        with nothing_changes(), pytest.raises(LastAdmin):
            team.deactivate(person_id=person_id, actor=actor)
        with nothing_changes(), pytest.raises(LastAdmin):
            team.set_roles(person_id=person_id, role_ids=[role_id("support")], actor=actor)
    assert admins() == [person_id]


@pytest.mark.parametrize("way", ["demote", "deactivate"])
def test_of_two_admins_who_remove_each_other_at_once_one_stays(any_app: Flask, way: str) -> None:
    one, other = staff(), staff()
    support = role_id("support")
    db.session.rollback()

    def remove(whom: Actor, who: Actor) -> None:
        if way == "demote":
            team.set_roles(person_id=whom.person_id or 0, role_ids=[support], actor=who)
        else:
            team.deactivate(person_id=whom.person_id or 0, actor=who)

    done = competing.together(any_app, [partial(remove, one, other), partial(remove, other, one)])
    assert sum(isinstance(found, DomainError) for found in done) == 1, done
    assert len(admins()) == 1


def test_two_admins_who_leave_at_once_leave_one_behind(any_app: Flask) -> None:
    leaving = [staff(), staff()]
    works = [partial(team.deactivate, person_id=one.person_id or 0, actor=one) for one in leaving]
    done = competing.together(any_app, works)
    assert [type(found) for found in done if found] == [LastAdmin], done
    assert len(admins()) == 1


def test_a_custom_role_is_made_changed_and_removed_and_its_holders_sign_in_again(any_app: Flask) -> None:
    admin, member = staff(), staff(rules.Role.ANALYST)
    made = custom_roles.make(label=" Night  shift ", permissions=["orders:view"], actor=admin)
    assert queries.role(made).label == "Night shift"
    person_id = member.person_id or 0
    team.set_roles(person_id=person_id, role_ids=[made], actor=admin)
    token = sign_ins.open_sign_in(person_id=person_id, door=Door())
    custom_roles.change(role_id=made, label="Night shift", permissions=["orders:manage"], actor=admin)
    assert signed_in.by_token(token) is None
    assert signed_in.permissions(person_id) == {Permission.ACCOUNT_USE, Permission.ORDERS_MANAGE}
    db.session.rollback()
    with nothing_changes(), pytest.raises(Conflict):
        custom_roles.remove(role_id=made, actor=admin)
    team.set_roles(person_id=person_id, role_ids=[role_id("support")], actor=admin)
    custom_roles.remove(role_id=made, actor=admin)
    assert db.session.scalars(sa.select(RoleGrant)).all() == []
    assert {"role.made", "role.changed", "role.removed"} <= set(actions())


def test_a_role_that_somebody_is_invited_to_stays(any_app: Flask) -> None:
    admin = staff()
    made = custom_roles.make(label="Night shift", permissions=["orders:view"], actor=admin)
    invitation_id = invite(admin, "custom night shift")
    db.session.rollback()
    with nothing_changes(), pytest.raises(Conflict):
        custom_roles.remove(role_id=made, actor=admin)
    inviting.revoke(invitation_id=invitation_id, actor=admin)
    custom_roles.remove(role_id=made, actor=admin)


@pytest.mark.parametrize(
    ("label", "permissions", "field"),
    [
        (" ", ["orders:view"], "label"),
        ("x" * 33, ["orders:view"], "label"),
        ("SUPPORT", ["orders:view"], "label"),
        ("night SHIFT", ["orders:view"], "label"),
        ("New", ["rockets:launch"], "permissions"),
        ("New", ["account:use"], "permissions"),
    ],
)
def test_bad_roles_are_refused_by_field(
    any_app: Flask, label: str, permissions: list[str], field: str
) -> None:
    custom_roles.make(label="Night shift", permissions=["orders:view"], actor=SYSTEM)
    with nothing_changes(), pytest.raises(Invalid) as refused:
        custom_roles.make(label=label, permissions=permissions, actor=SYSTEM)
    assert set(refused.value.fields) == {field}


def test_built_in_roles_stay_as_they_are(app: Flask) -> None:
    for name in ("admin", "support"):
        with nothing_changes(), pytest.raises(BuiltIn):
            custom_roles.change(role_id=role_id(name), label="Mine", permissions=[], actor=SYSTEM)
        with nothing_changes(), pytest.raises(BuiltIn):
            custom_roles.remove(role_id=role_id(name), actor=SYSTEM)
