"""Training runs, the pointer to the live one of each question, and the predictions pages read."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
import sqlalchemy.orm as so

from smartshop.kernel.db import Base

STATES = ("running", "promoted", "refused", "insufficient", "failed")
CAUSES = ("training", "rollback", "table")
RISKS = ("high", "medium", "low")


class TrainingRun(Base):
    """One training: what it saw, how it did beside its baseline, and what became of it."""

    __tablename__ = "training_runs"
    __table_args__ = (sa.CheckConstraint(f"state IN {STATES}", name="state_is_known"),)

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    code: so.Mapped[str] = so.mapped_column(sa.String(60), unique=True)
    question: so.Mapped[str] = so.mapped_column(sa.String(30), index=True)
    state: so.Mapped[str] = so.mapped_column(sa.String(12))
    as_of: so.Mapped[datetime]
    started_at: so.Mapped[datetime]
    finished_at: so.Mapped[datetime | None]
    rows: so.Mapped[int] = so.mapped_column(default=0)
    metrics: so.Mapped[dict[str, Any]] = so.mapped_column(default=dict)
    baseline: so.Mapped[dict[str, Any]] = so.mapped_column(default=dict)
    verdict: so.Mapped[str] = so.mapped_column(sa.String(40), default="")
    reason: so.Mapped[str] = so.mapped_column(sa.Text, default="")
    card: so.Mapped[dict[str, Any]] = so.mapped_column(default=dict)


class LiveRun(Base):
    """Which run each question serves from. Moving this pointer is promotion, and moving it back is rollback."""

    __tablename__ = "live_runs"

    question: so.Mapped[str] = so.mapped_column(sa.String(30), primary_key=True)
    run_id: so.Mapped[int] = so.mapped_column(sa.ForeignKey("training_runs.id"))
    previous_run_id: so.Mapped[int | None] = so.mapped_column(sa.ForeignKey("training_runs.id"))
    promoted_at: so.Mapped[datetime]


class RunHold(Base):
    """The live run of a question is one that somebody went back to: no training replaces it while this row stands.

    Its key is the question, so no question can hold two runs, and what is held is what is served. Who went back and why
    is in the audit log, under ``model.rolled_back``.
    """

    __tablename__ = "run_holds"

    question: so.Mapped[str] = so.mapped_column(
        sa.String(30), sa.ForeignKey("live_runs.question", ondelete="CASCADE"), primary_key=True
    )
    since: so.Mapped[datetime]


class _Score:
    run_id: so.Mapped[int] = so.mapped_column(
        sa.ForeignKey("training_runs.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: so.Mapped[int] = so.mapped_column(
        sa.ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class SegmentScore(_Score, Base):
    """Recency in days, frequency in orders, money in minor units, their scores 1 to 5, and the segment's name."""

    __tablename__ = "segment_scores"
    __table_args__ = (
        sa.CheckConstraint(
            "r BETWEEN 1 AND 5 AND f BETWEEN 1 AND 5 AND m BETWEEN 1 AND 5", name="scores_are_1_to_5"
        ),
        sa.Index("ix_segment_scores_segment", "run_id", "segment"),
    )

    recency_days: so.Mapped[int]
    orders: so.Mapped[int]
    revenue_minor: so.Mapped[int] = so.mapped_column(sa.BigInteger)
    r: so.Mapped[int]
    f: so.Mapped[int]
    m: so.Mapped[int]
    segment: so.Mapped[str] = so.mapped_column(sa.String(40))


class SegmentCell(Base):
    """A cell of the table of segments: recency score, and mean of the frequency and monetary scores."""

    __tablename__ = "segment_cells"
    __table_args__ = (
        sa.CheckConstraint("recency BETWEEN 1 AND 5 AND value BETWEEN 1 AND 5", name="scores_are_1_to_5"),
    )

    recency: so.Mapped[int] = so.mapped_column(primary_key=True, autoincrement=False)
    value: so.Mapped[int] = so.mapped_column(primary_key=True, autoincrement=False)
    segment: so.Mapped[str] = so.mapped_column(sa.String(40))


class SegmentMove(Base):
    """Somebody went from one segment to another: with a training, a rollback, or another table of segments."""

    __tablename__ = "segment_moves"
    __table_args__ = (
        sa.CheckConstraint(f"cause IN {CAUSES}", name="cause_is_known"),
        sa.CheckConstraint(
            "from_segment IS NOT NULL OR to_segment IS NOT NULL", name="goes_from_or_to_a_segment"
        ),
        sa.Index("ix_segment_moves_at", "at", "from_segment", "to_segment"),
        sa.Index("ix_segment_moves_person_id", "person_id", "at"),
    )

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    person_id: so.Mapped[int] = so.mapped_column(sa.ForeignKey("people.id", ondelete="CASCADE"))
    at: so.Mapped[datetime]
    from_segment: so.Mapped[str | None] = so.mapped_column(sa.String(40))
    to_segment: so.Mapped[str | None] = so.mapped_column(sa.String(40))
    cause: so.Mapped[str] = so.mapped_column(sa.String(10))


class ClusterScore(_Score, Base):
    """The cluster that a customer's behaviour is nearest to, by the code of its name."""

    __tablename__ = "cluster_scores"
    __table_args__ = (sa.Index("ix_cluster_scores_cluster", "run_id", "cluster"),)

    cluster: so.Mapped[str] = so.mapped_column(sa.String(40))


class ChurnScore(_Score, Base):
    """Probability of no purchase within the horizon, its band, and why.

    ``usual_gap_days`` is None for who bought on one day only; ``is_overdue`` says whether more than twice that gap has
    passed. ``reasons`` holds {"told": [...]} as `ml.churn_models.reasons` gives them, amounts in minor units; None for
    customers whom a run with too many of them left out.
    """

    __tablename__ = "churn_scores"
    __table_args__ = (
        sa.CheckConstraint("probability BETWEEN 0 AND 1", name="probability_is_a_share"),
        sa.CheckConstraint(f"risk IN {RISKS}", name="risk_is_known"),
        sa.Index("ix_churn_scores_risk", "run_id", "risk", "probability"),
    )

    probability: so.Mapped[float]
    risk: so.Mapped[str] = so.mapped_column(sa.String(6))
    recency_days: so.Mapped[int | None]
    usual_gap_days: so.Mapped[float | None]
    is_overdue: so.Mapped[bool] = so.mapped_column(default=False, server_default=sa.false())
    reasons: so.Mapped[dict[str, Any] | None] = so.mapped_column(sa.JSON(none_as_null=True))


class ChurnBands(Base):
    """From which probabilities on a customer is at medium and at high risk, and the costs that follows from, if any.

    One row, or none while nobody has set them; money in minor units.
    """

    __tablename__ = "churn_bands"
    __table_args__ = (
        sa.CheckConstraint(
            "0 < medium_from AND medium_from <= high_above AND high_above < 1", name="bands_are_in_order"
        ),
    )

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    medium_from: so.Mapped[float]
    high_above: so.Mapped[float]
    offer_cost_minor: so.Mapped[int | None] = so.mapped_column(sa.BigInteger)
    value_lost_minor: so.Mapped[int | None] = so.mapped_column(sa.BigInteger)
    success_share: so.Mapped[float | None]
    changed_at: so.Mapped[datetime]


class ValueScore(_Score, Base):
    """What a customer is worth: so far (historic), and in the next 12 months with an interval, in minor units."""

    __tablename__ = "value_scores"
    __table_args__ = (
        sa.CheckConstraint("clv_12m_low_minor <= clv_12m_high_minor", name="interval_is_ordered"),
        sa.Index("ix_value_scores_clv", "run_id", "clv_12m_minor"),
    )

    clv_historic_minor: so.Mapped[int] = so.mapped_column(sa.BigInteger)
    clv_12m_minor: so.Mapped[int] = so.mapped_column(sa.BigInteger)
    clv_12m_low_minor: so.Mapped[int] = so.mapped_column(sa.BigInteger)
    clv_12m_high_minor: so.Mapped[int] = so.mapped_column(sa.BigInteger)
    expected_orders_12m: so.Mapped[float]
    p_alive: so.Mapped[float]
    next_order_at: so.Mapped[datetime | None]
