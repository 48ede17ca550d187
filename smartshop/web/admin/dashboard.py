"""How the shop is doing."""

from flask import render_template
from flask.typing import ResponseReturnValue

from smartshop.insights.queries import churn, dashboard, freshness, periods, segments, value
from smartshop.kernel import clock
from smartshop.kernel.permissions import Permission
from smartshop.payments import queries as payments
from smartshop.web.admin import asking, charts, churn_charts, wording
from smartshop.web.admin.blueprint import bp
from smartshop.web.guards import access
from smartshop.web.presenting import settings


@bp.get("/", endpoint="dashboard")
@access(Permission.ANALYTICS_VIEW)
def dashboard_page() -> ResponseReturnValue:
    currency = settings().currency
    choice = periods.choose(asking.length(periods.LENGTHS, 30), asking.day("until"), currency)
    period = choice.period
    days = charts.finished(dashboard.days(period, currency), clock.today())
    worth, risks, parts = value.distribution(currency), churn.risks(), segments.table()
    return render_template(
        "admin/dashboard.html",
        choice=choice,
        totals=dashboard.totals(period, currency),
        before=dashboard.totals(period.before, currency),
        days=days if len(days) <= charts.LONGEST_BY_DAY else charts.by_week(days),
        top_products=dashboard.top_products(period, currency),
        at_risk=dashboard.highest_risk(limit=8, currency=currency),
        fresh=freshness.all_questions(),
        refused_keys=payments.refused_keys(),
        segments=parts,
        risks=risks,
        worth=worth,
        revenue_chart=charts.revenue(days, dashboard.days(period.before, currency), currency),
        chart_note=wording.chart_note(days, period),
        lengths=periods.LENGTHS,
        charts=charts,
        churn_charts=churn_charts,
        wording=wording,
    )
