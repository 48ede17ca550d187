"""The pages on which staff makes and changes a product."""

from collections.abc import Mapping
from datetime import UTC, datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from smartshop.catalog.queries import editing, tax_classes
from smartshop.catalog.queries.editing import ProductKept
from smartshop.catalog.rules.editing import ProductFacts, VariantFacts
from smartshop.inventory.operations import goods
from smartshop.kernel.errors import Conflict, Invalid
from smartshop.kernel.permissions import Permission
from smartshop.web import parsing
from smartshop.web.admin.blueprint import bp
from smartshop.web.admin.speaking import _
from smartshop.web.guards import access
from smartshop.web.presenting import decimal, settings
from smartshop.web.signing import actor

NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@bp.get("/products/new")
@access(Permission.PRODUCTS_MANAGE)
def new_product() -> ResponseReturnValue:
    return _page(None, {"status": "draft", "active-0": "y"})


@bp.post("/products/new")
@access(Permission.PRODUCTS_MANAGE)
def create_product() -> ResponseReturnValue:
    try:
        product_id = goods.create(
            facts=_facts(), sku=request.form.get("sku", ""), variant=_variant(0), actor=actor()
        )
    except Invalid as error:
        return _page(None, request.form, problems=error.fields), error.status
    flash(_("The product is made. Nothing of it is on hand yet: book goods in."), "success")
    return redirect(url_for("admin.product", product_id=product_id), 303)


@bp.get("/products/<int:product_id>")
@access(Permission.PRODUCTS_MANAGE)
def product(product_id: int) -> ResponseReturnValue:
    kept = editing.product(product_id)
    return _page(kept, _answers(kept))


@bp.post("/products/<int:product_id>")
@access(Permission.PRODUCTS_MANAGE)
def change_product(product_id: int) -> ResponseReturnValue:
    kept = editing.product(product_id)
    try:
        goods.change(
            product_id=product_id,
            seen=_seen(),
            facts=_facts(),
            variants={variant.id: _variant(variant.id) for variant in kept.variants},
            slug=request.form.get("slug"),
            actor=actor(),
        )
    except Invalid as error:
        return _page(kept, request.form, problems=error.fields), error.status
    except Conflict as error:
        now = editing.product(product_id)
        answers = {**request.form.to_dict(), "updated_at": now.updated_at.isoformat()}
        return _page(now, answers, message=error.message), error.status
    flash(_("The product is saved."), "success")
    return redirect(url_for("admin.product", product_id=product_id), 303)


def _page(
    kept: ProductKept | None,
    answers: Mapping[str, str],
    *,
    problems: dict[str, str] | None = None,
    message: str = "",
) -> str:
    return render_template(
        "admin/product.html",
        product=kept,
        answers=answers,
        categories=editing.categories(),
        tax_classes=tax_classes.classes(),
        problems=problems or {},
        message=message,
    )


def _answers(kept: ProductKept) -> dict[str, str]:
    """What the form shows of a product as it is."""
    answers = {
        "name": kept.name,
        "slug": kept.slug,
        "description": kept.description,
        "category": str(kept.category_id),
        "status": kept.status,
        "tax_class": kept.tax_class,
        "updated_at": kept.updated_at.isoformat(),
    }
    for variant in kept.variants:
        answers[f"variant-{variant.id}"] = variant.name
        answers[f"price-{variant.id}"] = decimal(variant.price_minor)
        answers[f"weight-{variant.id}"] = str(variant.weight_grams)
        answers[f"active-{variant.id}"] = "y" if variant.is_active else ""
    return answers


def _facts() -> ProductFacts:
    sent = request.form
    category_id = parsing.whole_number(sent.get("category"))
    return ProductFacts(
        sent.get("name", ""),
        sent.get("description", ""),
        category_id,
        sent.get("status", ""),
        sent.get("tax_class", "standard"),
    )


def _variant(variant_id: int) -> VariantFacts:
    sent = request.form
    price = parsing.amount(sent.get(f"price-{variant_id}"), settings().currency)
    weight = parsing.whole_number(sent.get(f"weight-{variant_id}") or "0")
    is_active = sent.get(f"active-{variant_id}") == "y"
    return VariantFacts(sent.get(f"variant-{variant_id}", ""), price, is_active, weight)


def _seen() -> datetime:
    """The state of the product that the form was made from; one that cannot be read is out of date."""
    try:
        seen = datetime.fromisoformat(request.form.get("updated_at", ""))
    except ValueError:
        return NEVER
    return seen if seen.tzinfo else NEVER
