"""Churn as charts: how sure, how right, by what."""

from collections.abc import Mapping, Sequence
from typing import Any

from smartshop.insights.queries.churn import ProbabilityBand, RiskRow
from smartshop.insights.rules import Bands
from smartshop.web.admin import reasons
from smartshop.web.admin.speaking import _, ngettext
from smartshop.web.presenting import number, percent

Spec = dict[str, Any]
SMALLEST_GAP = 0.02


def risks(rows: Sequence[RiskRow]) -> Spec | None:
    """Customers by churn risk."""
    if not rows:
        return None
    names = {"high": _("High risk"), "medium": _("Medium risk"), "low": _("Low risk")}
    return {
        "kind": "doughnut",
        "labels": [names[row.risk] for row in rows],
        "series": [
            {
                "name": _("Customers"),
                "values": [row.customers for row in rows],
                "colors": [f"risk-{row.risk}" for row in rows],
            }
        ],
        "unit": "count",
        "x_label": _("Risk"),
    }


def probabilities(found: Sequence[ProbabilityBand], bands: Bands) -> Spec | None:
    """Customers by probability of leaving, in the colour of the risk that most of the bar falls into."""
    if not found:
        return None
    middles = [(each.low + each.high) / 2 for each in found]
    return {
        "kind": "bar",
        "labels": [_band(each) for each in found],
        "series": [
            {
                "name": _("Customers"),
                "values": [each.customers for each in found],
                "colors": [
                    "risk-low"
                    if middle < bands.medium_from
                    else "risk-high"
                    if middle > bands.high_above
                    else "risk-medium"
                    for middle in middles
                ],
            }
        ],
        "unit": "count",
        "legend": False,
        "x_label": _("Probability of leaving"),
    }


def probabilities_finding(found: Sequence[ProbabilityBand]) -> str:
    """Where most customers are."""
    if not found:
        return _("How sure it is that customers leave")
    fullest = max(found, key=lambda each: each.customers)
    return ngettext(
        "The fullest band is %(band)s: %(shown)s customer",
        "The fullest band is %(band)s: %(shown)s customers",
        fullest.customers,
        band=_band(fullest),
        shown=number(fullest.customers),
    )


def _band(each: ProbabilityBand) -> str:
    return f"{percent(each.low)}–{percent(each.high)}"


def calibration(groups: Sequence[Mapping[str, float]]) -> Spec | None:
    """Foreseen and actual share of leavers in ten groups of the last window; on the line is right."""
    if not groups:
        return None
    return {
        "kind": "line",
        "labels": [number(place + 1) for place in range(len(groups))],
        "series": [
            {"name": _("Left"), "values": [group["actual"] for group in groups], "color": "series-1"},
            {
                "name": _("Foreseen"),
                "values": [group["predicted"] for group in groups],
                "color": "series-6",
                "dashed": True,
            },
        ],
        "unit": "percent",
        "x_label": _("Tenth of the customers, least likely first"),
        "y_label": _("Share that left"),
    }


def calibration_finding(groups: Sequence[Mapping[str, float]]) -> str:
    """What the calibration chart shows, in a sentence."""
    customers = sum(group["customers"] for group in groups) or 1
    foreseen, left = (
        sum(group[name] * group["customers"] for group in groups) / customers
        for name in ("predicted", "actual")
    )
    shares = {"foreseen": percent(foreseen), "left": percent(left)}
    if abs(foreseen - left) <= SMALLEST_GAP:
        return _("As many left as was foreseen: %(left)s against %(foreseen)s", **shares)
    if foreseen > left:
        return _("Fewer left than was foreseen: %(left)s against %(foreseen)s", **shares)
    return _("More left than was foreseen: %(left)s against %(foreseen)s", **shares)


def importance(found: Mapping[str, float]) -> Spec | None:
    """What moves the probabilities most: each subject's share of all contributions."""
    total = sum(found.values())
    if not total:
        return None
    ordered = sorted(found, key=lambda code: -found[code])
    names = reasons.subjects()
    return {
        "kind": "horizontal",
        "labels": [names.get(code, code) for code in ordered],
        "series": [
            {
                "name": _("Share of what moves the probability"),
                "values": [found[code] / total for code in ordered],
                "color": "series-1",
            }
        ],
        "unit": "percent",
        "legend": False,
        "x_label": _("Side of the history"),
    }
