"""Training a shop in a test, and reading its tables anew."""

from typing import Any

import sqlalchemy as sa

from smartshop.insights import training
from smartshop.insights.models import ChurnScore, ClusterScore, LiveRun, SegmentScore, TrainingRun, ValueScore
from smartshop.kernel.config import Settings
from smartshop.kernel.extensions import db
from tests.insights import histories

TABLES = (TrainingRun, LiveRun, SegmentScore, ChurnScore, ValueScore, ClusterScore)


def train(settings: Settings, *questions: str, as_of: Any = histories.END) -> dict[str, training.RunReport]:
    room = training.classroom(settings=settings, questions=questions, as_of=as_of)
    return {report.question: report for report in training.run_all(room, questions)}


def rows(table: type[Any]) -> list[dict[str, Any]]:
    """Everything in a table, in the order of its key, read anew."""
    columns = table.__table__.columns
    found = (
        db.session.execute(sa.select(*columns).order_by(*table.__table__.primary_key.columns))
        .mappings()
        .all()
    )
    db.session.rollback()
    return [dict(row) for row in found]


def everything() -> dict[str, list[dict[str, Any]]]:
    return {table.__tablename__: rows(table) for table in TABLES}
