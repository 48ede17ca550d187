"""Erasures: that they happened, and what of them is still to do outside the database."""

from datetime import datetime

import sqlalchemy as sa
import sqlalchemy.orm as so

from smartshop.kernel.db import Base


class Erasure(Base):
    """A person who is no longer here. Until the files are gone, fingerprints of their addresses tell which are theirs."""

    __tablename__ = "erasures"

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    erased_at: so.Mapped[datetime]
    fingerprints: so.Mapped[list[str]] = so.mapped_column(sa.JSON(), default=list)
    finished_at: so.Mapped[datetime | None] = so.mapped_column(index=True)
