"""What the page of clusters draws."""

from collections.abc import Mapping, Sequence

from smartshop.insights.queries.clusters import ClusterRow, Clusters
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
    lines = {
        _("Stability"): [each.stability for each in found.candidates],
        _("Silhouette"): [each.silhouette for each in found.candidates],
    }
    return _by_number(found, lines, chosen="", digits=2)


def elbow(found: Clusters) -> Spec | None:
    """Inertia by number of groups, the chosen one marked."""
    lines = {_("Inertia"): [each.inertia for each in found.candidates]}
    return _by_number(found, lines, chosen=_("chosen"), legend=False)


def _by_number(
    found: Clusters, lines: Mapping[str, list[float]], *, chosen: str, **more: object
) -> Spec | None:
    """Lines over the numbers of groups that were tried; None where none was."""
    tried = found.candidates
    if not tried:
        return None
    return {
        "kind": "line",
        "labels": [str(each.k) for each in tried],
        "series": [
            {"name": name, "values": values, "color": f"series-{place}"}
            for place, (name, values) in enumerate(lines.items(), start=1)
        ],
        "unit": "count",
        "x_label": _("Number of groups"),
        "marks": [
            {"axis": "x", "at": n, "label": chosen} for n, each in enumerate(tried) if each.k == found.k
        ],
        **more,
    }
