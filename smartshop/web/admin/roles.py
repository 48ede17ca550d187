"""What each role allows: those the program comes with, and those that the shop makes itself."""

from collections.abc import Collection
from itertools import groupby

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from smartshop.identity.operations import custom_roles
from smartshop.identity.operations.team import NotTheirs
from smartshop.identity.queries import team as queries
from smartshop.identity.queries.team import RoleKept
from smartshop.identity.rules.team import CHOOSABLE
from smartshop.kernel.errors import Conflict, DomainError, Invalid
from smartshop.kernel.permissions import Permission, meanings
from smartshop.web.admin.blueprint import bp
from smartshop.web.admin.speaking import _
from smartshop.web.guards import access
from smartshop.web.signing import actor


@bp.get("/roles")
@access(Permission.ROLES_MANAGE)
def roles() -> ResponseReturnValue:
    return render_template("admin/roles.html", roles=queries.roles(), scopes=_scopes(), meanings=meanings())


@bp.get("/roles/new")
@access(Permission.ROLES_MANAGE)
def new_role() -> ResponseReturnValue:
    copied = next((role for role in queries.roles() if str(role.id) == request.args.get("copy")), None)
    label = _("Copy of %(name)s", name=copied.label) if copied else ""
    return _form(None, label, copied.permissions if copied else ())


@bp.post("/roles/new")
@access(Permission.ROLES_MANAGE, fresh=True)
def make_role() -> ResponseReturnValue:
    label, ticked = request.form.get("label", ""), request.form.getlist("permissions")
    try:
        custom_roles.make(label=label, permissions=ticked, actor=actor())
    except (Invalid, NotTheirs) as error:
        return _form(None, label, ticked, error), error.status
    flash(_("The role is made. Give it to somebody on the team."), "success")
    return redirect(url_for("admin.roles"), 303)


@bp.get("/roles/<int:role_id>")
@access(Permission.ROLES_MANAGE)
def role(role_id: int) -> ResponseReturnValue:
    kept = queries.role(role_id)
    return _form(kept, kept.label, kept.permissions)


@bp.post("/roles/<int:role_id>")
@access(Permission.ROLES_MANAGE, fresh=True)
def change_role(role_id: int) -> ResponseReturnValue:
    kept, label, ticked = (
        queries.role(role_id),
        request.form.get("label", ""),
        request.form.getlist("permissions"),
    )
    try:
        custom_roles.change(role_id=role_id, label=label, permissions=ticked, actor=actor())
    except (Invalid, NotTheirs) as error:
        return _form(kept, label, ticked, error), error.status
    flash(_("The role is saved."), "success")
    return redirect(url_for("admin.roles"), 303)


@bp.post("/roles/<int:role_id>/remove")
@access(Permission.ROLES_MANAGE, fresh=True)
def remove_role(role_id: int) -> ResponseReturnValue:
    kept = queries.role(role_id)
    try:
        custom_roles.remove(role_id=role_id, actor=actor())
    except (Conflict, NotTheirs) as error:
        return _form(kept, kept.label, kept.permissions, error), error.status
    flash(_("The role is removed."), "success")
    return redirect(url_for("admin.roles"), 303)


def _scopes() -> list[tuple[str, list[Permission]]]:
    """What a role may allow, by what it is about."""
    scopes = groupby(CHOOSABLE, key=lambda permission: permission.value.partition(":")[0])
    return [(scope, list(permissions)) for scope, permissions in scopes]


def _form(
    kept: RoleKept | None, label: str, ticked: Collection[str], error: DomainError | None = None
) -> str:
    problems = error.fields if isinstance(error, Invalid) else {}
    return render_template(
        "admin/role.html",
        role=kept,
        label=label,
        ticked=ticked,
        scopes=_scopes(),
        meanings=meanings(),
        problems=problems,
        message=error.message if error and not problems else "",
    )
