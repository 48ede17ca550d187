"""Keep how often products were ordered of late, and which go well together."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_products_by_orders", ["status", "recent_orders"]),
    ("ix_products_by_orders_in_category", ["status", "category_id", "recent_orders"]),
)


def upgrade() -> None:
    op.add_column("products", sa.Column("recent_orders", sa.Integer(), nullable=False, server_default="0"))
    for name, columns in INDEXES:
        op.create_index(name, "products", columns)
    op.create_table(
        "related_products",
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("related_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("product_id <> related_id", name="ck_related_products_is_another"),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name="fk_related_products_product_id_products", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["related_id"], ["products.id"], name="fk_related_products_related_id_products", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("product_id", "related_id", name="pk_related_products"),
    )
    op.create_index("ix_related_products_related_id", "related_products", ["related_id"])


def downgrade() -> None:
    op.drop_table("related_products")
    for name, _ in INDEXES:
        op.drop_index(name, "products")
    op.drop_column("products", "recent_orders")
