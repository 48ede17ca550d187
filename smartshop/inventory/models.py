"""Stock levels, what is held of them for open checkouts, and the ledger of their movements."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
import sqlalchemy.orm as so

from smartshop.kernel.db import Base

KINDS = ("receipt", "sale", "cancellation", "return", "adjustment")
SHEETS = ("products", "stock")


class StockLevel(Base):
    """What is left of a variant. An untracked one sells without a count: its history came without a stock."""

    __tablename__ = "stock_levels"
    __table_args__ = (
        sa.CheckConstraint("on_hand >= 0", name="on_hand_not_negative"),
        sa.CheckConstraint("is_tracked OR on_hand = 0", name="untracked_has_no_count"),
        sa.CheckConstraint("reserved BETWEEN 0 AND on_hand", name="reserved_within_on_hand"),
        sa.CheckConstraint("low_at >= 0", name="low_at_not_negative"),
    )

    variant_id: so.Mapped[int] = so.mapped_column(
        sa.ForeignKey("variants.id", ondelete="CASCADE"), primary_key=True
    )
    on_hand: so.Mapped[int] = so.mapped_column(default=0)
    reserved: so.Mapped[int] = so.mapped_column(default=0, server_default="0")
    """The sum of its reservations, with those that ran out and were not let go of yet."""
    is_tracked: so.Mapped[bool] = so.mapped_column(default=True)
    low_at: so.Mapped[int | None]
    """So many or fewer are low; None is the shop's own number."""


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


class SheetFile(Base):
    """An uploaded product or stock sheet, kept between its dry run and its one application.

    ``once_key`` is set when it is applied; a sheet that adds and takes away carries its content's digest there, so
    that the same file is never booked twice.
    """

    __tablename__ = "sheet_files"
    __table_args__ = (sa.CheckConstraint(f"kind IN {SHEETS}", name="kind_is_known"),)

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    kind: so.Mapped[str] = so.mapped_column(sa.String(10))
    name: so.Mapped[str] = so.mapped_column(sa.String(120))
    content: so.Mapped[bytes] = so.mapped_column(sa.LargeBinary)
    """Compressed; emptied when it is forgotten."""
    uploaded_at: so.Mapped[datetime] = so.mapped_column(index=True)
    applied_at: so.Mapped[datetime | None]
    once_key: so.Mapped[str | None] = so.mapped_column(sa.String(80), unique=True)
    outcome: so.Mapped[dict[str, Any]] = so.mapped_column(default=dict)
    """The counts of what it did."""


class LowNotice(Base):
    """A variant that staff was told is low; it goes when the variant is low no more."""

    __tablename__ = "low_notices"

    variant_id: so.Mapped[int] = so.mapped_column(
        sa.ForeignKey("variants.id", ondelete="CASCADE"), primary_key=True
    )
    told_at: so.Mapped[datetime]


class StockWish(Base):
    """Somebody who wants to hear when a variant is back; it goes with the e-mail that tells them."""

    __tablename__ = "stock_wishes"
    __table_args__ = (sa.UniqueConstraint("variant_id", "email"),)

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    variant_id: so.Mapped[int] = so.mapped_column(sa.ForeignKey("variants.id", ondelete="CASCADE"))
    email: so.Mapped[str] = so.mapped_column(sa.String(254), index=True)
    asked_at: so.Mapped[datetime] = so.mapped_column(index=True)
