"""Who comes back: cohorts by the month of the first order."""

from flask import render_template
from flask.typing import ResponseReturnValue

from smartshop.insights.queries import cohorts
from smartshop.kernel.permissions import Permission
from smartshop.web.admin import asking, heat
from smartshop.web.admin.blueprint import bp
from smartshop.web.guards import access
from smartshop.web.presenting import settings

SHOWN = ("retention", "revenue")


@bp.get("/cohorts", endpoint="cohorts")
@access(Permission.ANALYTICS_VIEW)
def cohorts_page() -> ResponseReturnValue:
    shown = asking.one_of("show", SHOWN, "retention")
    found = cohorts.table(settings().currency)
    return render_template("admin/cohorts.html", found=found, shown=shown, heat=heat)
