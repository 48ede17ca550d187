"""Keep the addresses that products and categories once had."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLES = (
    ("former_product_slugs", "product_id", "products", 160),
    ("former_category_slugs", "category_id", "categories", 120),
)


def upgrade() -> None:
    for table, owner, owners, longest in TABLES:
        op.create_table(
            table,
            sa.Column("slug", sa.String(length=longest), nullable=False),
            sa.Column(owner, sa.Integer(), nullable=False),
            sa.ForeignKeyConstraint([owner], [f"{owners}.id"], name=f"fk_{table}_{owner}_{owners}", ondelete="CASCADE"),
            sa.PrimaryKeyConstraint("slug", name=f"pk_{table}"),
        )
        op.create_index(f"ix_{table}_{owner}", table, [owner])


def downgrade() -> None:
    for table, owner, *_rest in reversed(TABLES):
        op.drop_index(f"ix_{table}_{owner}", table)
        op.drop_table(table)
