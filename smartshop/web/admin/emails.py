"""E-mails: the log of what was sent, and the words they use."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from smartshop.kernel.config import ROOT
from smartshop.kernel.errors import Conflict, Invalid
from smartshop.kernel.permissions import Permission
from smartshop.messaging import queries
from smartshop.messaging.operations import outbox
from smartshop.messaging.operations import wording as operations
from smartshop.messaging.rules import letters, samples
from smartshop.messaging.rules.letters import Letter, Wording
from smartshop.web import parsing
from smartshop.web.admin import asking, wording
from smartshop.web.admin.blueprint import bp
from smartshop.web.admin.speaking import _
from smartshop.web.guards import access
from smartshop.web.presenting import settings
from smartshop.web.signing import actor

FOLDER = ROOT / "templates" / "email"


@bp.get("/emails")
@access(Permission.EMAILS_MANAGE)
def emails() -> ResponseReturnValue:
    asked = parsing.page_number()
    state, kind = asking.one_of("state", letters.STATES), asking.one_of("kind", letters.kinds(FOLDER))
    page = queries.page_of_emails(state=state, kind=kind, page=asked)
    return render_template(
        "admin/emails.html",
        page=page,
        state=state,
        kind=kind,
        states=letters.STATES,
        kinds=letters.kinds(FOLDER),
        own=queries.own_wordings(),
        failed=queries.failed_count(),
        moved=wording.page_moved(asked, page.number),
    )


@bp.post("/emails/<int:email_id>/resend")
@access(Permission.EMAILS_MANAGE)
def resend_email(email_id: int) -> ResponseReturnValue:
    try:
        outbox.resend(email_id=email_id, actor=actor())
    except Conflict as error:
        flash(error.message, "error")
    else:
        flash(_("Queued once more: it goes out with the next delivery."), "success")
    return redirect(url_for("admin.emails"), 303)


@bp.get("/emails/words/<kind>")
@access(Permission.EMAILS_MANAGE)
def email_words(kind: str) -> ResponseReturnValue:
    operations.require_kind(FOLDER, kind)
    own = queries.own_wordings().get(kind)
    return _words(kind, own or letters.wording(FOLDER, kind), is_own=own is not None)


@bp.post("/emails/words/<kind>")
@access(Permission.EMAILS_MANAGE)
def word_email(kind: str) -> ResponseReturnValue:
    operations.require_kind(FOLDER, kind)
    own = Wording(*(request.form.get(part, "").replace("\r\n", "\n") for part in letters.PARTS))
    try:
        if "preview" in request.form:
            problems = letters.problems(FOLDER, kind, own, _facts(kind))
            return _words(kind, own, problems=problems, is_own=True), Invalid.status if problems else 200
        operations.word(folder=FOLDER, kind=kind, own=own, facts=_facts(kind), actor=actor())
    except Invalid as error:
        return _words(kind, own, problems=error.fields, is_own=True), error.status
    flash(_("From now on these e-mails use your words."), "success")
    return redirect(url_for("admin.email_words", kind=kind), 303)


@bp.post("/emails/words/<kind>/reset")
@access(Permission.EMAILS_MANAGE)
def reset_email(kind: str) -> ResponseReturnValue:
    operations.reset(folder=FOLDER, kind=kind, actor=actor())
    flash(_("These e-mails use the words they came with again."), "info")
    return redirect(url_for("admin.email_words", kind=kind), 303)


def _facts(kind: str) -> dict[str, object]:
    made_with = settings()
    return {"shop_name": made_with.shop_name, "base_url": made_with.base_url.rstrip("/")} | samples.FACTS[
        kind
    ]


def _words(kind: str, own: Wording, *, problems: dict[str, str] | None = None, is_own: bool) -> str:
    letter: Letter | None = None if problems else letters.render(FOLDER, kind, _facts(kind), own)
    return render_template(
        "admin/email_words.html",
        kind=kind,
        own=own,
        letter=letter,
        problems=problems or {},
        is_own=is_own,
        longest=letters.LONGEST,
        facts=sorted(_facts(kind)),
    )
