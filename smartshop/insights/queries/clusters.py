"""Customers by cluster: how many, what they bring, what sets them apart, and why there are so many clusters."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import sqlalchemy as sa

from smartshop.insights.models import ChurnScore, ClusterScore, SegmentScore, ValueScore
from smartshop.insights.queries import runs
from smartshop.insights.queries.counting import live_run
from smartshop.insights.queries.runs import Run
from smartshop.kernel.extensions import db
from smartshop.kernel.money import round_half_up


@dataclass(frozen=True)
class ClusterRow:
    """One cluster of the live run; money in minor units, shares of 1.

    ``medians`` are what its middle customer did, by measure; ``distances`` how far its centre lies from the mean of
    all customers, in standard deviations of the logged measures.
    """

    code: str
    customers: int
    customer_share: float
    revenue_minor: int
    revenue_share: float
    average_clv_minor: int | None
    high_risk: int
    medians: Mapping[str, float]
    distances: Mapping[str, float]


@dataclass(frozen=True)
class Candidate:
    """A number of clusters that was tried: see `ml.partitions.Candidate`."""

    k: int
    inertia: float
    silhouette: float
    stability: float
    smallest_share: float
    is_acceptable: bool


@dataclass(frozen=True)
class Clusters:
    """The clusters of the live run, what brings most first; all empty when nothing is served."""

    rows: tuple[ClusterRow, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    metrics: Mapping[str, Any] = field(default_factory=dict)
    baseline: Mapping[str, Any] = field(default_factory=dict)
    changes: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def k(self) -> int:
        """How many clusters the run chose."""
        return int(self.metrics.get("clusters") or len(self.rows))


def table() -> Clusters:
    """The live clusters; two queries."""
    live = runs.live("clusters")
    if live is None:
        return Clusters()
    found = list(db.session.execute(_statement()))
    customers = sum(row.customers for row in found)
    revenue = sum(int(row.revenue or 0) for row in found)
    profiles = {each["code"]: each for each in live.card.get("clusters", ())}
    rows = [_row(row, customers, revenue, profiles.get(row.cluster, {})) for row in found]
    return Clusters(
        tuple(sorted(rows, key=lambda row: (-row.revenue_minor, row.code))),
        _candidates(live),
        live.metrics,
        live.baseline,
        live.card.get("changes", {}),
        live.card.get("parameters", {}),
    )


def codes() -> tuple[str, ...]:
    """The codes of the clusters that anybody is in, sorted."""
    statement = sa.select(ClusterScore.cluster).where(ClusterScore.run_id == live_run("clusters")).distinct()
    return tuple(sorted(db.session.scalars(statement)))


def _candidates(live: Run) -> tuple[Candidate, ...]:
    return tuple(Candidate(**each) for each in live.card.get("candidates", ()))


def _statement() -> Any:
    def joined(score: Any, question: str) -> Any:
        return sa.and_(score.person_id == ClusterScore.person_id, score.run_id == live_run(question))

    return (
        sa.select(
            ClusterScore.cluster,
            sa.func.count().label("customers"),
            sa.func.sum(SegmentScore.revenue_minor).label("revenue"),
            sa.func.sum(ValueScore.clv_12m_minor).label("clv"),
            sa.func.count(ValueScore.person_id).label("valued"),
            sa.func.count(sa.case((ChurnScore.risk == "high", 1))).label("high_risk"),
        )
        .select_from(ClusterScore)
        .outerjoin(SegmentScore, joined(SegmentScore, "rfm"))
        .outerjoin(ValueScore, joined(ValueScore, "clv"))
        .outerjoin(ChurnScore, joined(ChurnScore, "churn"))
        .where(ClusterScore.run_id == live_run("clusters"))
        .group_by(ClusterScore.cluster)
    )


def _row(row: Any, customers: int, revenue: int, profile: Mapping[str, Any]) -> ClusterRow:
    brought = int(row.revenue or 0)
    return ClusterRow(
        code=row.cluster,
        customers=row.customers,
        customer_share=row.customers / customers,
        revenue_minor=brought,
        revenue_share=brought / revenue if revenue else 0.0,
        average_clv_minor=round_half_up(Fraction(int(row.clv), row.valued)) if row.valued else None,
        high_risk=row.high_risk,
        medians=profile.get("medians", {}),
        distances=profile.get("distances", {}),
    )
