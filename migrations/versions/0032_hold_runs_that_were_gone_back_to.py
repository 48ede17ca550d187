"""Hold the run that somebody went back to, one of each question at most, until somebody releases it."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "run_holds",
        sa.Column("question", sa.String(length=30), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["question"], ["live_runs.question"], name="fk_run_holds_question_live_runs", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("question", name="pk_run_holds"),
    )


def downgrade() -> None:
    op.drop_table("run_holds")
