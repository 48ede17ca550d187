"""Orders with frozen lines and addresses, what was sent and came back, and which invoices were imported."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
import sqlalchemy.orm as so

from smartshop.kernel.db import Base

STATES = ("pending", "confirmed", "paid", "fulfilled", "cancelled")
SOURCES = ("shop", "import", "demo")
INVOICE_KINDS = ("invoice", "credit_note")
LINE_KINDS = ("product", "shipping", "fee")


class Order(Base):
    """One order. Amounts are minor units of ``currency`` and never change; what comes back is in returned_minor."""

    __tablename__ = "orders"
    __table_args__ = (
        sa.CheckConstraint(f"state IN {STATES}", name="state_is_known"),
        sa.CheckConstraint(f"source IN {SOURCES}", name="source_is_known"),
        sa.CheckConstraint(
            "total_minor = goods_minor - discount_minor + shipping_minor + added_tax_minor",
            name="parts_sum_to_total",
        ),
        sa.CheckConstraint("returned_minor BETWEEN 0 AND total_minor", name="returned_within_total"),
        sa.CheckConstraint("NOT is_given_up OR state = 'cancelled'", name="given_up_is_cancelled"),
        sa.Index(
            "ix_orders_placed_at",
            "placed_at",
            "currency",
            "state",
            "person_id",
            "total_minor",
            "returned_minor",
        ),
        sa.Index("ix_orders_person_id", "person_id", "placed_at"),
    )

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    number: so.Mapped[str] = so.mapped_column(sa.String(20), unique=True)
    external_number: so.Mapped[str | None] = so.mapped_column(sa.String(80), unique=True)
    idempotency_key: so.Mapped[str | None] = so.mapped_column(sa.String(64), unique=True)
    cart_id: so.Mapped[int | None] = so.mapped_column(
        sa.ForeignKey("carts.id", ondelete="SET NULL"), unique=True
    )
    person_id: so.Mapped[int | None] = so.mapped_column(sa.ForeignKey("people.id", ondelete="SET NULL"))
    email: so.Mapped[str | None] = so.mapped_column(sa.String(254), index=True)
    country: so.Mapped[str] = so.mapped_column(sa.String(60), default="")
    source: so.Mapped[str] = so.mapped_column(sa.String(10))
    state: so.Mapped[str] = so.mapped_column(sa.String(12))
    placed_at: so.Mapped[datetime]
    currency: so.Mapped[str] = so.mapped_column(sa.String(3))
    goods_minor: so.Mapped[int] = so.mapped_column(sa.BigInteger)
    discount_minor: so.Mapped[int] = so.mapped_column(sa.BigInteger, default=0)
    shipping_minor: so.Mapped[int] = so.mapped_column(sa.BigInteger, default=0)
    tax_minor: so.Mapped[int] = so.mapped_column(sa.BigInteger, default=0)
    added_tax_minor: so.Mapped[int] = so.mapped_column(sa.BigInteger, default=0)
    total_minor: so.Mapped[int] = so.mapped_column(sa.BigInteger)
    returned_minor: so.Mapped[int] = so.mapped_column(sa.BigInteger, default=0)
    taxes: so.Mapped[list[dict[str, Any]]] = so.mapped_column(sa.JSON(), default=list, server_default="[]")
    """A part for each rate: name, basis_points, is_inclusive, amount_minor and tax_minor; they sum to tax_minor."""
    shipping_method: so.Mapped[str] = so.mapped_column(sa.String(120), default="")
    payment_method: so.Mapped[str] = so.mapped_column(sa.String(40), default="")
    address: so.Mapped[dict[str, Any]] = so.mapped_column(default=dict)
    revision: so.Mapped[int] = so.mapped_column(default=0, server_default="0")
    """Counts what staff did to it, so that a page that is out of date cannot do it again."""
    is_given_up: so.Mapped[bool] = so.mapped_column(default=False, server_default=sa.false())
    """Cancelled because its payment was declined or never came: an attempt, and no order to its customer."""


class OrderLine(Base):
    """A frozen copy of what was bought: nothing here changes when the catalog does."""

    __tablename__ = "order_lines"
    __table_args__ = (
        sa.CheckConstraint(f"kind IN {LINE_KINDS}", name="kind_is_known"),
        sa.CheckConstraint("quantity > 0", name="quantity_positive"),
        sa.CheckConstraint("returned_quantity BETWEEN 0 AND quantity", name="returned_within_quantity"),
        sa.CheckConstraint("returned_minor BETWEEN 0 AND total_minor", name="returned_within_total"),
        sa.CheckConstraint("shipped_quantity >= 0", name="shipped_not_negative"),
        sa.CheckConstraint("shipped_quantity + cancelled_quantity <= quantity", name="sent_within_quantity"),
        sa.CheckConstraint(
            "cancelled_quantity BETWEEN 0 AND returned_quantity", name="cancelled_within_returned"
        ),
        sa.UniqueConstraint("order_id", "position"),
    )

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    order_id: so.Mapped[int] = so.mapped_column(sa.ForeignKey("orders.id", ondelete="CASCADE"))
    position: so.Mapped[int]
    kind: so.Mapped[str] = so.mapped_column(sa.String(10), default="product")
    product_id: so.Mapped[int | None] = so.mapped_column(
        sa.ForeignKey("products.id", ondelete="SET NULL"), index=True
    )
    variant_id: so.Mapped[int | None] = so.mapped_column(sa.ForeignKey("variants.id", ondelete="SET NULL"))
    sku: so.Mapped[str] = so.mapped_column(sa.String(80))
    product_name: so.Mapped[str] = so.mapped_column(sa.String(200))
    variant_name: so.Mapped[str] = so.mapped_column(sa.String(120), default="")
    category_name: so.Mapped[str] = so.mapped_column(sa.String(120), default="")
    quantity: so.Mapped[int]
    unit_price_minor: so.Mapped[int] = so.mapped_column(sa.BigInteger)
    discount_minor: so.Mapped[int] = so.mapped_column(sa.BigInteger, default=0)
    tax_minor: so.Mapped[int] = so.mapped_column(sa.BigInteger, default=0)
    tax_basis_points: so.Mapped[int | None]
    """The rate it fell under; None where that was not kept."""
    total_minor: so.Mapped[int] = so.mapped_column(sa.BigInteger)
    returned_quantity: so.Mapped[int] = so.mapped_column(default=0)
    """What came back or was cancelled."""
    returned_minor: so.Mapped[int] = so.mapped_column(sa.BigInteger, default=0)
    shipped_quantity: so.Mapped[int] = so.mapped_column(default=0, server_default="0")
    cancelled_quantity: so.Mapped[int] = so.mapped_column(default=0, server_default="0")
    """The part of returned_quantity that was never sent."""

    @property
    def name(self) -> str:
        """The product with its variant: two lines of an order may differ in nothing else."""
        return " ".join(filter(None, (self.product_name, self.variant_name)))


class OrderPromotion(Base):
    """What a promotion took off an order, as it was called then; minor units off the goods and off the delivery."""

    __tablename__ = "order_promotions"
    __table_args__ = (
        sa.CheckConstraint("goods_minor >= 0 AND shipping_minor >= 0", name="amounts_not_negative"),
    )

    order_id: so.Mapped[int] = so.mapped_column(
        sa.ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True
    )
    position: so.Mapped[int] = so.mapped_column(primary_key=True)
    promotion_id: so.Mapped[int | None] = so.mapped_column(
        sa.ForeignKey("promotions.id", ondelete="SET NULL"), index=True
    )
    name: so.Mapped[str] = so.mapped_column(sa.String(120))
    code: so.Mapped[str] = so.mapped_column(sa.String(40), default="")
    goods_minor: so.Mapped[int] = so.mapped_column(sa.BigInteger)
    shipping_minor: so.Mapped[int] = so.mapped_column(sa.BigInteger)


class OrderReturn(Base):
    """Part of a line that came back or was cancelled; ``external_number`` is the credit note it came with."""

    __tablename__ = "order_returns"
    __table_args__ = (sa.CheckConstraint("quantity > 0", name="quantity_positive"),)

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    order_line_id: so.Mapped[int] = so.mapped_column(
        sa.ForeignKey("order_lines.id", ondelete="CASCADE"), index=True
    )
    external_number: so.Mapped[str | None] = so.mapped_column(sa.String(80), index=True)
    quantity: so.Mapped[int]
    amount_minor: so.Mapped[int] = so.mapped_column(sa.BigInteger)
    at: so.Mapped[datetime] = so.mapped_column(index=True)


class Shipment(Base):
    """A parcel. An order may go out in several."""

    __tablename__ = "shipments"

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    order_id: so.Mapped[int] = so.mapped_column(sa.ForeignKey("orders.id", ondelete="CASCADE"), index=True)
    carrier: so.Mapped[str] = so.mapped_column(sa.String(20))
    tracking_number: so.Mapped[str] = so.mapped_column(sa.String(40), default="")
    shipped_at: so.Mapped[datetime]


class ShipmentLine(Base):
    """How many of an order's line a parcel holds."""

    __tablename__ = "shipment_lines"
    __table_args__ = (sa.CheckConstraint("quantity > 0", name="quantity_positive"),)

    shipment_id: so.Mapped[int] = so.mapped_column(
        sa.ForeignKey("shipments.id", ondelete="CASCADE"), primary_key=True
    )
    order_line_id: so.Mapped[int] = so.mapped_column(
        sa.ForeignKey("order_lines.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    quantity: so.Mapped[int]


class Invoice(Base):
    """An invoice or a credit note as it was issued: ``facts`` is all it shows, frozen."""

    __tablename__ = "invoices"
    __table_args__ = (sa.CheckConstraint(f"kind IN {INVOICE_KINDS}", name="kind_is_known"),)

    id: so.Mapped[int] = so.mapped_column(primary_key=True)
    number: so.Mapped[str] = so.mapped_column(sa.String(20), unique=True)
    order_id: so.Mapped[int] = so.mapped_column(sa.ForeignKey("orders.id"), index=True)
    kind: so.Mapped[str] = so.mapped_column(sa.String(12))
    issued_at: so.Mapped[datetime]
    amount_minor: so.Mapped[int] = so.mapped_column(sa.BigInteger)
    facts: so.Mapped[dict[str, Any]]


class InvoiceCounter(Base):
    """The last number given out of a kind. Locked by whoever takes the next, until it is committed: no gaps."""

    __tablename__ = "invoice_counters"

    kind: so.Mapped[str] = so.mapped_column(sa.String(12), primary_key=True)
    last: so.Mapped[int] = so.mapped_column(default=0)


class ImportedInvoice(Base):
    """Every invoice of an imported history that was read, so that reading it again adds nothing."""

    __tablename__ = "imported_invoices"

    number: so.Mapped[str] = so.mapped_column(sa.String(80), primary_key=True)
    is_credit: so.Mapped[bool] = so.mapped_column(default=False)
    imported_at: so.Mapped[datetime]
