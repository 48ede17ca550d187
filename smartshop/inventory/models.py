"""Stock levels and the ledger of their movements."""

from datetime import datetime

import sqlalchemy as sa
import sqlalchemy.orm as so

from smartshop.kernel.db import Base

KINDS = ("receipt", "sale", "cancellation", "return", "adjustment")


class StockLevel(Base):
    """What is left of a variant. An untracked one sells without a count: its history came without a stock."""

    __tablename__ = "stock_levels"
    __table_args__ = (
        sa.CheckConstraint("on_hand >= 0", name="on_hand_not_negative"),
        sa.CheckConstraint("is_tracked OR on_hand = 0", name="untracked_has_no_count"),
    )

    variant_id: so.Mapped[int] = so.mapped_column(
        sa.ForeignKey("variants.id", ondelete="CASCADE"), primary_key=True
    )
    on_hand: so.Mapped[int] = so.mapped_column(default=0)
    is_tracked: so.Mapped[bool] = so.mapped_column(default=True)


class StockMovement(Base):
    """One change of one level: levels are always the sum of their movements."""

    __tablename__ = "stock_movements"
    __table_args__ = (
        sa.CheckConstraint(f"kind IN {KINDS}", name="kind_is_known"),
        sa.CheckConstraint("quantity <> 0", name="quantity_not_zero"),
    )

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    variant_id: so.Mapped[int] = so.mapped_column(
        sa.ForeignKey("variants.id", ondelete="CASCADE"), index=True
    )
    kind: so.Mapped[str] = so.mapped_column(sa.String(20))
    quantity: so.Mapped[int]
    reference: so.Mapped[str] = so.mapped_column(sa.String(80), index=True)
    at: so.Mapped[datetime]
