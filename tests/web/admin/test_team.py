"""The pages of the team and of roles, and the way in for whoever is invited."""

import sqlalchemy as sa
from flask import Flask

from smartshop.identity.models import Role as RoleRow
from smartshop.identity.queries import team
from smartshop.identity.rules.roles import Role
from smartshop.identity.rules.team import INVITATION_PURPOSE
from smartshop.kernel.extensions import db
from smartshop.messaging.models import Email
from tests import factories
from tests.authenticator import seal
from tests.browser_client import ShopClient
from tests.row_counts import nothing_changes
from tests.web.admin.conftest import Enter

INVITE = "/admin/team/invite"
NEW = "grace@example.com"


def role_id(name: str) -> str:
    return str(db.session.scalar(sa.select(RoleRow.id).where(RoleRow.name == name)))


def invitation() -> str:
    """The address in the newest invitation."""
    db.session.rollback()
    found = sa.select(Email.facts).where(Email.kind == "invitation").order_by(Email.id.desc())
    facts = db.session.scalars(found).first()
    assert facts is not None
    return f"/invitation/{facts['link']}/{seal().token(INVITATION_PURPOSE, facts['link'])}"


def invite(admin: ShopClient, name: str = "support") -> str:
    admin.get(INVITE)
    assert "on its way" in admin.submit(INVITE, {"email": NEW, "roles": role_id(name)}).text
    return invitation()


def test_somebody_new_is_invited_and_joins(app: Flask, admin: ShopClient) -> None:
    address, guest = invite(admin), ShopClient(app)
    assert NEW in admin.get("/admin/team").text
    assert "as: Support" in guest.get(address).text
    with nothing_changes():
        refused = guest.submit(address, {"name": "Grace", "password": "short"})
    assert (refused.status_code, guest.form(address).fields["name"]) == (422, "Grace")
    assert "Welcome to the team" in guest.submit(address, {"password": factories.PASSWORD}).text
    assert guest.get("/admin/orders").status_code == 200
    assert guest.get(address).status_code == 404
    assert "Grace" in admin.get("/admin/team").text


def test_a_customer_signs_in_and_joins_with_their_account(app: Flask, admin: ShopClient) -> None:
    factories.make_person(email=NEW)
    address, guest = invite(admin), ShopClient(app)
    assert "has an account already" in guest.get(address).text
    with nothing_changes():
        assert guest.post(address, {"name": "X", "password": factories.PASSWORD}).status_code == 409
        assert guest.post(f"{address}/join").status_code == 403
    guest.sign_in(NEW, factories.PASSWORD)
    guest.get(address)
    assert "Welcome to the team" in guest.submit(f"{address}/join").text
    assert guest.get("/admin/orders").status_code == 200


def test_bad_invitations_are_refused_and_keep_what_was_typed(admin: ShopClient) -> None:
    admin.get(INVITE)
    for answers, said in (
        ({"email": "nobody", "roles": "2"}, "Enter an e-mail address"),
        ({"email": NEW}, "at least one role"),
        ({"email": NEW, "roles": "x"}, "roles that are listed"),
        ({"email": "admin@example.org", "roles": "2"}, "on the team already"),
    ):
        with nothing_changes():
            answer = admin.post(INVITE, answers)
        assert (answer.status_code, said in answer.text) == (422, True), said
        assert admin.form(INVITE).fields["email"] == answers["email"]


def test_an_invitation_is_sent_again_and_taken_back(admin: ShopClient, visitor: ShopClient) -> None:
    old = invite(admin)
    [invited] = team.invitations()
    admin.get("/admin/team")
    assert "the old one is void" in admin.submit(f"/admin/team/invitations/{invited.id}/again").text
    assert visitor.get(old).status_code == 404
    assert visitor.get(invitation()).status_code == 200
    assert "taken back" in admin.submit(f"/admin/team/invitations/{invited.id}/revoke").text
    assert visitor.get(invitation()).status_code == 404


def test_roles_change_and_the_member_is_signed_out(admin: ShopClient, enter: Enter) -> None:
    analyst = enter(Role.ANALYST)
    member = next(found for found in team.members() if found.email == "analyst@example.org")
    page = f"/admin/team/{member.id}"
    assert "The analyst" in admin.get(page).text
    assert "The roles are changed" in admin.post(f"{page}/roles", {"roles": role_id("support")}).text
    assert "/sign-in" in analyst.get("/admin/orders", follow=False).headers["Location"]
    admin.get(page)
    assert "switched off" in admin.submit(f"{page}/deactivate").text.lower()
    assert "switched on" in admin.submit(f"{page}/reactivate").text.lower()
    assert admin.get("/admin/team/4711").status_code == 404


def test_the_last_admin_is_told_why_they_stay(admin: ShopClient) -> None:
    [me] = team.members()
    for path, answers in (("deactivate", {}), ("roles", {"roles": role_id("support")})):
        with nothing_changes():
            answer = admin.post(f"/admin/team/{me.id}/{path}", answers)
        assert (answer.status_code, "at least one active admin" in answer.text) == (409, True)


def test_a_role_is_copied_changed_and_removed(admin: ShopClient) -> None:
    support, new = role_id("support"), "/admin/roles/new"
    assert "orders:refund" in admin.get("/admin/roles").text
    admin.get(f"{new}?copy={support}")
    assert admin.form(new).fields["label"] == "Copy of Support"
    ticked = sorted(permission.value for permission in team.role(int(support)).permissions)
    assert all(
        f'value="{permission}" checked' in admin.get(f"{new}?copy={support}").text for permission in ticked
    )
    assert "The role is made" in admin.post(new, {"label": "Night shift", "permissions": ticked}).text
    db.session.rollback()
    made = next(role for role in team.roles() if not role.is_builtin)
    assert made.permissions == team.role(int(support)).permissions
    page = f"/admin/roles/{made.id}"
    assert "The role is saved" in admin.post(page, {"label": "Late", "permissions": "orders:view"}).text
    with nothing_changes():
        refused = admin.post(page, {"label": " ", "permissions": "orders:view"})
    assert (refused.status_code, "Give the role a name" in refused.text) == (422, True)
    admin.get(page)
    assert "The role is removed" in admin.submit(f"{page}/remove").text
    with nothing_changes():
        assert admin.post(f"/admin/roles/{support}", {"label": "Mine"}).status_code == 403
        assert admin.get(f"/admin/roles/{support}").status_code == 200
        assert admin.get(page).status_code == 404


def test_who_may_grant_little_is_told_what_they_lack(admin: ShopClient, enter: Enter) -> None:
    keeper = enter(Role.ANALYST)
    admin.post("/admin/roles/new", {"label": "Keeper", "permissions": ["team:manage", "roles:manage"]})
    db.session.rollback()
    member = next(found for found in team.members() if found.email == "analyst@example.org")
    admin.post(f"/admin/team/{member.id}/roles", {"roles": role_id("custom keeper")})
    keeper.sign_in(member.email, factories.PASSWORD)
    assert "disabled" in keeper.get(f"/admin/team/{member.id}").text
    for path, answers in (
        (f"/admin/team/{member.id}/roles", {"roles": role_id("admin")}),
        ("/admin/roles/new", {"label": "Mine", "permissions": "orders:view"}),
        (INVITE, {"email": NEW, "roles": role_id("support")}),
    ):
        with nothing_changes():
            answer = keeper.post(path, answers)
        assert (answer.status_code, "You lack: " in answer.text) == (403, True), path
