"""Put lines of carts aside."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_lines",
        sa.Column("cart_id", sa.Integer(), nullable=False),
        sa.Column("variant_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("quantity BETWEEN 1 AND 999", name="ck_saved_lines_quantity_in_range"),
        sa.ForeignKeyConstraint(
            ["cart_id"], ["carts.id"], name="fk_saved_lines_cart_id_carts", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variants.id"], name="fk_saved_lines_variant_id_variants", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("cart_id", "variant_id", name="pk_saved_lines"),
    )
    op.create_index("ix_saved_lines_variant_id", "saved_lines", ["variant_id"])
    op.create_index("ix_carts_person_id", "carts", ["person_id"])


def downgrade() -> None:
    op.drop_index("ix_carts_person_id", table_name="carts")
    op.drop_table("saved_lines")
