"""Say why a review was turned down, and tell two states of its words apart."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reviews", sa.Column("reason", sa.String(length=500), nullable=False, server_default=""))
    op.add_column("reviews", sa.Column("revision", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("ix_reviews_queue", "reviews", ["state", "created_at"])


def downgrade() -> None:
    op.drop_index("ix_reviews_queue", "reviews")
    for name in ("revision", "reason"):
        op.drop_column("reviews", name)
