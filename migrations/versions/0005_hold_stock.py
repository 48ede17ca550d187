"""Hold stock for open checkouts."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("stock_levels") as batch:
        batch.add_column(sa.Column("reserved", sa.Integer(), nullable=False, server_default="0"))
        batch.create_check_constraint(
            op.f("ck_stock_levels_reserved_within_on_hand"), "reserved BETWEEN 0 AND on_hand"
        )
    op.create_table(
        "reservations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=False),
        sa.Column("variant_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_reservations_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["variant_id"],
            ["stock_levels.variant_id"],
            name=op.f("fk_reservations_variant_id_stock_levels"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservations")),
        sa.UniqueConstraint("reference", "variant_id", name=op.f("uq_reservations_reference_variant_id")),
    )
    op.create_index(op.f("ix_reservations_variant_id"), "reservations", ["variant_id"])
    op.create_index(op.f("ix_reservations_expires_at"), "reservations", ["expires_at"])


def downgrade() -> None:
    op.drop_table("reservations")
    with op.batch_alter_table("stock_levels") as batch:
        batch.drop_constraint(op.f("ck_stock_levels_reserved_within_on_hand"), type_="check")
        batch.drop_column("reserved")
