"""Asking what may be noted about a visit."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from smartshop.identity.rules.choices import EVERYTHING, LETTERS, NOTED, NOTHING, Choice
from smartshop.kernel.extensions import limiter
from smartshop.web import choices, parsing
from smartshop.web.guards import PUBLIC, access
from smartshop.web.shop.blueprint import bp

CHANGES = "60 per minute"


@bp.get("/privacy-choices", endpoint="choices")
@access(PUBLIC)
def choices_page() -> ResponseReturnValue:
    return render_template(
        "shop/choices.html", choice=choices.made() or NOTHING, has_signal=choices.has_signal()
    )


@bp.post("/privacy-choices")
@limiter.limit(CHANGES)
@access(PUBLIC)
def make_choice() -> ResponseReturnValue:
    choices.keep(_answer())
    flash(_("Your privacy choices are kept. You can change them at any time."), "success")
    return redirect(parsing.safe_path(request.form.get("back")) or url_for("shop.choices"), 303)


def _answer() -> Choice:
    """All for "accept", what the question spoke of for "note", what is ticked for "save", nothing for anything else."""
    whole = {"accept": EVERYTHING, "note": NOTED}
    answer = request.form.get("answer", "")
    if answer == "save":
        return Choice(**{field: field in request.form for field in LETTERS})
    return whole.get(answer, NOTHING)
