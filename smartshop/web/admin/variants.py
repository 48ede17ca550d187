"""Adding variants to a product, copying, previewing and deleting it."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from smartshop.catalog.queries import browsing, editing, reviews
from smartshop.catalog.rules.reviews import Order
from smartshop.inventory.operations import goods
from smartshop.inventory.queries import stock
from smartshop.kernel.errors import Conflict, Invalid
from smartshop.kernel.permissions import Permission
from smartshop.orders.operations import delisting
from smartshop.pricing.queries import shipping
from smartshop.web.admin import product_form as form
from smartshop.web.admin.blueprint import bp
from smartshop.web.admin.speaking import _, ngettext
from smartshop.web.guards import access
from smartshop.web.presenting import decimal, settings
from smartshop.web.signing import actor


@bp.get("/products/<int:product_id>/variants/new")
@access(Permission.PRODUCTS_MANAGE)
def new_variants(product_id: int) -> ResponseReturnValue:
    kept = editing.product(product_id)
    first = kept.variants[0] if kept.variants else None
    names = dict.fromkeys(name for variant in kept.variants for name in variant.options)
    answers = {f"option-name-{row}": name for row, name in enumerate(names)} | {"active-0": "y"}
    if first:
        answers |= {
            "sku": first.sku.rpartition("-")[0] or first.sku,
            "price-0": decimal(first.price_minor),
            "weight-0": str(first.weight_grams),
        }
    return _page(product_id, answers)


@bp.post("/products/<int:product_id>/variants/new")
@access(Permission.PRODUCTS_MANAGE)
def add_variants(product_id: int) -> ResponseReturnValue:
    try:
        made = goods.add_variants(
            product_id=product_id,
            rows=list(form.pairs("option-name", "option-values")),
            stem=request.form.get("sku", ""),
            variant=form.variant(0),
            actor=actor(),
        )
    except Invalid as error:
        return _page(product_id, request.form, error.fields), error.status
    flash(
        ngettext(
            "%(num)s variant is added. Nothing of it is on hand yet.",
            "%(num)s variants are added. Nothing of them is on hand yet.",
            made,
        ),
        "success",
    )
    return redirect(url_for("admin.product", product_id=product_id), 303)


@bp.post("/products/<int:product_id>/duplicate")
@access(Permission.PRODUCTS_MANAGE)
def duplicate_product(product_id: int) -> ResponseReturnValue:
    copy_id = goods.duplicate(product_id=product_id, actor=actor())
    flash(_("This is the copy, a draft. Name it, look at its codes, and publish it."), "success")
    return redirect(url_for("admin.product", product_id=copy_id), 303)


@bp.post("/products/<int:product_id>/delete")
@access(Permission.PRODUCTS_MANAGE)
def delete_product(product_id: int) -> ResponseReturnValue:
    name = editing.product(product_id).name
    try:
        delisting.delete(product_id=product_id, actor=actor())
    except Conflict as error:
        flash(error.message, "error")
        return redirect(url_for("admin.product", product_id=product_id), 303)
    flash(_("%(name)s is deleted.", name=name), "success")
    return redirect(url_for("admin.products"), 303)


@bp.get("/products/<int:product_id>/preview")
@access(Permission.PRODUCTS_MANAGE)
def preview_product(product_id: int) -> ResponseReturnValue:
    product = browsing.preview(product_id)
    return render_template(
        "shop/product.html",
        product=product,
        availability=stock.availability([variant.id for variant in product.variants]),
        delivery=shipping.shipping_methods(settings().country),
        said=reviews.of_product(product.id, order=Order.NEWEST, page=1),
        goes_with=(),
        order=Order.NEWEST,
        orders=list(Order),
        own_review=None,
        is_preview=True,
    )


def _page(product_id: int, answers: Mapping[str, str], problems: dict[str, str] | None = None) -> str:
    return render_template(
        "admin/variants.html",
        product=editing.product(product_id),
        answers=answers,
        option_rows=range(max(3, len(form.rows(answers, "option-name", spare=1)))),
        problems=problems or {},
    )
