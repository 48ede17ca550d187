"""Remember that a payment provider refuses the shop's key, until it takes it again."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "key_refusals",
        sa.Column("gateway", sa.String(length=40), nullable=False),
        sa.Column("asked", sa.String(length=10), nullable=False),
        sa.Column("key_ending", sa.String(length=4), nullable=False),
        sa.Column("is_known", sa.Boolean(), nullable=False),
        sa.Column("message", sa.String(length=255), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("asked IN ('payment', 'refund')", name="ck_key_refusals_asked_is_known"),
        sa.PrimaryKeyConstraint("gateway", "asked", name="pk_key_refusals"),
    )


def downgrade() -> None:
    op.drop_table("key_refusals")
