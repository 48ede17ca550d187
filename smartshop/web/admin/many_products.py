"""One act on the products that were ticked in the list."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from smartshop.catalog.queries import sheet as product_sheet
from smartshop.inventory.operations import goods_many
from smartshop.inventory.operations.goods_many import Outcome
from smartshop.kernel import sheets
from smartshop.kernel.errors import Conflict, Invalid
from smartshop.kernel.permissions import Permission
from smartshop.web import parsing
from smartshop.web.admin.blueprint import bp
from smartshop.web.admin.sheets import csv_file
from smartshop.web.admin.speaking import _, ngettext
from smartshop.web.guards import access
from smartshop.web.presenting import settings
from smartshop.web.signing import actor

SHOWN = 10
Act = Callable[[], Outcome]


@bp.post("/products/many/status")
@access(Permission.PRODUCTS_MANAGE)
def set_status_of_many() -> ResponseReturnValue:
    status = "published" if request.form.get("status") == "published" else "draft"
    return _done(
        lambda: goods_many.set_status(
            product_ids=_ticked(), status=status, currency=settings().currency, actor=actor()
        )
    )


@bp.post("/products/many/category")
@access(Permission.PRODUCTS_MANAGE)
def set_category_of_many() -> ResponseReturnValue:
    category_id = parsing.whole_number(request.form.get("category"))
    return _done(
        lambda: goods_many.set_category(
            product_ids=_ticked(), category_id=category_id, currency=settings().currency, actor=actor()
        )
    )


@bp.post("/products/many/prices")
@access(Permission.PRODUCTS_MANAGE)
def change_many_prices() -> ResponseReturnValue:
    """Shown first; written when the form carries the mark of what was shown."""
    seen, percent = request.form.get("seen"), _percent()
    if not seen:
        return _preview(percent)
    return _done(
        lambda: goods_many.change_prices(
            product_ids=_ticked(), percent=percent, seen=seen, currency=settings().currency, actor=actor()
        )
    )


@bp.post("/products/many/export")
@access(Permission.PRODUCTS_MANAGE)
def export_many_products() -> ResponseReturnValue:
    ticked = _ticked()
    if not ticked:
        flash(_("Tick at least one product."), "error")
        return redirect(url_for("admin.products"), 303)
    header = product_sheet.header()
    rows = product_sheet.rows(header, settings().currency, only=ticked)
    return csv_file("products", sheets.written(header, rows))


def _preview(percent: int) -> ResponseReturnValue:
    ticked = _ticked()
    try:
        outcome = goods_many.look_at_prices(product_ids=ticked, percent=percent, currency=settings().currency)
    except Invalid as error:
        if "percent" in error.fields and ticked:
            return _asked_again(sorted(ticked), error.fields), error.status
        flash(error.message, "error")
        return redirect(url_for("admin.products"), 303)
    return render_template(
        "admin/prices_preview.html", outcome=outcome, percent=percent, ticked=sorted(ticked)
    )


def _asked_again(ticked: list[int], problems: dict[str, str]) -> str:
    """The question for another per cent, with what was typed and the products that were ticked."""
    return render_template(
        "admin/prices_again.html", ticked=ticked, typed=request.form.get("percent", ""), problems=problems
    )


def _done(act: Act) -> ResponseReturnValue:
    """Do it and go back to the list, which says what was done, what not and why."""
    try:
        _tell(act())
    except (Conflict, Invalid) as error:
        flash(error.message, "error")
    return redirect(url_for("admin.products"), 303)


def _tell(outcome: Outcome) -> None:
    changed = outcome.changed
    flash(
        ngettext("%(num)s product is as you wanted it.", "%(num)s products are as you wanted them.", changed),
        "success" if changed else "info",
    )
    for name, reason in outcome.refused[:SHOWN]:
        flash(_("Not changed: %(name)s. %(reason)s", name=name, reason=reason), "warning")
    if len(outcome.refused) > SHOWN:
        flash(_("And %(count)s more were not changed.", count=len(outcome.refused) - SHOWN), "warning")


def _ticked() -> set[int]:
    found = (parsing.whole_number(text) for text in request.form.getlist("product"))
    return {number for number in found if 0 < number <= parsing.LARGEST_ID}


def _percent() -> int:
    """The per cent of the form with its sign; 0 when it is none, which no rule accepts."""
    text = request.form.get("percent", "").strip().removesuffix("%").replace("\u2212", "-").strip()
    number = parsing.whole_number(text.lstrip("+-"))
    return 0 if number < 0 else -number if text.startswith("-") else number
