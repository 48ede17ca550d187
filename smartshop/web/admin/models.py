"""The models: what each question serves, how good it is, and the way back."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from smartshop.insights import rules
from smartshop.insights.operations import holding
from smartshop.insights.operations import runs as operations
from smartshop.insights.queries import freshness, ledger, runs
from smartshop.kernel.errors import Conflict, NotFound
from smartshop.kernel.permissions import Permission
from smartshop.web import parsing
from smartshop.web.admin import asking, model_charts, model_grounds, model_words, run_words, wording
from smartshop.web.admin.blueprint import bp
from smartshop.web.admin.speaking import _
from smartshop.web.guards import access
from smartshop.web.presenting import settings
from smartshop.web.signing import actor


@bp.get("/models")
@access(Permission.MODELS_VIEW)
def models() -> ResponseReturnValue:
    asked, question = parsing.page_number(), asking.one_of("question", rules.QUESTIONS)
    page = ledger.page_of_runs(question=question, page=asked)
    return render_template(
        "admin/models.html",
        standings=runs.standings(),
        fresh=freshness.all_questions(),
        page=page,
        question=question,
        moved=wording.page_moved(asked, page.number),
        questions=wording.questions(),
        words=model_words,
        run_words=run_words,
        wording=wording,
    )


@bp.get("/models/<question>")
@access(Permission.MODELS_VIEW)
def model(question: str) -> ResponseReturnValue:
    if question not in rules.QUESTIONS:
        raise NotFound(_("There is no question of that name. The page of models lists them."))
    standing = runs.standing(question)
    return render_template(
        "admin/model.html",
        question=question,
        standing=standing,
        run=_asked_for(standing),
        history=ledger.page_of_runs(question=question, size=10),
        fresh=freshness.of(question),
        currency=settings().currency,
        questions=wording.questions(),
        charts=model_charts,
        grounds=model_grounds,
        words=model_words,
        run_words=run_words,
        wording=wording,
    )


def _asked_for(standing: runs.Standing) -> runs.Run | None:
    """The run that the address names, else the live one, else the latest."""
    code = asking.text("run")
    if not code:
        return standing.live or standing.latest
    found = runs.named(standing.question, code)
    if found is None:
        raise NotFound(_("There is no run of that name. The page of models lists them."))
    return found


@bp.post("/models/<question>/rollback")
@access(Permission.MODELS_MANAGE)
def roll_back(question: str) -> ResponseReturnValue:
    if question not in rules.QUESTIONS:
        raise NotFound(_("There is no question of that name. The page of models lists them."))
    try:
        code = operations.roll_back(question=question, actor=actor())
    except Conflict as problem:
        flash(problem.message, "error")
    else:
        flash(_("%(run)s is served again, and held until you release it.", run=code), "success")
    return redirect(url_for("admin.models"), code=303)


@bp.post("/models/<question>/release")
@access(Permission.MODELS_MANAGE)
def release(question: str) -> ResponseReturnValue:
    if question not in rules.QUESTIONS:
        raise NotFound(_("There is no question of that name. The page of models lists them."))
    try:
        code = holding.release(question=question, actor=actor())
    except Conflict as problem:
        flash(problem.message, "error")
    else:
        flash(_("%(run)s is released: the next training that passes replaces it.", run=code), "success")
    return redirect(url_for("admin.models"), code=303)
