"""Keep the cluster of each customer."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cluster_scores",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("cluster", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_cluster_scores_person_id_people", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["training_runs.id"], name="fk_cluster_scores_run_id_training_runs", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "person_id", name="pk_cluster_scores"),
    )
    op.create_index("ix_cluster_scores_person_id", "cluster_scores", ["person_id"])
    op.create_index("ix_cluster_scores_cluster", "cluster_scores", ["run_id", "cluster"])


def downgrade() -> None:
    op.drop_index("ix_cluster_scores_cluster", "cluster_scores")
    op.drop_index("ix_cluster_scores_person_id", "cluster_scores")
    op.drop_table("cluster_scores")
