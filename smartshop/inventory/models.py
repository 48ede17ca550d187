"""Stock levels, what is held of them for open checkouts, and the ledger of their movements."""

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
        sa.CheckConstraint("reserved BETWEEN 0 AND on_hand", name="reserved_within_on_hand"),
    )

    variant_id: so.Mapped[int] = so.mapped_column(
        sa.ForeignKey("variants.id", ondelete="CASCADE"), primary_key=True
    )
    on_hand: so.Mapped[int] = so.mapped_column(default=0)
    reserved: so.Mapped[int] = so.mapped_column(default=0, server_default="0")
    """The sum of its reservations, with those that ran out and were not let go of yet."""
    is_tracked: so.Mapped[bool] = so.mapped_column(default=True)


class Reservation(Base):
    """What is kept for a while for one holder, such as an open checkout. It is still on hand."""

    __tablename__ = "reservations"
    __table_args__ = (
        sa.CheckConstraint("quantity > 0", name="quantity_positive"),
        sa.UniqueConstraint("reference", "variant_id"),
    )

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    reference: so.Mapped[str] = so.mapped_column(sa.String(80))
    variant_id: so.Mapped[int] = so.mapped_column(
        sa.ForeignKey("stock_levels.variant_id", ondelete="CASCADE"), index=True
    )
    quantity: so.Mapped[int]
    expires_at: so.Mapped[datetime] = so.mapped_column(index=True)


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
