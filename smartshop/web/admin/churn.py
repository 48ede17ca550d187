"""Who may leave: how many, how sure, why, and from which probability on something is done about it."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from smartshop.insights import rules
from smartshop.insights.operations import banding
from smartshop.insights.queries import bands, churn, dashboard, freshness, runs
from smartshop.insights.rules import Bands
from smartshop.kernel.errors import Invalid
from smartshop.kernel.money import to_major
from smartshop.kernel.permissions import Permission
from smartshop.web import parsing
from smartshop.web.admin import churn_charts, reasons, run_words, wording
from smartshop.web.admin.blueprint import bp
from smartshop.web.admin.speaking import _
from smartshop.web.guards import access
from smartshop.web.presenting import settings
from smartshop.web.signing import actor

PERCENT_PLACES = 2
ONE_IN_HUNDREDTHS = 10_000


@bp.get("/churn", endpoint="churn")
@access(Permission.ANALYTICS_VIEW)
def churn_page() -> ResponseReturnValue:
    return _page(_answers(bands.live_bands()), {})


@bp.post("/churn/bands")
@access(Permission.MODELS_MANAGE)
def set_churn_bands() -> ResponseReturnValue:
    return _kept(_by_hand)


@bp.post("/churn/costs")
@access(Permission.MODELS_MANAGE)
def set_churn_costs() -> ResponseReturnValue:
    return _kept(_by_cost)


def _kept(asked: Callable[[], Bands]) -> ResponseReturnValue:
    try:
        banding.set_bands(bands=asked(), actor=actor())
    except Invalid as error:
        return _page(_answers(bands.live_bands()) | request.form.to_dict(), error.fields), error.status
    flash(_("The bands are kept. Every customer is in the band of their probability now."), "success")
    return redirect(url_for("admin.churn"), 303)


def _page(answers: Mapping[str, str], problems: Mapping[str, str]) -> str:
    at_risk = dashboard.highest_risk(limit=25, currency=settings().currency)
    return render_template(
        "admin/churn.html",
        risks=churn.risks(),
        found=churn.probability_bands(),
        bands=bands.live_bands(),
        at_risk=at_risk,
        why=reasons.of([row.person_id for row in at_risk]),
        fresh=freshness.of("churn"),
        live=runs.live("churn"),
        answers=answers,
        problems=problems,
        charts=churn_charts,
        run_words=run_words,
        wording=wording,
        currency=settings().currency,
    )


def _by_cost() -> Bands:
    return rules.bands_by_cost(
        offer_cost_minor=parsing.amount(request.form.get("offer_cost"), settings().currency),
        value_lost_minor=parsing.amount(request.form.get("value_lost"), settings().currency),
        success_share=_share(request.form.get("success")),
    )


def _by_hand() -> Bands:
    return rules.bands_by_hand(
        medium_from=_share(request.form.get("medium_from")), high_above=_share(request.form.get("high_above"))
    )


def _share(text: str | None) -> float:
    """A percentage such as ``12.5`` as a share; below 0 when it is none."""
    return parsing.scaled(text, PERCENT_PLACES) / ONE_IN_HUNDREDTHS


def _answers(kept: Bands) -> dict[str, str]:
    def amount(minor: int | None) -> str:
        return "" if minor is None else f"{to_major(minor, settings().currency)}"

    def percent(share: float | None) -> str:
        return "" if share is None else f"{round(Decimal(share) * 100, PERCENT_PLACES).normalize():f}"

    return {
        "offer_cost": amount(kept.offer_cost_minor),
        "value_lost": amount(kept.value_lost_minor),
        "success": percent(kept.success_share),
        "medium_from": percent(kept.medium_from),
        "high_above": percent(kept.high_above),
    }
