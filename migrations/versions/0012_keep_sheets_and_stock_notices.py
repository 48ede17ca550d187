"""Keep uploaded sheets, where stock is low, and who waits for it."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sheet_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("once_key", sa.String(length=80), nullable=True),
        sa.Column("outcome", sa.JSON(), nullable=False),
        sa.CheckConstraint("kind IN ('products', 'stock')", name=op.f("ck_sheet_files_kind_is_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheet_files")),
        sa.UniqueConstraint("once_key", name=op.f("uq_sheet_files_once_key")),
    )
    op.create_index(op.f("ix_sheet_files_uploaded_at"), "sheet_files", ["uploaded_at"])
    op.create_table(
        "low_notices",
        sa.Column("variant_id", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variants.id"], name=op.f("fk_low_notices_variant_id_variants"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("variant_id", name=op.f("pk_low_notices")),
    )
    op.create_table(
        "stock_wishes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("variant_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variants.id"], name=op.f("fk_stock_wishes_variant_id_variants"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_wishes")),
        sa.UniqueConstraint("variant_id", "email", name=op.f("uq_stock_wishes_variant_id_email")),
    )
    op.create_index(op.f("ix_stock_wishes_email"), "stock_wishes", ["email"])
    op.create_index(op.f("ix_stock_wishes_asked_at"), "stock_wishes", ["asked_at"])
    with op.batch_alter_table("stock_levels") as levels:
        levels.add_column(sa.Column("low_at", sa.Integer(), nullable=True))
        levels.create_check_constraint(op.f("ck_stock_levels_low_at_not_negative"), "low_at >= 0")


def downgrade() -> None:
    with op.batch_alter_table("stock_levels") as levels:
        levels.drop_constraint(op.f("ck_stock_levels_low_at_not_negative"), type_="check")
        levels.drop_column("low_at")
    op.drop_table("stock_wishes")
    op.drop_table("low_notices")
    op.drop_table("sheet_files")
