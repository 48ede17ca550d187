"""Promotions, the codes that open them, who used them, and which segment each person is in."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
import sqlalchemy.orm as so

from smartshop.kernel.db import Base

KINDS = ("percentage", "amount", "buy_get", "free_shipping")
SCOPES = ("order", "categories", "products")


class Promotion(Base):
    """An offer. Amounts are minor units of the shop's currency; an empty limit, day or segment list restricts nothing.

    ``used`` counts the orders that hold it; whoever adds to it holds the row until the commit, so the limit of a
    customer is counted one order at a time too.
    """

    __tablename__ = "promotions"
    __table_args__ = (
        sa.CheckConstraint(f"kind IN {KINDS}", name="kind_is_known"),
        sa.CheckConstraint(f"scope IN {SCOPES}", name="scope_is_known"),
        sa.CheckConstraint("basis_points BETWEEN 1 AND 10000", name="share_is_a_share"),
        sa.CheckConstraint("amount_minor >= 0", name="amount_not_negative"),
        sa.CheckConstraint("buy_quantity >= 0 AND get_quantity >= 0", name="quantities_not_negative"),
        sa.CheckConstraint(
            "minimum_goods_minor >= 0 AND minimum_quantity >= 0", name="minimums_not_negative"
        ),
        sa.CheckConstraint(
            "used >= 0 AND (limit_total IS NULL OR used <= limit_total)", name="used_within_limit"
        ),
        sa.CheckConstraint(
            "limit_per_customer IS NULL OR limit_per_customer > 0", name="limit_per_customer_positive"
        ),
        sa.CheckConstraint(
            "starts_at IS NULL OR ends_at IS NULL OR starts_at < ends_at", name="starts_before_end"
        ),
    )

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    name: so.Mapped[str] = so.mapped_column(sa.String(120))
    kind: so.Mapped[str] = so.mapped_column(sa.String(15))
    needs_code: so.Mapped[bool]
    is_active: so.Mapped[bool] = so.mapped_column(default=True)
    basis_points: so.Mapped[int] = so.mapped_column(default=10_000)
    amount_minor: so.Mapped[int] = so.mapped_column(sa.BigInteger, default=0)
    buy_quantity: so.Mapped[int] = so.mapped_column(default=0)
    get_quantity: so.Mapped[int] = so.mapped_column(default=0)
    scope: so.Mapped[str] = so.mapped_column(sa.String(10), default="order")
    minimum_goods_minor: so.Mapped[int] = so.mapped_column(sa.BigInteger, default=0)
    minimum_quantity: so.Mapped[int] = so.mapped_column(default=0)
    starts_at: so.Mapped[datetime | None]
    ends_at: so.Mapped[datetime | None]
    is_for_new_customers: so.Mapped[bool] = so.mapped_column(default=False)
    audience: so.Mapped[dict[str, Any]] = so.mapped_column(default=dict)
    """``segments``: names of the segments it is for; without them it is for everybody."""
    limit_total: so.Mapped[int | None]
    limit_per_customer: so.Mapped[int | None]
    used: so.Mapped[int] = so.mapped_column(default=0)
    is_combinable: so.Mapped[bool] = so.mapped_column(default=True)
    priority: so.Mapped[int] = so.mapped_column(default=0)
    created_at: so.Mapped[datetime]
    updated_at: so.Mapped[datetime]


class PromotionTarget(Base):
    """A category (with all below it) or a product that a promotion covers."""

    __tablename__ = "promotion_targets"
    __table_args__ = (
        sa.CheckConstraint("(category_id IS NULL) <> (product_id IS NULL)", name="one_of_two"),
        sa.UniqueConstraint("promotion_id", "category_id"),
        sa.UniqueConstraint("promotion_id", "product_id"),
    )

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    promotion_id: so.Mapped[int] = so.mapped_column(sa.ForeignKey("promotions.id", ondelete="CASCADE"))
    category_id: so.Mapped[int | None] = so.mapped_column(
        sa.ForeignKey("categories.id", ondelete="CASCADE"), index=True
    )
    product_id: so.Mapped[int | None] = so.mapped_column(
        sa.ForeignKey("products.id", ondelete="CASCADE"), index=True
    )


class PromotionCode(Base):
    """A code that opens a promotion, in capitals; ``limit_total`` 1 works once."""

    __tablename__ = "promotion_codes"
    __table_args__ = (
        sa.CheckConstraint("code = upper(code)", name="code_in_capitals"),
        sa.CheckConstraint(
            "used >= 0 AND (limit_total IS NULL OR used <= limit_total)", name="used_within_limit"
        ),
    )

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    promotion_id: so.Mapped[int] = so.mapped_column(
        sa.ForeignKey("promotions.id", ondelete="CASCADE"), index=True
    )
    code: so.Mapped[str] = so.mapped_column(sa.String(40), unique=True)
    limit_total: so.Mapped[int | None]
    used: so.Mapped[int] = so.mapped_column(default=0)
    created_at: so.Mapped[datetime]


class PromotionUse(Base):
    """One order's use of a promotion, gone when the order is cancelled. ``reference`` is the order's number."""

    __tablename__ = "promotion_uses"
    __table_args__ = (
        sa.UniqueConstraint("reference", "promotion_id"),
        sa.Index("ix_promotion_uses_person_id", "person_id", "promotion_id"),
        sa.Index("ix_promotion_uses_email", "email", "promotion_id"),
    )

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    promotion_id: so.Mapped[int] = so.mapped_column(
        sa.ForeignKey("promotions.id", ondelete="CASCADE"), index=True
    )
    code_id: so.Mapped[int | None] = so.mapped_column(
        sa.ForeignKey("promotion_codes.id", ondelete="SET NULL")
    )
    reference: so.Mapped[str] = so.mapped_column(sa.String(40))
    person_id: so.Mapped[int | None] = so.mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    email: so.Mapped[str] = so.mapped_column(sa.String(254), default="")
    """As one mailbox: `rules.eligibility.mailbox`."""
    at: so.Mapped[datetime]


class AudienceMember(Base):
    """The segment a person was in when customers were last scored."""

    __tablename__ = "audience_members"

    person_id: so.Mapped[int] = so.mapped_column(
        sa.ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    segment: so.Mapped[str] = so.mapped_column(sa.String(40))
