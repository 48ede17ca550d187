"""Pages of text: staff writes them in Markdown and looks at them before they are published."""

from collections.abc import Mapping
from datetime import UTC, datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from smartshop.content import operations, queries, rules
from smartshop.content.queries import PageKept
from smartshop.content.rules import PageFacts
from smartshop.kernel.errors import Conflict, Invalid
from smartshop.kernel.permissions import Permission
from smartshop.web.admin.blueprint import bp
from smartshop.web.admin.speaking import _
from smartshop.web.guards import access
from smartshop.web.signing import actor

NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@bp.get("/pages")
@access(Permission.PAGES_MANAGE)
def text_pages() -> ResponseReturnValue:
    return render_template("admin/text_pages.html", pages=queries.every())


@bp.get("/pages/new")
@access(Permission.PAGES_MANAGE)
def new_text_page() -> ResponseReturnValue:
    return _form(None, {"is_in_footer": "y"})


@bp.post("/pages/new")
@access(Permission.PAGES_MANAGE)
def create_text_page() -> ResponseReturnValue:
    try:
        if "preview" in request.form:
            return _form(None, request.form, shown=rules.checked(_facts()))
        page_id = operations.create(facts=_facts(), actor=actor())
    except Invalid as error:
        return _form(None, request.form, problems=error.fields), error.status
    flash(_("The page is made."), "success")
    return redirect(url_for("admin.text_page", page_id=page_id), 303)


@bp.get("/pages/<int:page_id>")
@access(Permission.PAGES_MANAGE)
def text_page(page_id: int) -> ResponseReturnValue:
    kept = queries.one(page_id)
    return _form(kept, _answers(kept))


@bp.post("/pages/<int:page_id>")
@access(Permission.PAGES_MANAGE)
def change_text_page(page_id: int) -> ResponseReturnValue:
    kept = queries.one(page_id)
    try:
        if "preview" in request.form:
            return _form(kept, request.form, shown=rules.checked(_facts()))
        operations.change(page_id=page_id, seen=_seen(), facts=_facts(), actor=actor())
    except Invalid as error:
        return _form(kept, request.form, problems=error.fields), error.status
    except Conflict as error:
        now = queries.one(page_id).updated_at.isoformat()
        return _form(kept, {**request.form.to_dict(), "updated_at": now}, message=error.message), error.status
    flash(_("The page is saved."), "success")
    return redirect(url_for("admin.text_page", page_id=page_id), 303)


@bp.post("/pages/<int:page_id>/move")
@access(Permission.PAGES_MANAGE)
def move_text_page(page_id: int) -> ResponseReturnValue:
    operations.move(page_id=page_id, is_up=request.form.get("to") != "down", actor=actor())
    return redirect(url_for("admin.text_pages"), 303)


@bp.post("/pages/<int:page_id>/remove")
@access(Permission.PAGES_MANAGE)
def remove_text_page(page_id: int) -> ResponseReturnValue:
    operations.remove(page_id=page_id, actor=actor())
    flash(_("The page is removed."), "success")
    return redirect(url_for("admin.text_pages"), 303)


def _form(
    kept: PageKept | None,
    answers: Mapping[str, str],
    *,
    shown: PageFacts | None = None,
    problems: dict[str, str] | None = None,
    message: str = "",
) -> str:
    return render_template(
        "admin/text_page.html",
        page=kept,
        answers=answers,
        preview=rules.rendered(shown.body) if shown else "",
        problems=problems or {},
        message=message,
        rules=rules,
    )


def _answers(kept: PageKept) -> dict[str, str]:
    boxes = {name: "y" if getattr(kept, name) else "" for name in ("is_published", "is_in_footer")}
    words = {"title": kept.title, "slug": kept.slug, "body": kept.body}
    return {**words, **boxes, "updated_at": kept.updated_at.isoformat()}


def _facts() -> PageFacts:
    sent = request.form
    return PageFacts(
        title=sent.get("title", ""),
        slug=sent.get("slug", ""),
        body=sent.get("body", ""),
        is_published=sent.get("is_published") == "y",
        is_in_footer=sent.get("is_in_footer") == "y",
    )


def _seen() -> datetime:
    """The state of the page that the form was made from; one that cannot be read is out of date."""
    try:
        seen = datetime.fromisoformat(request.form.get("updated_at", ""))
    except ValueError:
        return NEVER
    return seen if seen.tzinfo else NEVER
