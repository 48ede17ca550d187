"""How well what was foreseen agrees with what came, as a chart and its finding."""

from collections.abc import Mapping, Sequence
from typing import Any

from smartshop.kernel.money import exponent
from smartshop.web.admin.charts import Spec
from smartshop.web.admin.speaking import _
from smartshop.web.presenting import percent

WELL_MADE = 0.03


def calibration(question: str, card: Mapping[str, Any], currency: str) -> Spec | None:
    """Mean foreseen and mean that came by tenth of the customers, the lowest foreseen first; None without a test."""
    groups: Sequence[Mapping[str, float]] = card.get("calibration") or ()
    if not groups:
        return None
    scale = 10 ** exponent(currency) if question == "clv" else 1
    return {
        "kind": "line",
        "labels": [str(index) for index in range(1, len(groups) + 1)],
        "series": [
            {
                "name": _("What came"),
                "values": [each["actual"] * scale for each in groups],
                "color": "series-1",
            },
            {
                "name": _("Foreseen"),
                "values": [each["predicted"] * scale for each in groups],
                "color": "series-6",
                "dashed": True,
            },
        ],
        **({"unit": "money", "currency": currency} if question == "clv" else {"unit": "percent"}),
        "x_label": _("Tenth of the customers, the lowest foreseen first"),
    }


def calibration_finding(question: str, card: Mapping[str, Any]) -> str:
    """How far apart the two are."""
    groups: Sequence[Mapping[str, float]] = card.get("calibration") or ()
    if not groups:
        return _("How well it agrees with what came")
    foreseen = sum(each["predicted"] * each["customers"] for each in groups)
    came = sum(each["actual"] * each["customers"] for each in groups)
    if question == "clv":
        return _(
            "It foresaw %(share)s of what customers spent", share=percent(foreseen / came if came else None)
        )
    people = sum(each["customers"] for each in groups)
    gap = sum(abs(each["predicted"] - each["actual"]) * each["customers"] for each in groups) / people
    if gap <= WELL_MADE:
        return _(
            "Its probabilities can be taken at their word: off by %(gap)s on average", gap=percent(gap, 1)
        )
    return _("Its probabilities are off by %(gap)s on average", gap=percent(gap, 1))
