"""The stock of a product: what is on hand, the ledger, and what staff books into it."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from smartshop.catalog.queries import editing
from smartshop.inventory.operations import counting, notices
from smartshop.inventory.queries import stock as queries
from smartshop.kernel.errors import Conflict, Invalid
from smartshop.kernel.permissions import Permission
from smartshop.web import parsing
from smartshop.web.admin import wording
from smartshop.web.admin.blueprint import bp
from smartshop.web.admin.speaking import _
from smartshop.web.guards import access
from smartshop.web.presenting import number
from smartshop.web.signing import actor


@bp.get("/products/<int:product_id>/stock")
@access(Permission.STOCK_MANAGE)
def stock(product_id: int) -> ResponseReturnValue:
    return _page(product_id)


@bp.post("/products/<int:product_id>/stock/<int:variant_id>/receive")
@access(Permission.STOCK_MANAGE)
def receive_stock(product_id: int, variant_id: int) -> ResponseReturnValue:
    def act() -> str:
        on_hand = counting.receive(
            product_id=product_id,
            variant_id=variant_id,
            quantity=parsing.whole_number(request.form.get("quantity")),
            reference=request.form.get("reference", ""),
            actor=actor(),
        )
        return _("Booked in. %(left)s on hand now.", left=number(on_hand))

    return _done(product_id, f"receive-{variant_id}", act)


@bp.post("/products/<int:product_id>/stock/<int:variant_id>/adjust")
@access(Permission.STOCK_MANAGE)
def adjust_stock(product_id: int, variant_id: int) -> ResponseReturnValue:
    seen = request.form.get("seen", "")

    def act() -> str:
        difference = counting.adjust(
            product_id=product_id,
            variant_id=variant_id,
            counted=parsing.whole_number(request.form.get("counted")),
            seen=parsing.whole_number(seen) if seen else None,
            reason=request.form.get("reason", ""),
            actor=actor(),
        )
        return _("The count is kept: %(change)s.", change=f"{difference:+}")

    return _done(product_id, f"adjust-{variant_id}", act)


@bp.post("/products/<int:product_id>/stock/<int:variant_id>/stop-counting")
@access(Permission.STOCK_MANAGE)
def stop_counting_stock(product_id: int, variant_id: int) -> ResponseReturnValue:
    def act() -> str:
        counting.stop_counting(
            product_id=product_id,
            variant_id=variant_id,
            reason=request.form.get("reason", ""),
            actor=actor(),
        )
        return _("It sells without a count from now on.")

    return _done(product_id, f"stop-{variant_id}", act)


@bp.post("/products/<int:product_id>/stock/<int:variant_id>/low")
@access(Permission.STOCK_MANAGE)
def mark_low_stock(product_id: int, variant_id: int) -> ResponseReturnValue:
    low_at = request.form.get("low_at", "")

    def act() -> str:
        mark = parsing.whole_number(low_at) if low_at.strip() else None
        notices.mark_low(product_id=product_id, variant_id=variant_id, low_at=mark, actor=actor())
        return _("The mark is kept.")

    return _done(product_id, f"low-{variant_id}", act)


def _page(
    product_id: int, *, form: str = "", message: str = "", problems: dict[str, str] | None = None
) -> str:
    asked = parsing.page_number()
    ledger = queries.movements(product_id, page=asked)
    return render_template(
        "admin/stock.html",
        product=editing.product(product_id),
        levels=queries.levels(product_id),
        ledger=ledger,
        moved=wording.page_moved(asked, ledger.number),
        failed=form,
        message=message,
        problems=problems or {},
        typed=request.form,
    )


def _done(product_id: int, form: str, act: Callable[[], str]) -> ResponseReturnValue:
    """Do it and go back to the stock; what was refused is said on its page, with what was typed."""
    try:
        flash(act(), "success")
    except Invalid as error:
        return _page(product_id, form=form, message=error.message, problems=error.fields), error.status
    except Conflict as error:
        return _page(product_id, form=form, message=error.message), error.status
    return redirect(url_for("admin.stock", product_id=product_id), 303)
