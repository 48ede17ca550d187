"""Accepting an invitation to the team."""

from typing import Any

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from smartshop.identity.operations import inviting
from smartshop.identity.queries import team
from smartshop.kernel.errors import Invalid
from smartshop.kernel.extensions import limiter
from smartshop.kernel.permissions import Permission
from smartshop.web.account.blueprint import bp
from smartshop.web.account.signing_in import home
from smartshop.web.entering import let_in
from smartshop.web.guards import PUBLIC, access
from smartshop.web.presenting import settings
from smartshop.web.signing import current_person, door, seal
from smartshop.web.throttling import ATTEMPTS


@bp.get("/invitation/<link>/<token>")
@access(PUBLIC)
def invitation(link: str, token: str) -> ResponseReturnValue:
    return _page(_given(link, token), {}, {})


@bp.post("/invitation/<link>/<token>")
@limiter.limit(ATTEMPTS)
@access(PUBLIC)
def accept_invitation(link: str, token: str) -> ResponseReturnValue:
    given, answers = _given(link, token), request.form
    name, password, cost = answers.get("name", ""), answers.get("password", ""), settings().password_cost
    try:
        entry = inviting.accept_new(**given, name=name, password=password, password_cost=cost, door=door())
    except Invalid as error:
        return _page(given, {"name": name}, error.fields), error.status
    let_in(entry)
    flash(_("Welcome to the team."), "success")
    return redirect(home(), 303)


@bp.post("/invitation/<link>/<token>/join")
@access(Permission.ACCOUNT_USE)
def join_team(link: str, token: str) -> ResponseReturnValue:
    person = current_person() or abort(403)
    let_in(inviting.accept_as(**_given(link, token), person_id=person.person_id, door=door()))
    flash(_("Welcome to the team."), "success")
    return redirect(home(), 303)


def _given(link: str, token: str) -> dict[str, Any]:
    return {"link": link, "token": token, "seal": seal()}


def _page(given: dict[str, Any], values: dict[str, str], problems: dict[str, str]) -> str:
    """What there is to do: join with this account, sign in first, or open one."""
    invited, person = team.invitation(**given), current_person()
    return render_template(
        "account/invitation.html",
        invited=invited,
        link=given["link"],
        token=given["token"],
        values=values,
        problems=problems,
        is_mine=person is not None and person.email == invited.email,
        has_account=inviting.has_account(invited.email),
    )
