"""The tree of categories: staff makes, changes, orders and removes them."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from smartshop.catalog.operations import picture_files, shelving
from smartshop.catalog.queries import shelving as queries
from smartshop.catalog.queries.shelving import CategoryKept
from smartshop.catalog.rules import decoding, pictures
from smartshop.catalog.rules.pictures import UnreadablePicture
from smartshop.catalog.rules.shelving import CategoryFacts
from smartshop.kernel.errors import Conflict, Invalid
from smartshop.kernel.permissions import Permission
from smartshop.web import parsing, uploading
from smartshop.web.admin import comparing
from smartshop.web.admin.blueprint import bp
from smartshop.web.admin.comparing import Difference
from smartshop.web.admin.speaking import _
from smartshop.web.guards import access
from smartshop.web.signing import actor

MOST_BYTES = pictures.MOST_BYTES + 1024 * 1024


@bp.get("/categories")
@access(Permission.PRODUCTS_MANAGE)
def categories() -> ResponseReturnValue:
    return render_template("admin/categories.html", categories=queries.all_in_order())


@bp.get("/categories/new")
@access(Permission.PRODUCTS_MANAGE)
def new_category() -> ResponseReturnValue:
    return _page(None, {"parent": request.args.get("parent", "")})


@bp.post("/categories/new")
@uploading.takes(MOST_BYTES)
@access(Permission.PRODUCTS_MANAGE)
def create_category() -> ResponseReturnValue:
    try:
        shelving.create(
            facts=_facts(), slug=request.form.get("slug", ""), image_path=_picture() or "", actor=actor()
        )
    except Invalid as error:
        return _page(None, request.form, problems=error.fields), error.status
    flash(_("The category is made. It shows in the shop once a published product is in it."), "success")
    return redirect(url_for("admin.categories"), 303)


@bp.get("/categories/<int:category_id>")
@access(Permission.PRODUCTS_MANAGE)
def category(category_id: int) -> ResponseReturnValue:
    kept = queries.one(category_id)
    return _page(kept, _kept(kept))


@bp.post("/categories/<int:category_id>")
@uploading.takes(MOST_BYTES)
@access(Permission.PRODUCTS_MANAGE)
def change_category(category_id: int) -> ResponseReturnValue:
    kept = queries.one(category_id)
    try:
        slug = request.form.get("slug", "")
        shelving.change(
            category_id=category_id,
            seen=request.form.get("seen", ""),
            facts=_facts(),
            slug=slug,
            image_path=_picture(),
            actor=actor(),
        )
    except Invalid as error:
        return _page(kept, request.form, problems=error.fields), error.status
    except Conflict as error:
        now = queries.one(category_id)
        answers = {**request.form.to_dict(), "seen": now.mark}
        return _page(now, answers, message=error.message, differences=_differences(now)), error.status
    flash(_("The category is saved."), "success")
    return redirect(url_for("admin.category", category_id=category_id), 303)


@bp.post("/categories/<int:category_id>/move")
@access(Permission.PRODUCTS_MANAGE)
def move_category(category_id: int) -> ResponseReturnValue:
    shelving.move(category_id=category_id, is_up=request.form.get("to") != "down", actor=actor())
    return redirect(url_for("admin.categories", _anchor=f"category-{category_id}"), 303)


@bp.post("/categories/<int:category_id>/remove")
@access(Permission.PRODUCTS_MANAGE)
def remove_category(category_id: int) -> ResponseReturnValue:
    kept, heir = queries.one(category_id), request.form.get("heir", "")
    heir_id = parsing.whole_number(heir) if heir else None
    try:
        shelving.remove(category_id=category_id, heir_id=heir_id, actor=actor())
    except (Conflict, Invalid) as error:
        return _page(kept, _kept(kept), message=error.message), error.status
    flash(_("The category %(name)s is removed.", name=kept.name), "success")
    return redirect(url_for("admin.categories"), 303)


def _kept(kept: CategoryKept) -> dict[str, str]:
    """What the form shows of a category as it is."""
    return {
        "name": kept.name,
        "slug": kept.slug,
        "parent": str(kept.parent_id or ""),
        "description": kept.description,
        "seen": kept.mark,
    }


def _differences(now: CategoryKept) -> list[Difference]:
    names = {str(row.id): row.name for row in queries.all_in_order()}
    both = [_kept(now), request.form.to_dict()]
    for shown in both:
        shown["parent"] = names.get(shown.get("parent", ""), "")
    labels = {
        "name": _("Name"),
        "slug": _("Address"),
        "parent": _("Stands under"),
        "description": _("Description"),
    }
    return comparing.differences(labels, *both)


def _page(
    kept: CategoryKept | None,
    answers: Mapping[str, object],
    *,
    problems: dict[str, str] | None = None,
    message: str = "",
    differences: list[Difference] | None = None,
) -> str:
    return render_template(
        "admin/category.html",
        category=kept,
        answers=answers,
        places=queries.all_in_order(),
        problems=problems or {},
        message=message,
        differences=differences or [],
        most_megabytes=pictures.MOST_BYTES // 1024**2,
    )


def _facts() -> CategoryFacts:
    sent, parent = request.form, request.form.get("parent", "")
    parent_id = parsing.whole_number(parent) if parent else None
    return CategoryFacts(sent.get("name", ""), sent.get("description", ""), parent_id)


def _picture() -> str | None:
    """The path of the picture that was sent, "" when the one there is shall go, None when it shall stay.

    Raises Invalid.
    """
    for _name, data in uploading.files("picture", pictures.MOST_BYTES):
        try:
            decoded = decoding.decode(data)
        except UnreadablePicture as error:
            raise Invalid(error.message, {"picture": error.message}) from error
        picture_files.keep(uploading.folder(), decoded)
        return decoded.path
    return "" if request.form.get("no-picture") == "y" else None
