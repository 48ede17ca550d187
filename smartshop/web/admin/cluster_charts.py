"""What the page of clusters draws."""

from collections.abc import Sequence

from smartshop.insights.queries.clusters import Candidate, ClusterRow, Clusters
from smartshop.web.admin import cluster_words
from smartshop.web.admin.charts import Spec
from smartshop.web.admin.speaking import _

COLORS = 6


def sizes(rows: Sequence[ClusterRow]) -> Spec | None:
    """Shares of customers and of revenue by cluster."""
    if not rows:
        return None
    return {
        "kind": "horizontal",
        "labels": [cluster_words.name(row.code) for row in rows],
        "series": [
            {"name": _("Customers"), "values": [row.customer_share for row in rows], "color": "series-6"},
            {"name": _("Revenue"), "values": [row.revenue_share for row in rows], "color": "series-1"},
        ],
        "unit": "percent",
        "x_label": _("Group"),
    }


def quality(found: Clusters) -> Spec | None:
    """Silhouette and stability by number of groups, the chosen one marked."""
    tried = found.candidates
    if not tried:
        return None
    return {
        "kind": "line",
        "labels": [str(each.k) for each in tried],
        "series": [
            {"name": _("Stability"), "values": [each.stability for each in tried], "color": "series-1"},
            {"name": _("Silhouette"), "values": [each.silhouette for each in tried], "color": "series-2"},
        ],
        "unit": "count",
        "digits": 2,
        "x_label": _("Number of groups"),
        "marks": _mark(tried, found.k, ""),
    }


def elbow(found: Clusters) -> Spec | None:
    """Inertia by number of groups, the chosen one marked."""
    tried = found.candidates
    if not tried:
        return None
    return {
        "kind": "line",
        "labels": [str(each.k) for each in tried],
        "series": [{"name": _("Inertia"), "values": [each.inertia for each in tried], "color": "series-1"}],
        "unit": "count",
        "legend": False,
        "x_label": _("Number of groups"),
        "marks": _mark(tried, found.k, _("chosen")),
    }


def _mark(tried: Sequence[Candidate], k: int, label: str) -> list[Spec]:
    return [{"axis": "x", "at": n, "label": label} for n, each in enumerate(tried) if each.k == k]
