"""The ledger of scheduled jobs: one row for each due moment, whoever ran it."""

from datetime import datetime

import sqlalchemy as sa
import sqlalchemy.orm as so

from smartshop.kernel.db import Base

STATES = ("running", "done", "failed")


class JobRun(Base):
    """One due moment of one job. Its unique key is the lease: who inserts the row runs the job."""

    __tablename__ = "job_runs"
    __table_args__ = (
        sa.UniqueConstraint("job", "due_at"),
        sa.CheckConstraint(f"state IN {STATES}", name="state_is_known"),
    )

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    job: so.Mapped[str] = so.mapped_column(sa.String(60))
    due_at: so.Mapped[datetime]
    holder: so.Mapped[str] = so.mapped_column(sa.String(80))
    state: so.Mapped[str] = so.mapped_column(sa.String(10), default="running")
    started_at: so.Mapped[datetime]
    finished_at: so.Mapped[datetime | None]
    detail: so.Mapped[str] = so.mapped_column(sa.Text, default="")
