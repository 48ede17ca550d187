"""Promotions: the list, their pages, their codes."""

import csv
from io import StringIO

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from smartshop.catalog.queries import editing as catalog
from smartshop.insights.queries.segments import SEGMENTS
from smartshop.kernel.errors import Conflict, Invalid
from smartshop.kernel.permissions import Permission
from smartshop.orders.queries import promotions as results
from smartshop.pricing.operations import promoting
from smartshop.pricing.queries import promoting as queries
from smartshop.web import parsing
from smartshop.web.admin import comparing, wording
from smartshop.web.admin import promotion_form as form
from smartshop.web.admin.blueprint import bp
from smartshop.web.admin.comparing import Difference
from smartshop.web.admin.promotion_form import Answers
from smartshop.web.admin.speaking import _
from smartshop.web.guards import access
from smartshop.web.signing import actor


@bp.get("/promotions")
@access(Permission.PROMOTIONS_VIEW)
def promotions() -> ResponseReturnValue:
    asked = parsing.page_number()
    page = queries.page_of_promotions(page=asked)
    return render_template(
        "admin/promotions.html",
        page=page,
        results=results.results([row.id for row in page.items]),
        no_result=results.Result(),
        moved=wording.page_moved(asked, page.number),
    )


@bp.get("/promotions/new")
@access(Permission.PROMOTIONS_MANAGE)
def new_promotion() -> ResponseReturnValue:
    return _page(None, form.FRESH)


@bp.post("/promotions/new")
@access(Permission.PROMOTIONS_MANAGE)
def create_promotion() -> ResponseReturnValue:
    try:
        promotion_id = promoting.create(facts=form.facts(), actor=actor())
    except Invalid as error:
        return _page(None, form.sent(), error.fields), error.status
    flash(_("The promotion is made and switched on."), "success")
    return redirect(url_for("admin.promotion", promotion_id=promotion_id), 303)


@bp.get("/promotions/<int:promotion_id>")
@access(Permission.PROMOTIONS_MANAGE)
def promotion(promotion_id: int) -> ResponseReturnValue:
    return _page(promotion_id, _kept(promotion_id))


@bp.post("/promotions/<int:promotion_id>")
@access(Permission.PROMOTIONS_MANAGE)
def change_promotion(promotion_id: int) -> ResponseReturnValue:
    try:
        seen = comparing.seen_at("seen")
        promoting.change(promotion_id=promotion_id, seen=seen, facts=form.facts(), actor=actor())
    except Invalid as error:
        return _page(promotion_id, form.sent(), error.fields), error.status
    except Conflict as error:
        now = _kept(promotion_id)
        answers = {**form.sent(), "seen": now["seen"]}
        differences = form.differences(now)
        return _page(promotion_id, answers, message=error.message, differences=differences), error.status
    flash(_("The promotion is saved. It counts from now on."), "success")
    return redirect(url_for("admin.promotion", promotion_id=promotion_id), 303)


@bp.post("/promotions/<int:promotion_id>/switch")
@access(Permission.PROMOTIONS_MANAGE)
def switch_promotion(promotion_id: int) -> ResponseReturnValue:
    is_active = request.form.get("is_active") == "y"
    promoting.switch(promotion_id=promotion_id, is_active=is_active, actor=actor())
    flash(
        _("The promotion is on.") if is_active else _("The promotion is off: no new order can use it."),
        "success",
    )
    return redirect(url_for("admin.promotion", promotion_id=promotion_id), 303)


@bp.post("/promotions/<int:promotion_id>/codes")
@access(Permission.PROMOTIONS_MANAGE)
def make_codes(promotion_id: int) -> ResponseReturnValue:
    count = parsing.whole_number(request.form.get("count"))
    try:
        promoting.make_codes(promotion_id=promotion_id, count=count, actor=actor())
    except Invalid as error:
        return _page(promotion_id, _kept(promotion_id), error.fields), error.status
    flash(_("The codes are made. Download them to hand them out."), "success")
    return redirect(url_for("admin.promotion", promotion_id=promotion_id), 303)


@bp.get("/promotions/<int:promotion_id>/codes.csv")
@access(Permission.PROMOTIONS_MANAGE)
def promotion_codes(promotion_id: int) -> ResponseReturnValue:
    shown, lines = queries.promotion(promotion_id), StringIO()
    writer = csv.writer(lines)
    writer.writerow(["code", "used", "limit"])
    rows = queries.codes_of(shown.id)
    writer.writerows([row.code, row.used, "" if row.limit_total is None else row.limit_total] for row in rows)
    headers = {
        "Content-Disposition": f'attachment; filename="promotion-{shown.id}-codes.csv"',
        "Cache-Control": "no-store",
    }
    return Response(lines.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)


def _kept(promotion_id: int) -> Answers:
    """What the form shows of a promotion as it is; its state is read first, so that it is never newer than the rest."""
    seen = queries.promotion(promotion_id).updated_at.isoformat()
    return {**form.answers(queries.facts(promotion_id)), "seen": seen}


def _page(
    promotion_id: int | None,
    answers: Answers,
    problems: dict[str, str] | None = None,
    *,
    message: str = "",
    differences: list[Difference] | None = None,
) -> str:
    shown = queries.promotion(promotion_id) if promotion_id is not None else None
    found = results.results([shown.id]).get(shown.id) if shown else None
    return render_template(
        "admin/promotion.html",
        promotion=shown,
        result=found or results.Result(),
        answers=answers,
        categories=catalog.categories(),
        segments=[(name, name) for name in SEGMENTS],
        problems=problems or {},
        message=message,
        differences=differences or [],
    )
