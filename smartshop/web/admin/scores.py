"""What the models say about all customers together: churn risk, lifetime value."""

from flask import render_template
from flask.typing import ResponseReturnValue

from smartshop.insights.queries import churn, customers, dashboard, freshness, runs, segments, value
from smartshop.insights.queries.customers import Sought
from smartshop.kernel.permissions import Permission
from smartshop.web.admin import charts, value_words, wording
from smartshop.web.admin.blueprint import bp
from smartshop.web.guards import access
from smartshop.web.presenting import settings


@bp.get("/churn", endpoint="churn")
@access(Permission.ANALYTICS_VIEW)
def churn_page() -> ResponseReturnValue:
    return render_template(
        "admin/churn.html",
        risks=churn.risks(),
        bands=churn.probability_bands(),
        segments=segments.table(),
        at_risk=dashboard.highest_risk(limit=25, currency=settings().currency),
        fresh=freshness.of("churn"),
        live=runs.live("churn"),
        charts=charts,
        wording=wording,
    )


@bp.get("/clv", endpoint="clv")
@access(Permission.ANALYTICS_VIEW)
def clv_page() -> ResponseReturnValue:
    return render_template(
        "admin/clv.html",
        worth=value.distribution(settings().currency),
        segments=segments.table(),
        best=customers.page_of_customers(settings().currency, Sought(), size=25).items,
        fresh=freshness.of("clv"),
        method=value.method(runs.live("clv")),
        words=value_words,
        charts=charts,
        wording=wording,
    )
