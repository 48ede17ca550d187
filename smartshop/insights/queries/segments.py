"""Customers by segment: how many, what they bring and what is to come."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sqlalchemy as sa

from smartshop.insights.models import ChurnScore, SegmentScore, ValueScore
from smartshop.insights.queries.counting import live_run
from smartshop.kernel.extensions import db
from smartshop.kernel.money import round_half_up

SEGMENTS = (
    "Champions",
    "Loyal",
    "Potential Loyalist",
    "New",
    "Promising",
    "Needs Attention",
    "About to Sleep",
    "At Risk",
    "Can't Lose",
    "Hibernating",
    "Lost",
)
"""Every segment there is, from the best to the farthest gone."""


@dataclass(frozen=True)
class SegmentRow:
    """One segment of the live run; money in minor units, shares of 1. Averages are None where nobody has a score."""

    segment: str
    customers: int
    customer_share: float
    revenue_minor: int
    revenue_share: float
    average_revenue_minor: int | None
    average_clv_minor: int | None
    average_probability: float | None
    high_risk: int


def table() -> tuple[SegmentRow, ...]:
    """Every segment in its fixed order, empty ones too; empty when nothing is scored; one query."""
    found = {row.segment: row for row in db.session.execute(_statement())}
    customers = sum(row.customers for row in found.values())
    revenue = sum(int(row.revenue) for row in found.values())
    return tuple(_row(name, found.get(name), customers, revenue) for name in SEGMENTS) if customers else ()


def _statement() -> Any:
    return (
        sa.select(
            SegmentScore.segment,
            sa.func.count().label("customers"),
            sa.func.sum(SegmentScore.revenue_minor).label("revenue"),
            sa.func.sum(ValueScore.clv_12m_minor).label("clv"),
            sa.func.count(ValueScore.person_id).label("valued"),
            sa.func.sum(ChurnScore.probability).label("probability"),
            sa.func.count(ChurnScore.person_id).label("judged"),
            sa.func.count(sa.case((ChurnScore.risk == "high", 1))).label("high_risk"),
        )
        .select_from(SegmentScore)
        .outerjoin(
            ValueScore,
            sa.and_(ValueScore.person_id == SegmentScore.person_id, ValueScore.run_id == live_run("clv")),
        )
        .outerjoin(
            ChurnScore,
            sa.and_(ChurnScore.person_id == SegmentScore.person_id, ChurnScore.run_id == live_run("churn")),
        )
        .where(SegmentScore.run_id == live_run("rfm"))
        .group_by(SegmentScore.segment)
    )


def _row(
    name: str,
    row: Any,
    customers: int,
    revenue: int,
) -> SegmentRow:
    if row is None:
        return SegmentRow(name, 0, 0.0, 0, 0.0, None, None, None, 0)
    brought = int(row.revenue)
    return SegmentRow(
        segment=name,
        customers=row.customers,
        customer_share=row.customers / customers,
        revenue_minor=brought,
        revenue_share=brought / revenue if revenue else 0.0,
        average_revenue_minor=round_half_up(Fraction(brought, row.customers)),
        average_clv_minor=round_half_up(Fraction(int(row.clv), row.valued)) if row.valued else None,
        average_probability=float(row.probability) / row.judged if row.judged else None,
        high_risk=row.high_risk,
    )
