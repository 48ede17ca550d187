"""Add what happens after an order: parcels, gapless invoice numbers, and what was sent or cancelled of each line."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KINDS = ("invoice", "credit_note")


def upgrade() -> None:
    # SQLite would copy the table to add a constraint, and lose what refers to it: constraints come with the columns.
    op.execute("ALTER TABLE orders ADD COLUMN revision INTEGER DEFAULT 0 NOT NULL")
    op.execute(
        "ALTER TABLE order_lines ADD COLUMN shipped_quantity INTEGER DEFAULT 0 NOT NULL"
        " CONSTRAINT ck_order_lines_shipped_not_negative CHECK (shipped_quantity >= 0)"
    )
    op.execute(
        "ALTER TABLE order_lines ADD COLUMN cancelled_quantity INTEGER DEFAULT 0 NOT NULL"
        " CONSTRAINT ck_order_lines_sent_within_quantity CHECK (shipped_quantity + cancelled_quantity <= quantity)"
        " CONSTRAINT ck_order_lines_cancelled_within_returned"
        " CHECK (cancelled_quantity BETWEEN 0 AND returned_quantity)"
    )
    op.execute(
        "ALTER TABLE payment_attempts ADD COLUMN refunded_minor BIGINT DEFAULT 0 NOT NULL"
        " CONSTRAINT ck_payment_attempts_refunded_within_amount CHECK (refunded_minor BETWEEN 0 AND amount_minor)"
    )
    op.create_table(
        "refunds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("provider_reference", sa.String(length=120), nullable=True),
        sa.Column("message", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('pending', 'done', 'failed')", name="ck_refunds_state_is_known"),
        sa.CheckConstraint("amount_minor > 0", name="ck_refunds_amount_positive"),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["payment_attempts.id"], name="fk_refunds_attempt_id_payment_attempts"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_refunds"),
        sa.UniqueConstraint("key", name="uq_refunds_key"),
    )
    op.create_index("ix_refunds_attempt_id", "refunds", ["attempt_id"])
    op.create_table(
        "shipments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("carrier", sa.String(length=20), nullable=False),
        sa.Column("tracking_number", sa.String(length=40), nullable=False),
        sa.Column("shipped_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_shipments_order_id_orders", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_shipments"),
    )
    op.create_index("ix_shipments_order_id", "shipments", ["order_id"])
    op.create_table(
        "shipment_lines",
        sa.Column("shipment_id", sa.Integer(), nullable=False),
        sa.Column("order_line_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name="ck_shipment_lines_quantity_positive"),
        sa.ForeignKeyConstraint(
            ["shipment_id"], ["shipments.id"], name="fk_shipment_lines_shipment_id_shipments", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["order_line_id"], ["order_lines.id"], name="fk_shipment_lines_order_line_id_order_lines", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shipment_id", "order_line_id", name="pk_shipment_lines"),
    )
    op.create_index("ix_shipment_lines_order_line_id", "shipment_lines", ["order_line_id"])
    op.create_table(
        "invoices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.CheckConstraint(f"kind IN {KINDS}", name="ck_invoices_kind_is_known"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_invoices_order_id_orders"),
        sa.PrimaryKeyConstraint("id", name="pk_invoices"),
        sa.UniqueConstraint("number", name="uq_invoices_number"),
    )
    op.create_index("ix_invoices_order_id", "invoices", ["order_id"])
    counters = op.create_table(
        "invoice_counters",
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name="pk_invoice_counters"),
    )
    op.bulk_insert(counters, [{"kind": kind, "last": 0} for kind in KINDS])


def downgrade() -> None:
    for table in ("invoice_counters", "invoices", "shipment_lines", "shipments", "refunds"):
        op.drop_table(table)
    op.execute("ALTER TABLE order_lines DROP COLUMN cancelled_quantity")
    op.execute("ALTER TABLE order_lines DROP COLUMN shipped_quantity")
    op.execute("ALTER TABLE payment_attempts DROP COLUMN refunded_minor")
    op.execute("ALTER TABLE orders DROP COLUMN revision")
