"""Keep the table of segments, and who moved from one to another."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "segment_cells",
        sa.Column("recency", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("segment", sa.String(length=40), nullable=False),
        sa.CheckConstraint(
            "recency BETWEEN 1 AND 5 AND value BETWEEN 1 AND 5",
            name=op.f("ck_segment_cells_scores_are_1_to_5"),
        ),
        sa.PrimaryKeyConstraint("recency", "value", name="pk_segment_cells"),
    )
    op.create_table(
        "segment_moves",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_segment", sa.String(length=40), nullable=True),
        sa.Column("to_segment", sa.String(length=40), nullable=True),
        sa.Column("cause", sa.String(length=10), nullable=False),
        sa.CheckConstraint(
            "cause IN ('training', 'rollback', 'table')", name=op.f("ck_segment_moves_cause_is_known")
        ),
        sa.CheckConstraint(
            "from_segment IS NOT NULL OR to_segment IS NOT NULL",
            name=op.f("ck_segment_moves_goes_from_or_to_a_segment"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_segment_moves_person_id_people", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_segment_moves"),
    )
    op.create_index("ix_segment_moves_at", "segment_moves", ["at", "from_segment", "to_segment"])
    op.create_index("ix_segment_moves_person_id", "segment_moves", ["person_id", "at"])


def downgrade() -> None:
    op.drop_index("ix_segment_moves_person_id", "segment_moves")
    op.drop_index("ix_segment_moves_at", "segment_moves")
    op.drop_table("segment_moves")
    op.drop_table("segment_cells")
