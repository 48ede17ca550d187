"""Products and stock as sheets: out as CSV; in by a dry run, a look at it, and one application."""

from collections.abc import Iterable, Iterator

from flask import Response, flash, redirect, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue

from smartshop.catalog.queries import sheet as product_sheet
from smartshop.catalog.rules import sheet as product_rules
from smartshop.inventory.operations import sheet_files
from smartshop.inventory.queries import sheet as stock_sheet
from smartshop.inventory.rules import sheet as stock_rules
from smartshop.kernel import clock, sheets
from smartshop.kernel.errors import Conflict, Invalid
from smartshop.kernel.permissions import Permission
from smartshop.web import uploading
from smartshop.web.admin.blueprint import bp
from smartshop.web.admin.speaking import _, ngettext
from smartshop.web.guards import access
from smartshop.web.presenting import number, settings
from smartshop.web.signing import actor

MOST_BYTES = 8 * 1024 * 1024
COLUMNS = {"products": product_rules.COLUMNS, "stock": stock_rules.COLUMNS}


@bp.get("/products/import")
@access(Permission.PRODUCTS_MANAGE)
def import_products() -> ResponseReturnValue:
    return _upload_page("products")


@bp.post("/products/import")
@uploading.takes(MOST_BYTES)
@access(Permission.PRODUCTS_MANAGE)
def upload_products() -> ResponseReturnValue:
    return _uploaded("products")


@bp.get("/products/import/<int:file_id>")
@access(Permission.PRODUCTS_MANAGE)
def products_sheet(file_id: int) -> ResponseReturnValue:
    return _look_page("products", file_id)


@bp.post("/products/import/<int:file_id>")
@access(Permission.PRODUCTS_MANAGE)
def apply_products(file_id: int) -> ResponseReturnValue:
    return _applied("products", file_id)


@bp.get("/products/import/<int:file_id>/rejected.csv")
@access(Permission.PRODUCTS_MANAGE)
def rejected_products(file_id: int) -> ResponseReturnValue:
    return _rejected("products", file_id)


@bp.get("/products/export.csv")
@access(Permission.PRODUCTS_MANAGE)
def export_products() -> ResponseReturnValue:
    header = product_sheet.header()
    return csv_file("products", sheets.written(header, product_sheet.rows(header, settings().currency)))


@bp.get("/stock/import")
@access(Permission.STOCK_MANAGE)
def import_stock() -> ResponseReturnValue:
    return _upload_page("stock")


@bp.post("/stock/import")
@uploading.takes(MOST_BYTES)
@access(Permission.STOCK_MANAGE)
def upload_stock() -> ResponseReturnValue:
    return _uploaded("stock")


@bp.get("/stock/import/<int:file_id>")
@access(Permission.STOCK_MANAGE)
def stock_sheet_file(file_id: int) -> ResponseReturnValue:
    return _look_page("stock", file_id)


@bp.post("/stock/import/<int:file_id>")
@access(Permission.STOCK_MANAGE)
def apply_stock(file_id: int) -> ResponseReturnValue:
    return _applied("stock", file_id)


@bp.get("/stock/import/<int:file_id>/rejected.csv")
@access(Permission.STOCK_MANAGE)
def rejected_stock(file_id: int) -> ResponseReturnValue:
    return _rejected("stock", file_id)


@bp.get("/stock/export.csv")
@access(Permission.STOCK_MANAGE)
def export_stock() -> ResponseReturnValue:
    return csv_file("stock", sheets.written(stock_sheet.HEADER, stock_sheet.rows()))


def csv_file(name: str, pieces: Iterable[str]) -> Response:
    """A CSV file to the browser, written while it is read."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}-{clock.today().isoformat()}.csv"',
        "Cache-Control": "no-store",
    }
    return Response(
        stream_with_context(_with_mark(pieces)), content_type="text/csv; charset=utf-8", headers=headers
    )


def _with_mark(pieces: Iterable[str]) -> Iterator[str]:
    """Spreadsheets take a file for UTF-8 when it says so in front."""
    yield "\ufeff"
    yield from pieces


def _upload_page(kind: str, problems: dict[str, str] | None = None) -> str:
    return render_template(
        "admin/sheet_upload.html", kind=kind, columns=COLUMNS[kind], problems=problems or {}
    )


def _uploaded(kind: str) -> ResponseReturnValue:
    file = request.files.get("file")
    if file is None or not file.filename:
        return _upload_page(kind, {"file": _("Choose a CSV file.")}), Invalid.status
    try:
        file_id = sheet_files.keep(
            kind=kind, name=file.filename, content=file.read(), currency=settings().currency
        )
    except Invalid as error:
        return _upload_page(kind, error.fields), error.status
    return redirect(_address(kind, file_id), 303)


def _look_page(kind: str, file_id: int, message: str = "") -> str:
    kept = sheet_files.look(kind=kind, file_id=file_id, currency=settings().currency)
    return render_template(
        "admin/sheet.html", kind=kind, kept=kept, message=message, most=sheets.SHOWN_PROBLEMS
    )


def _applied(kind: str, file_id: int) -> ResponseReturnValue:
    seen, currency = request.form.get("seen", ""), settings().currency
    try:
        report = sheet_files.apply(kind=kind, file_id=file_id, seen=seen, currency=currency, actor=actor())
    except Conflict as error:
        return _look_page(kind, file_id, error.message), error.status
    changed = report.added + report.changed
    done = ngettext(
        "Done: %(rows)s row was written.", "Done: %(rows)s rows were written.", changed, rows=number(changed)
    )
    flash(done, "success")
    return redirect(_address(kind, file_id), 303)


def _rejected(kind: str, file_id: int) -> ResponseReturnValue:
    pieces = sheet_files.rejected(kind=kind, file_id=file_id, currency=settings().currency)
    return csv_file(f"{kind}-rejected", pieces)


def _address(kind: str, file_id: int) -> str:
    return url_for(
        "admin.products_sheet" if kind == "products" else "admin.stock_sheet_file", file_id=file_id
    )
