"""Cohorts as a heat table: which shade a cell has, and what the page says about it all."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

from smartshop.insights.queries.cohorts import Average, Cell, Cohort, Cohorts
from smartshop.web.admin.charts import Spec
from smartshop.web.admin.speaking import _
from smartshop.web.presenting import percent

LATEST = 24
"""How many cohorts, and months of each, a page shows; the report holds them all."""
SHADES = 10
FEWEST_COHORTS = 3
"""The curve says nothing from fewer."""


@dataclass(frozen=True)
class Shaded:
    """A cell and its shade, from 0 (nothing) to `SHADES` (the most of the table)."""

    cell: Cell
    shade: int


@dataclass(frozen=True)
class Row:
    cohort: Cohort
    cells: tuple[Shaded, ...]


def shown(found: Cohorts) -> tuple[Cohort, ...]:
    """The latest cohorts."""
    return found.cohorts[-LATEST:]


def columns(found: Cohorts) -> range:
    """Months since the first order, as far as the page goes."""
    return range(min(LATEST + 1, max((len(cohort.cells) for cohort in shown(found)), default=0)))


def rows(found: Cohorts, by: str) -> list[Row]:
    """The latest cohorts, shaded by ``retention`` or ``revenue``; the month of the first order stands apart, unshaded."""
    width, cohorts = len(columns(found)), shown(found)
    strengths = [_strength(cell, by) for cohort in cohorts for cell in cohort.cells[:width]]
    most = max(strengths, default=0.0)
    return [
        Row(
            cohort,
            tuple(Shaded(cell, _shade(_strength(cell, by), most)) for cell in cohort.cells[:width]),
        )
        for cohort in cohorts
    ]


def _strength(cell: Cell, by: str) -> float:
    if not cell.months_since:
        return 0.0
    return cell.retention if by == "retention" else float(max(cell.revenue_minor, 0))


def _shade(strength: float, most: float) -> int:
    return min(SHADES, ceil(SHADES * strength / most)) if most else 0


def foot(found: Cohorts) -> list[float | None]:
    """The retention of all cohorts together, column by column; None where no month is over."""
    by_month = {each.months_since: each.retention for each in found.averages}
    return [by_month.get(since) for since in columns(found)]


def _later(found: Cohorts) -> list[Average]:
    """The months after the first order that enough cohorts have behind them."""
    return [
        each for each in found.averages if 0 < each.months_since <= LATEST and each.cohorts >= FEWEST_COHORTS
    ]


def curve(found: Cohorts) -> Spec | None:
    """Average retention by months since the first order; None before enough cohorts have a month behind them."""
    averages = _later(found)
    if not averages:
        return None
    return {
        "kind": "line",
        "labels": [str(each.months_since) for each in averages],
        "series": [
            {"name": _("Came back"), "values": [each.retention for each in averages], "color": "series-1"}
        ],
        "unit": "percent",
        "legend": False,
        "x_label": _("Months since the first order"),
    }


def finding(found: Cohorts) -> str:
    """The page's headline."""
    by_month = {each.months_since: each.retention for each in found.averages}
    if not found.cohorts:
        return _("No customers to follow yet")
    if 1 not in by_month:
        return _("Nobody's second month is over yet")
    if 6 in by_month:
        return _(
            "%(one)s of new customers buy again in the month after, %(six)s in the sixth",
            one=percent(by_month[1]),
            six=percent(by_month[6]),
        )
    return _("%(one)s of new customers buy again in the month after", one=percent(by_month[1]))


def curve_title(found: Cohorts) -> str:
    """What the curve of retention shows."""
    later = [each.retention for each in _later(found)]
    if len(later) < 2:
        return _("How many come back, month by month")
    if _falls(later):
        return _("Each month fewer come back")
    return _(
        "Between %(low)s and %(high)s come back in a month", low=percent(min(later)), high=percent(max(later))
    )


def _falls(values: Sequence[float]) -> bool:
    return all(later < earlier for earlier, later in pairwise(values))
