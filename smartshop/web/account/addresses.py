"""The address book of an account."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from smartshop.identity.operations import addresses as operations
from smartshop.identity.queries import addresses
from smartshop.identity.rules.addresses import address_from
from smartshop.kernel.errors import Conflict, Invalid
from smartshop.kernel.permissions import Permission
from smartshop.web import places
from smartshop.web.account.blueprint import bp
from smartshop.web.guards import access
from smartshop.web.presenting import settings
from smartshop.web.signing import current_person


def _me() -> int:
    person = current_person() or abort(403)
    return person.person_id


@bp.get("/account/addresses", endpoint="addresses")
@access(Permission.ACCOUNT_USE)
def show() -> ResponseReturnValue:
    return render_template("account/addresses.html", book=addresses.book(_me()))


@bp.get("/account/addresses/new")
@access(Permission.ACCOUNT_USE)
def new_address() -> ResponseReturnValue:
    return _form({"country": settings().country})


@bp.post("/account/addresses/new")
@access(Permission.ACCOUNT_USE)
def keep_address() -> ResponseReturnValue:
    address, problems = address_from(request.form, places.COUNTRY_CODES)
    if problems:
        return _form(request.form.to_dict(), problems), Invalid.status
    try:
        operations.keep(person_id=_me(), address=address, is_default="is_default" in request.form)
    except Conflict as error:
        flash(error.message, "error")
    else:
        flash(_("The address is in your book."), "success")
    return redirect(url_for("account.addresses"), 303)


@bp.get("/account/addresses/<int:address_id>")
@access(Permission.ACCOUNT_USE)
def address(address_id: int) -> ResponseReturnValue:
    kept = addresses.one(person_id=_me(), address_id=address_id)
    values = {**kept.address.frozen(), "is_default": "y" if kept.is_default else ""}
    return _form(values, address_id=address_id)


@bp.post("/account/addresses/<int:address_id>")
@access(Permission.ACCOUNT_USE)
def change_address(address_id: int) -> ResponseReturnValue:
    changed, problems = address_from(request.form, places.COUNTRY_CODES)
    if problems:
        addresses.one(person_id=_me(), address_id=address_id)
        return _form(request.form.to_dict(), problems, address_id), Invalid.status
    operations.change(
        person_id=_me(), address_id=address_id, address=changed, is_default="is_default" in request.form
    )
    flash(_("The address is changed."), "success")
    return redirect(url_for("account.addresses"), 303)


@bp.post("/account/addresses/<int:address_id>/delete")
@access(Permission.ACCOUNT_USE)
def remove_address(address_id: int) -> ResponseReturnValue:
    operations.remove(person_id=_me(), address_id=address_id)
    flash(_("The address is deleted."), "info")
    return redirect(url_for("account.addresses"), 303)


def _form(
    values: dict[str, str], problems: dict[str, str] | None = None, address_id: int | None = None
) -> str:
    action = (
        url_for("account.change_address", address_id=address_id)
        if address_id
        else url_for("account.keep_address")
    )
    return render_template(
        "account/address.html",
        values=values,
        problems=problems or {},
        action=action,
        address_id=address_id,
        countries=places.countries(settings().country),
    )
