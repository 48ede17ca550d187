"""What the models say about all customers together: lifetime value."""

from flask import render_template
from flask.typing import ResponseReturnValue

from smartshop.insights.queries import customers, freshness, runs, segments, value
from smartshop.insights.queries.customers import Sought
from smartshop.kernel.permissions import Permission
from smartshop.web.admin import charts, value_words, wording
from smartshop.web.admin.blueprint import bp
from smartshop.web.guards import access
from smartshop.web.presenting import settings


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
