"""Keep the tax rate of each line of an order."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("order_lines", sa.Column("tax_basis_points", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("order_lines", "tax_basis_points")
