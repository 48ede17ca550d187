"""Count tries that are followed by pauses."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "delayed_tries",
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("tries > 0", name=op.f("ck_delayed_tries_something_was_tried")),
        sa.PrimaryKeyConstraint("name", name="pk_delayed_tries"),
    )
    op.create_index("ix_delayed_tries_last_at", "delayed_tries", ["last_at"])


def downgrade() -> None:
    op.drop_index("ix_delayed_tries_last_at", "delayed_tries")
    op.drop_table("delayed_tries")
