"""Customers of like behaviour."""

from flask import render_template
from flask.typing import ResponseReturnValue

from smartshop.insights.queries import clusters, freshness
from smartshop.kernel.permissions import Permission
from smartshop.web.admin import cluster_charts, cluster_words, wording
from smartshop.web.admin.blueprint import bp
from smartshop.web.guards import access


@bp.get("/clusters", endpoint="clusters")
@access(Permission.ANALYTICS_VIEW)
def clusters_page() -> ResponseReturnValue:
    return render_template(
        "admin/clusters.html",
        found=clusters.table(),
        fresh=freshness.of("clusters"),
        charts=cluster_charts,
        words=cluster_words,
        wording=wording,
    )
