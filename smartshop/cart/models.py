"""Carts: in the database, behind a token that only the browser's session holds."""

from datetime import datetime

import sqlalchemy as sa
import sqlalchemy.orm as so

from smartshop.kernel.db import Base

STATES = ("open", "ordered", "merged")


class Cart(Base):
    __tablename__ = "carts"
    __table_args__ = (
        sa.CheckConstraint(f"state IN {STATES}", name="state_is_known"),
        sa.Index(
            "uq_carts_open_person_id",
            "person_id",
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        ),
    )

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    token_fingerprint: so.Mapped[str] = so.mapped_column(sa.String(64), unique=True)
    person_id: so.Mapped[int | None] = so.mapped_column(
        sa.ForeignKey("people.id", ondelete="SET NULL"), index=True
    )
    state: so.Mapped[str] = so.mapped_column(sa.String(10), default="open")
    coupon_code: so.Mapped[str] = so.mapped_column(sa.String(40), default="", server_default="")
    created_at: so.Mapped[datetime]
    updated_at: so.Mapped[datetime] = so.mapped_column(index=True)


class CartLine(Base):
    __tablename__ = "cart_lines"
    __table_args__ = (sa.CheckConstraint("quantity BETWEEN 1 AND 999", name="quantity_in_range"),)

    cart_id: so.Mapped[int] = so.mapped_column(
        sa.ForeignKey("carts.id", ondelete="CASCADE"), primary_key=True
    )
    variant_id: so.Mapped[int] = so.mapped_column(
        sa.ForeignKey("variants.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    quantity: so.Mapped[int]
    added_at: so.Mapped[datetime]


class SavedLine(Base):
    """A line put aside for later: no count, hold or order ever looks here. It stays when its cart is ordered."""

    __tablename__ = "saved_lines"
    __table_args__ = (sa.CheckConstraint("quantity BETWEEN 1 AND 999", name="quantity_in_range"),)

    cart_id: so.Mapped[int] = so.mapped_column(
        sa.ForeignKey("carts.id", ondelete="CASCADE"), primary_key=True
    )
    variant_id: so.Mapped[int] = so.mapped_column(
        sa.ForeignKey("variants.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    quantity: so.Mapped[int]
    added_at: so.Mapped[datetime]
