"""What countries tax, and the classes that products are taxed by."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from smartshop.catalog.operations import tax_classes as classes
from smartshop.catalog.queries import tax_classes
from smartshop.kernel.errors import Conflict, Invalid
from smartshop.kernel.permissions import Permission
from smartshop.pricing.operations import taxing
from smartshop.pricing.queries import areas
from smartshop.pricing.queries.areas import AreaKept
from smartshop.pricing.rules import areas as rules
from smartshop.pricing.rules.areas import AreaFacts
from smartshop.web import parsing, places
from smartshop.web.admin import comparing
from smartshop.web.admin.blueprint import bp
from smartshop.web.admin.comparing import Difference
from smartshop.web.admin.speaking import _
from smartshop.web.guards import access
from smartshop.web.presenting import settings
from smartshop.web.signing import actor

PERCENT_PLACES = 2


@bp.get("/tax")
@access(Permission.SETTINGS_MANAGE)
def taxes() -> ResponseReturnValue:
    return _overview()


@bp.get("/tax/new")
@access(Permission.SETTINGS_MANAGE)
def new_tax() -> ResponseReturnValue:
    return _form(None, {"country": settings().country, "is_inclusive": "y", "shipping_class": "standard"})


@bp.post("/tax/new")
@access(Permission.SETTINGS_MANAGE)
def add_tax() -> ResponseReturnValue:
    try:
        taxing.add(facts=_facts(), countries=places.COUNTRY_CODES, actor=actor())
    except Invalid as error:
        return _form(None, request.form, error.fields), error.status
    flash(_("The taxes are kept. They hold from the next quote on."), "success")
    return redirect(url_for("admin.taxes"), 303)


@bp.get("/tax/<int:area_id>")
@access(Permission.SETTINGS_MANAGE)
def tax(area_id: int) -> ResponseReturnValue:
    return _as_it_is(areas.area(area_id))


@bp.post("/tax/<int:area_id>")
@access(Permission.SETTINGS_MANAGE)
def change_tax(area_id: int) -> ResponseReturnValue:
    kept, seen = areas.area(area_id), parsing.whole_number(request.form.get("seen"))
    try:
        taxing.change(
            area_id=area_id, seen=seen, facts=_facts(), countries=places.COUNTRY_CODES, actor=actor()
        )
    except Invalid as error:
        return _form(kept, request.form, error.fields), error.status
    except Conflict as error:
        now = areas.area(area_id)
        answers = {**request.form.to_dict(), "seen": str(now.revision)}
        return _form(now, answers, message=error.message, differences=_differences(now)), error.status
    flash(
        _("The taxes are saved. They hold from the next quote on; orders keep what they were taxed."),
        "success",
    )
    return redirect(url_for("admin.taxes"), 303)


@bp.post("/tax/<int:area_id>/delete")
@access(Permission.SETTINGS_MANAGE)
def remove_tax(area_id: int) -> ResponseReturnValue:
    seen = parsing.whole_number(request.form.get("seen"))
    try:
        taxing.remove(area_id=area_id, seen=seen, actor=actor())
    except Conflict as error:
        return _as_it_is(areas.area(area_id), error.message), error.status
    flash(_("It is taxed like every other country now. Orders keep what they were taxed."), "info")
    return redirect(url_for("admin.taxes"), 303)


@bp.post("/tax/classes")
@access(Permission.SETTINGS_MANAGE)
def add_tax_class() -> ResponseReturnValue:
    try:
        classes.add(name=request.form.get("name", ""), actor=actor())
    except Invalid as error:
        return _overview("add", error.fields["name"]), error.status
    flash(_("The class is added. Until it has rates of its own it is taxed at the standard rate."), "success")
    return redirect(url_for("admin.taxes"), 303)


@bp.post("/tax/classes/<code>")
@access(Permission.SETTINGS_MANAGE)
def rename_tax_class(code: str) -> ResponseReturnValue:
    try:
        classes.rename(code=code, seen=_seen(), name=request.form.get("name", ""), actor=actor())
    except Invalid as error:
        return _overview(code, error.fields["name"]), error.status
    except Conflict as error:
        return _overview(code, error.message), error.status
    flash(_("The class is renamed."), "success")
    return redirect(url_for("admin.taxes"), 303)


@bp.post("/tax/classes/<code>/delete")
@access(Permission.SETTINGS_MANAGE)
def remove_tax_class(code: str) -> ResponseReturnValue:
    try:
        classes.remove(code=code, seen=_seen(), actor=actor())
    except Conflict as error:
        return _overview(message=error.message), error.status
    flash(_("The class is removed."), "info")
    return redirect(url_for("admin.taxes"), 303)


def _seen() -> str:
    """The name of the class as the page showed it."""
    return request.form.get("seen", "")


def _overview(failed: str = "", problem: str = "", message: str = "") -> str:
    return render_template(
        "admin/taxes.html",
        areas=areas.areas(),
        classes=tax_classes.counted(),
        failed=failed,
        problem=problem,
        message=message,
        typed=request.form.get("name", ""),
    )


def _as_it_is(kept: AreaKept, message: str = "") -> str:
    return _form(kept, _answers(kept.facts) | {"seen": str(kept.revision)}, message=message)


def _form(
    kept: AreaKept | None,
    answers: Mapping[str, str],
    problems: dict[str, str] | None = None,
    *,
    message: str = "",
    differences: list[Difference] | None = None,
) -> str:
    return render_template(
        "admin/tax.html",
        area=kept,
        answers=answers,
        problems=problems or {},
        classes=tax_classes.classes(),
        countries=_countries(),
        message=message,
        differences=differences or [],
    )


def _countries() -> list[tuple[str, str]]:
    return [("", _("Every other country")), *places.countries(settings().country)]


def _differences(now: AreaKept) -> list[Difference]:
    """What was typed beside what is saved by now, both as the form would show it."""
    classes_, countries = dict(tax_classes.classes()), dict(_countries())
    both = [_answers(facts) for facts in (now.facts, rules.checked(_facts(), places.COUNTRY_CODES))]
    for shown in both:
        shown["country"] = countries.get(shown["country"], shown["country"])
        shown["shipping_class"] = classes_.get(shown["shipping_class"], shown["shipping_class"])
        shown["is_inclusive"] = _("include it") if shown["is_inclusive"] else _("exclude it")
    labels = {"country": _("Country"), "name": _("Name of the tax"), "is_inclusive": _("Prices")}
    rates = {f"rate-{code}": name for code, name in classes_.items()}
    return comparing.differences(labels | rates | {"shipping_class": _("Delivery is taxed as")}, *both)


def _answers(facts: AreaFacts) -> dict[str, str]:
    """What the form shows of the taxes as they are."""
    rates = {f"rate-{code}": f"{rate / 100:g}" for code, rate in facts.rates.items() if rate is not None}
    return {
        "country": facts.country,
        "name": facts.name,
        "is_inclusive": "y" if facts.is_inclusive else "",
        "shipping_class": facts.shipping_class,
    } | rates


def _facts() -> AreaFacts:
    sent = request.form
    rates = {
        code: parsing.scaled(sent.get(f"rate-{code}"), PERCENT_PLACES)
        if sent.get(f"rate-{code}", "").strip()
        else None
        for code, _name in tax_classes.classes()
    }
    is_inclusive = sent.get("is_inclusive") == "y"
    return AreaFacts(
        sent.get("country", "?"), sent.get("name", ""), is_inclusive, sent.get("shipping_class", ""), rates
    )
