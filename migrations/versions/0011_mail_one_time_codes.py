"""Add mailed codes, and counts of what may be done only so often."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "allowances",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("spent", sa.Integer(), nullable=False),
        sa.CheckConstraint("spent > 0", name="ck_allowances_something_is_spent"),
        sa.PrimaryKeyConstraint("name", name="pk_allowances"),
    )
    op.create_index("ix_allowances_began_at", "allowances", ["began_at"])
    op.create_table(
        "one_time_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=254), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.CheckConstraint("tries BETWEEN 0 AND 5", name="ck_one_time_codes_tries_are_few"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_one_time_codes_person_id_people", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_one_time_codes"),
        sa.UniqueConstraint("purpose", "subject", name="uq_one_time_codes_purpose_subject"),
    )
    for column in ("email", "person_id", "expires_at"):
        op.create_index(f"ix_one_time_codes_{column}", "one_time_codes", [column])


def downgrade() -> None:
    op.drop_table("one_time_codes")
    op.drop_table("allowances")
