"""The pages on which staff makes and changes a product."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from smartshop.catalog.queries import editing, tax_classes
from smartshop.catalog.queries.editing import ProductKept
from smartshop.inventory.operations import goods
from smartshop.kernel.errors import Conflict, Invalid
from smartshop.kernel.permissions import Permission
from smartshop.web.admin import comparing
from smartshop.web.admin import product_form as form
from smartshop.web.admin.blueprint import bp
from smartshop.web.admin.comparing import Difference
from smartshop.web.admin.speaking import _
from smartshop.web.guards import access
from smartshop.web.signing import actor


@bp.get("/products/new")
@access(Permission.PRODUCTS_MANAGE)
def new_product() -> ResponseReturnValue:
    return _page(None, {"status": "draft", "active-0": "y"})


@bp.post("/products/new")
@access(Permission.PRODUCTS_MANAGE)
def create_product() -> ResponseReturnValue:
    try:
        product_id = goods.create(
            facts=form.facts(), sku=request.form.get("sku", ""), variant=form.variant(0), actor=actor()
        )
    except Invalid as error:
        return _page(None, request.form, problems=error.fields), error.status
    flash(_("The product is made. Nothing of it is on hand yet: book goods in."), "success")
    return redirect(url_for("admin.product", product_id=product_id), 303)


@bp.get("/products/<int:product_id>")
@access(Permission.PRODUCTS_MANAGE)
def product(product_id: int) -> ResponseReturnValue:
    kept = editing.product(product_id)
    return _page(kept, form.answers(kept))


@bp.post("/products/<int:product_id>")
@access(Permission.PRODUCTS_MANAGE)
def change_product(product_id: int) -> ResponseReturnValue:
    kept = editing.product(product_id)
    try:
        goods.change(
            product_id=product_id,
            seen=comparing.seen_at("updated_at"),
            facts=form.facts(),
            variants=form.variants(kept),
            order=form.order(kept),
            slug=request.form.get("slug"),
            actor=actor(),
        )
    except Invalid as error:
        return _page(kept, request.form, problems=error.fields), error.status
    except Conflict as error:
        now = editing.product(product_id)
        answers = {**request.form.to_dict(), "updated_at": now.updated_at.isoformat()}
        return _page(now, answers, message=error.message, differences=form.differences(now)), error.status
    flash(_("The product is saved."), "success")
    return redirect(url_for("admin.product", product_id=product_id), 303)


def _page(
    kept: ProductKept | None,
    answers: Mapping[str, str],
    *,
    problems: dict[str, str] | None = None,
    message: str = "",
    differences: list[Difference] | None = None,
) -> str:
    return render_template(
        "admin/product.html",
        product=kept,
        answers=answers,
        categories=editing.categories(),
        tax_classes=tax_classes.classes(),
        problems=problems or {},
        message=message,
        differences=differences or [],
        attribute_rows=form.rows(answers, "attribute-name", spare=2),
        places=[(place, place) for place in range(1, len(kept.variants) + 1)] if kept else [],
        option_columns=form.rows(answers, "option-name", spare=1),
    )
