"""Which products go well with one."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from smartshop.catalog.operations import relating
from smartshop.catalog.queries import editing, related, search
from smartshop.catalog.rules import searching
from smartshop.kernel.errors import Invalid
from smartshop.kernel.permissions import Permission
from smartshop.web import parsing
from smartshop.web.admin import asking
from smartshop.web.admin.blueprint import bp
from smartshop.web.admin.speaking import _
from smartshop.web.guards import access
from smartshop.web.signing import actor


@bp.get("/products/<int:product_id>/related")
@access(Permission.PRODUCTS_MANAGE)
def related_products(product_id: int) -> ResponseReturnValue:
    words = asking.text()
    picked = related.picked(product_id)
    taken = {product_id, *(pick.id for pick in picked)}
    found = search.suggestions(searching.words(words), limit=20) if words else []
    return render_template(
        "admin/related.html",
        product=editing.product(product_id),
        picked=picked,
        words=words,
        found=[card for card in found if card.id not in taken],
    )


@bp.post("/products/<int:product_id>/related")
@access(Permission.PRODUCTS_MANAGE)
def change_related(product_id: int) -> ResponseReturnValue:
    step = next((name for name in relating.STEPS if name in request.form), "")
    if not step:
        raise parsing.BadQuery(_("Choose what to do with which product."))
    related_id = parsing.whole_number(request.form[step])
    try:
        relating.change(product_id=product_id, step=step, related_id=related_id, actor=actor())
    except Invalid as error:
        flash(error.message, "error")
    return redirect(url_for("admin.related_products", product_id=product_id, q=asking.text() or None), 303)
