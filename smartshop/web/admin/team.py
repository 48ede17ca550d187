"""Staff: who is on the team, with which roles, and who is invited."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from smartshop.identity.operations import inviting
from smartshop.identity.operations import team as operations
from smartshop.identity.queries import team as queries
from smartshop.kernel.errors import DomainError, Invalid
from smartshop.kernel.permissions import Permission
from smartshop.messaging.operations import outbox
from smartshop.web.admin.blueprint import bp
from smartshop.web.admin.speaking import _
from smartshop.web.guards import access
from smartshop.web.signing import actor


@bp.get("/team")
@access(Permission.TEAM_MANAGE)
def team() -> ResponseReturnValue:
    return render_template("admin/team.html", members=queries.members(), invitations=queries.invitations())


@bp.get("/team/invite")
@access(Permission.TEAM_MANAGE)
def new_invitation() -> ResponseReturnValue:
    return _invitation_form("", [], {})


@bp.post("/team/invite")
@access(Permission.TEAM_MANAGE, fresh=True)
def invite() -> ResponseReturnValue:
    email, role_ids = request.form.get("email", ""), _ticked()
    try:
        inviting.invite(email=email, role_ids=role_ids, actor=actor(), post=outbox.enqueue)
    except Invalid as error:
        return _invitation_form(email, role_ids, error.fields), error.status
    flash(_("The invitation is on its way."), "success")
    return redirect(url_for("admin.team"), 303)


@bp.post("/team/invitations/<int:invitation_id>/again")
@access(Permission.TEAM_MANAGE, fresh=True)
def send_invitation_again(invitation_id: int) -> ResponseReturnValue:
    email = inviting.send_again(invitation_id=invitation_id, actor=actor(), post=outbox.enqueue)
    flash(_("A new link is on its way to %(email)s; the old one is void.", email=email), "success")
    return redirect(url_for("admin.team"), 303)


@bp.post("/team/invitations/<int:invitation_id>/revoke")
@access(Permission.TEAM_MANAGE, fresh=True)
def revoke_invitation(invitation_id: int) -> ResponseReturnValue:
    inviting.revoke(invitation_id=invitation_id, actor=actor())
    flash(_("The invitation is taken back."), "success")
    return redirect(url_for("admin.team"), 303)


@bp.get("/team/<int:person_id>")
@access(Permission.TEAM_MANAGE)
def member(person_id: int) -> ResponseReturnValue:
    return _member_page(person_id)


@bp.post("/team/<int:person_id>/roles")
@access(Permission.TEAM_MANAGE, fresh=True)
def set_roles(person_id: int) -> ResponseReturnValue:
    try:
        operations.set_roles(person_id=person_id, role_ids=_ticked(), actor=actor())
    except (Invalid, operations.LastAdmin, operations.NotTheirs) as error:
        return _member_page(person_id, error), error.status
    flash(_("The roles are changed."), "success")
    return redirect(url_for("admin.team"), 303)


@bp.post("/team/<int:person_id>/deactivate")
@access(Permission.TEAM_MANAGE, fresh=True)
def deactivate_member(person_id: int) -> ResponseReturnValue:
    try:
        operations.deactivate(person_id=person_id, actor=actor())
    except (operations.LastAdmin, operations.NotTheirs) as error:
        return _member_page(person_id, error), error.status
    flash(_("The account is switched off, and signed out everywhere."), "success")
    return redirect(url_for("admin.member", person_id=person_id), 303)


@bp.post("/team/<int:person_id>/reactivate")
@access(Permission.TEAM_MANAGE, fresh=True)
def reactivate_member(person_id: int) -> ResponseReturnValue:
    operations.reactivate(person_id=person_id, actor=actor())
    flash(_("The account is switched on again."), "success")
    return redirect(url_for("admin.member", person_id=person_id), 303)


def _ticked() -> list[int]:
    """The roles that were ticked; a number that cannot be one stands for a role there is not."""
    texts = dict.fromkeys(request.form.getlist("roles"))
    return [int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0 for text in texts]


def _invitation_form(email: str, role_ids: list[int], problems: dict[str, str]) -> str:
    return render_template(
        "admin/team_invite.html", email=email, chosen=role_ids, roles=queries.roles(), problems=problems
    )


def _member_page(person_id: int, error: DomainError | None = None) -> str:
    found = queries.member(person_id)
    return render_template(
        "admin/team_member.html",
        member=found,
        chosen=_ticked() if error else [role.id for role in found.roles],
        roles=queries.roles(),
        message=error.message if error else "",
    )
