"""How likely customers are to leave, as a distribution, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from smartshop.insights.models import RISKS, ChurnScore, ValueScore
from smartshop.insights.queries.counting import live_run
from smartshop.kernel.extensions import db

BANDS = 10


@dataclass(frozen=True)
class RiskRow:
    """One risk band: its customers, their share of all, and the 12-month value at stake in minor units."""

    risk: str
    customers: int
    share: float
    clv_12m_minor: int


@dataclass(frozen=True)
class ProbabilityBand:
    """Customers whose probability lies in [low, high), the last band closed."""

    low: float
    high: float
    customers: int


def risks() -> tuple[RiskRow, ...]:
    """High, medium and low, in that order; empty when nothing is scored; one query."""
    rows = db.session.execute(
        sa.select(
            ChurnScore.risk, sa.func.count(), sa.func.coalesce(sa.func.sum(ValueScore.clv_12m_minor), 0)
        )
        .select_from(ChurnScore)
        .outerjoin(
            ValueScore,
            sa.and_(ValueScore.person_id == ChurnScore.person_id, ValueScore.run_id == live_run("clv")),
        )
        .where(ChurnScore.run_id == live_run("churn"))
        .group_by(ChurnScore.risk)
    )
    found = {row[0]: (row[1], int(row[2])) for row in rows}
    total = sum(count for count, _ in found.values())
    if not total:
        return ()
    counted = ((risk, *found.get(risk, (0, 0))) for risk in RISKS)
    return tuple(RiskRow(risk, count, count / total, clv) for risk, count, clv in counted)


def probability_bands() -> tuple[ProbabilityBand, ...]:
    """Ten equal bands of probability from 0 to 1; empty when nothing is scored; one query."""
    probability = ChurnScore.probability
    band = sa.case(*[(probability < (n + 1) / BANDS, n) for n in range(BANDS - 1)], else_=BANDS - 1)
    rows = db.session.execute(
        sa.select(band, sa.func.count()).where(ChurnScore.run_id == live_run("churn")).group_by(sa.text("1"))
    )
    found = {int(row[0]): int(row[1]) for row in rows}
    if not found:
        return ()
    return tuple(ProbabilityBand(n / BANDS, (n + 1) / BANDS, found.get(n, 0)) for n in range(BANDS))


@dataclass(frozen=True)
class Why:
    """What stands behind a customer's probability; ``recency_days`` is as of the run.

    ``told`` holds the reasons by weight, each with a ``code``, an ``effect`` (above 0 speaks for leaving; None when
    what serves reads one number only) and its facts, amounts in minor units; empty when the run left the customer out.
    """

    recency_days: int | None
    usual_gap_days: float | None
    is_overdue: bool
    told: tuple[Mapping[str, Any], ...] = ()


def why(people: Sequence[int]) -> dict[int, Why]:
    """What stands behind the live scores of these people, by person; one query."""
    rows = db.session.execute(
        sa.select(
            ChurnScore.person_id,
            ChurnScore.recency_days,
            ChurnScore.usual_gap_days,
            ChurnScore.is_overdue,
            ChurnScore.reasons,
        ).where(ChurnScore.run_id == live_run("churn"), ChurnScore.person_id.in_(people))
    )
    return {
        person_id: Why(recency, gap, is_overdue, tuple((reasons or {}).get("told", ())))
        for person_id, recency, gap, is_overdue, reasons in rows
    }
