"""Keep why a customer may leave beside how likely it is, and the bands that an admin set."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("churn_scores", sa.Column("recency_days", sa.Integer(), nullable=True))
    op.add_column("churn_scores", sa.Column("usual_gap_days", sa.Double(), nullable=True))
    op.add_column(
        "churn_scores", sa.Column("is_overdue", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("churn_scores", sa.Column("reasons", sa.JSON(), nullable=True))
    op.create_table(
        "churn_bands",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("medium_from", sa.Double(), nullable=False),
        sa.Column("high_above", sa.Double(), nullable=False),
        sa.Column("offer_cost_minor", sa.BigInteger(), nullable=True),
        sa.Column("value_lost_minor", sa.BigInteger(), nullable=True),
        sa.Column("success_share", sa.Double(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "0 < medium_from AND medium_from <= high_above AND high_above < 1",
            name="ck_churn_bands_bands_are_in_order",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_churn_bands"),
    )


def downgrade() -> None:
    op.drop_table("churn_bands")
    op.drop_column("churn_scores", "reasons")
    op.drop_column("churn_scores", "is_overdue")
    op.drop_column("churn_scores", "usual_gap_days")
    op.drop_column("churn_scores", "recency_days")
