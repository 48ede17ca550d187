"""Count the saves of zones, deliveries and taxes, so that a form tells what it was made from."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

TABLES = ("shipping_zones", "shipping_methods", "tax_areas")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("revision", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_column(table, "revision")
