"""Segments: who is in which, who moved, and the table that names them."""

from collections.abc import Mapping
from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from smartshop.insights.operations import segmenting
from smartshop.insights.queries import freshness, grid, moves, segments
from smartshop.kernel import clock
from smartshop.kernel.errors import Invalid
from smartshop.kernel.permissions import Permission
from smartshop.web.admin import asking, charts, segment_words, wording
from smartshop.web.admin.blueprint import bp
from smartshop.web.guards import access
from smartshop.web.signing import actor

PERIODS = (30, 90, 365)


@bp.get("/segments", endpoint="segments")
@access(Permission.ANALYTICS_VIEW)
def segments_page() -> ResponseReturnValue:
    days, now = asking.length(PERIODS, 90), clock.now()
    return render_template(
        "admin/segments.html",
        rows=segments.table(),
        grid=grid.table(),
        moves=moves.between(now - timedelta(days=days), now),
        days=days,
        periods=PERIODS,
        fresh=freshness.of("rfm"),
        meanings=wording.meanings(),
        charts=charts,
        words=segment_words,
        wording=wording,
    )


@bp.get("/segments/table")
@access(Permission.SETTINGS_MANAGE)
def segment_table() -> ResponseReturnValue:
    return _form(grid.table())


@bp.post("/segments/table/preview")
@access(Permission.SETTINGS_MANAGE)
def preview_segment_table() -> ResponseReturnValue:
    asked = _answers()
    wrong = {cell for cell in grid.DEFAULT if asked.get(cell) not in segments.SEGMENTS}
    if wrong:
        return _form({**grid.table(), **{c: s for c, s in asked.items() if c not in wrong}}, wrong), 422
    return _form(asked)


@bp.post("/segments/table")
@access(Permission.SETTINGS_MANAGE)
def change_segment_table() -> ResponseReturnValue:
    asked = _answers()
    try:
        moved = segmenting.change_table(grid=asked, actor=actor())
    except Invalid as error:
        wrong = {cell for cell in grid.DEFAULT if asked.get(cell) not in segments.SEGMENTS}
        kept = {**grid.table(), **{cell: name for cell, name in asked.items() if cell not in wrong}}
        return _form(kept, wrong), error.status
    flash(segment_words.saved(moved), "success")
    return redirect(url_for("admin.segments"), 303)


def _answers() -> dict[grid.Cell, str]:
    """The cells of the form that are there."""
    return {(r, v): request.form[name] for r, v in grid.DEFAULT if (name := f"r{r}-v{v}") in request.form}


def _form(shown: Mapping[grid.Cell, str], wrong: set[grid.Cell] | None = None) -> str:
    return render_template(
        "admin/segment_table.html",
        grid=shown,
        held=grid.table(),
        preview=grid.preview(shown),
        defaults=grid.DEFAULT,
        wrong=wrong or set(),
        segments=segments.SEGMENTS,
        words=segment_words,
    )
