"""The scheduled jobs: when they run, and how it went."""

from flask import render_template
from flask.typing import ResponseReturnValue

from smartshop.jobs import queries, schedule
from smartshop.kernel.permissions import Permission
from smartshop.web.admin.blueprint import bp
from smartshop.web.guards import access
from smartshop.web.presenting import settings


@bp.get("/jobs")
@access(Permission.JOBS_VIEW)
def jobs() -> ResponseReturnValue:
    return render_template(
        "admin/jobs.html",
        listings=schedule.listings(settings()),
        recent=queries.recent(limit=50),
        idle_since=schedule.idle_since(),
    )
