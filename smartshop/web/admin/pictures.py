"""The pictures of a product: staff adds, describes, orders and removes them."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from smartshop.catalog.operations import pictures as operations
from smartshop.catalog.queries import editing, pictures
from smartshop.catalog.rules import pictures as rules
from smartshop.kernel.errors import Invalid
from smartshop.kernel.permissions import Permission
from smartshop.web import parsing, uploading
from smartshop.web.admin.blueprint import bp
from smartshop.web.admin.speaking import _, ngettext
from smartshop.web.guards import access
from smartshop.web.signing import actor

MOST_BYTES = 40 * 1024 * 1024
"""Of one request, however many files it holds."""


@bp.get("/products/<int:product_id>/pictures")
@access(Permission.PRODUCTS_MANAGE)
def pictures_of(product_id: int) -> ResponseReturnValue:
    return _page(product_id)


@bp.post("/products/<int:product_id>/pictures")
@uploading.takes(MOST_BYTES)
@access(Permission.PRODUCTS_MANAGE)
def add_pictures(product_id: int) -> ResponseReturnValue:
    sent = uploading.files("pictures", rules.MOST_BYTES)
    try:
        added = operations.add(product_id=product_id, files=sent, uploads=uploading.folder(), actor=actor())
    except Invalid as error:
        return _page(product_id, problems=error.fields), error.status
    if not added.kept:
        return _page(product_id, refused=added.refused), Invalid.status
    flash(ngettext("One picture is added.", "%(num)d pictures are added.", added.kept), "success")
    if added.refused:
        told = "; ".join(f"{name}: {why}" for name, why in added.refused)
        flash(_("Not added: %(files)s", files=told), "warning")
    return _back(product_id)


@bp.post("/products/<int:product_id>/pictures/<int:image_id>")
@access(Permission.PRODUCTS_MANAGE)
def describe_picture(product_id: int, image_id: int) -> ResponseReturnValue:
    alt, variant = request.form.get("alt", ""), request.form.get("variant", "")
    variant_id = parsing.whole_number(variant) if variant else None
    try:
        operations.describe(
            product_id=product_id, image_id=image_id, alt=alt, variant_id=variant_id, actor=actor()
        )
    except Invalid as error:
        return _page(product_id, failed=image_id, problems=error.fields), error.status
    flash(_("The picture is described."), "success")
    return _back(product_id)


@bp.post("/products/<int:product_id>/pictures/<int:image_id>/move")
@access(Permission.PRODUCTS_MANAGE)
def move_picture(product_id: int, image_id: int) -> ResponseReturnValue:
    is_up = request.form.get("to") != "down"
    operations.move(product_id=product_id, image_id=image_id, is_up=is_up, actor=actor())
    return _back(product_id, image_id)


@bp.post("/products/<int:product_id>/pictures/<int:image_id>/remove")
@access(Permission.PRODUCTS_MANAGE)
def remove_picture(product_id: int, image_id: int) -> ResponseReturnValue:
    operations.remove(product_id=product_id, image_id=image_id, actor=actor())
    flash(_("The picture is removed."), "success")
    return _back(product_id)


def _back(product_id: int, image_id: int | None = None) -> ResponseReturnValue:
    mark = f"picture-{image_id}" if image_id else None
    return redirect(url_for("admin.pictures_of", product_id=product_id, _anchor=mark), 303)


def _page(
    product_id: int,
    *,
    failed: int = 0,
    problems: dict[str, str] | None = None,
    refused: tuple[tuple[str, str], ...] = (),
) -> str:
    return render_template(
        "admin/pictures.html",
        product=editing.product(product_id),
        pictures=pictures.of_product(product_id),
        most_bytes=MOST_BYTES,
        rules=rules,
        failed=failed,
        problems=problems or {},
        refused=refused,
        typed=request.form,
    )
