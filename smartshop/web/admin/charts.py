"""From what queries found to the specifications that the chart component draws."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from smartshop.insights.queries.dashboard import Day
from smartshop.insights.queries.segments import SegmentRow
from smartshop.insights.queries.value import ValueBand
from smartshop.web.admin.speaking import _
from smartshop.web.presenting import money

Spec = dict[str, Any]
WEEK = 7
LONGEST_BY_DAY = 92


def finished(days: Sequence[Day], today: date) -> list[Day]:
    """The days that are over, as a day that has just begun looks like a fall; all of them if nothing sold before."""
    over = [each for each in days if each.day < today]
    return over if any(each.orders for each in over) else list(days)


def by_week(days: Sequence[Day]) -> list[Day]:
    """Days summed into whole weeks that end with the last day; what is left over at the beginning is left out."""
    weeks = [days[start : start + WEEK] for start in range(len(days) % WEEK, len(days), WEEK)]
    return [
        Day(week[0].day, sum(d.orders for d in week), sum(d.revenue_minor for d in week), 0) for week in weeks
    ]


def revenue(days: Sequence[Day], before: Sequence[Day], currency: str) -> Spec | None:
    """Revenue by day (by whole week in long periods) over the period before, day for day; None without orders."""
    if not any(each.orders for each in days):
        return None
    is_long, past = len(days) > LONGEST_BY_DAY, before[: len(days)]
    shown, past = (by_week(days), by_week(past)) if is_long else (days, past)
    series: list[Spec] = [
        {"name": _("This period"), "values": [d.revenue_minor for d in shown], "color": "series-1"}
    ]
    if any(each.orders for each in past):
        compared = [d.revenue_minor for d in past]
        series.append(
            {"name": _("The period before"), "values": compared, "color": "series-6", "dashed": True}
        )
    return {
        "kind": "line" if len(series) > 1 else "area",
        "labels": [each.day.isoformat() for each in shown],
        "series": series,
        "unit": "money",
        "currency": currency,
        "time": "month" if is_long else "day",
        "x_label": _("Week from") if is_long else _("Day"),
    }


def segments(rows: Sequence[SegmentRow]) -> Spec | None:
    """Customers by segment, each in its own colour."""
    if not rows:
        return None
    return {
        "kind": "horizontal",
        "labels": [row.segment for row in rows],
        "series": [
            {
                "name": _("Customers"),
                "values": [row.customers for row in rows],
                "colors": [segment_color(row.segment) for row in rows],
            }
        ],
        "unit": "count",
        "legend": False,
        "x_label": _("Segment"),
    }


def segment_color(segment: str) -> str:
    """The colour token of a segment: ``segment-cant-lose``."""
    return "segment-" + segment.lower().replace("'", "").replace(" ", "-")


def values(bands: Sequence[ValueBand], currency: str) -> Spec | None:
    """Customers by 12-month value."""
    if not bands:
        return None
    return {
        "kind": "bar",
        "labels": [_band_label(band, currency) for band in bands],
        "series": [
            {"name": _("Customers"), "values": [band.customers for band in bands], "color": "series-1"}
        ],
        "unit": "count",
        "legend": False,
        "x_label": _("Value in the next 12 months"),
    }


def _band_label(band: ValueBand, currency: str) -> str:
    low = _round(band.low_minor, currency)
    return (
        _("%(low)s and more", low=low)
        if band.high_minor is None
        else f"{low}–{_round(band.high_minor, currency)}"
    )


def _round(minor: int, currency: str) -> str:
    return money(minor, currency, short=True).removesuffix(".00")


def value_by_segment(rows: Sequence[SegmentRow], currency: str) -> Spec | None:
    """Average 12-month value by segment, where anybody has one."""
    valued = [row for row in rows if row.average_clv_minor is not None]
    if not valued:
        return None
    return {
        "kind": "horizontal",
        "labels": [row.segment for row in valued],
        "series": [
            {
                "name": _("Average 12-month value"),
                "values": [row.average_clv_minor for row in valued],
                "colors": [segment_color(row.segment) for row in valued],
            }
        ],
        "unit": "money",
        "currency": currency,
        "legend": False,
        "x_label": _("Segment"),
    }


def value_by_segment_finding(rows: Sequence[SegmentRow], currency: str) -> str:
    """Which segment brings most, each."""
    valued = [(row.average_clv_minor, row.segment) for row in rows if row.average_clv_minor is not None]
    if not valued:
        return _("What a customer of each segment will bring")
    most, name = max(valued)
    return _("%(segment)s: %(amount)s each, the most", segment=name, amount=money(most, currency, short=True))
