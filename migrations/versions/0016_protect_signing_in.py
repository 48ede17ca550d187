"""Let sign-ins end by themselves; add the second factor, recovery codes and known devices."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
ENDS = ("last_seen_at", "expires_at", "idle_until")


def person(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["person_id"], ["people.id"], name=f"fk_{table}_person_id_people", ondelete="CASCADE"
    )


def upgrade() -> None:
    for name in ENDS:
        op.add_column("sign_ins", sa.Column(name, MOMENT, nullable=True))
    op.execute("UPDATE sign_ins SET last_seen_at = created_at, expires_at = created_at, idle_until = created_at")
    with op.batch_alter_table("sign_ins") as table:
        for name in ENDS:
            table.alter_column(name, existing_type=MOMENT, nullable=False)
    op.create_index("ix_sign_ins_expires_at", "sign_ins", ["expires_at"])
    op.create_table(
        "pending_sign_ins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("token_fingerprint", sa.String(length=64), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("is_lasting", sa.Boolean(), nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.CheckConstraint("tries BETWEEN 0 AND 5", name="ck_pending_sign_ins_tries_are_few"),
        person("pending_sign_ins"),
        sa.PrimaryKeyConstraint("id", name="pk_pending_sign_ins"),
        sa.UniqueConstraint("token_fingerprint", name="uq_pending_sign_ins_token_fingerprint"),
    )
    for column in ("person_id", "expires_at"):
        op.create_index(f"ix_pending_sign_ins_{column}", "pending_sign_ins", [column])
    op.create_table(
        "known_devices",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("first_seen_at", MOMENT, nullable=False),
        person("known_devices"),
        sa.PrimaryKeyConstraint("person_id", "fingerprint", name="pk_known_devices"),
    )
    op.create_table(
        "two_factors",
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        person("two_factors"),
        sa.PrimaryKeyConstraint("person_id", name="pk_two_factors"),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        person("recovery_codes"),
        sa.PrimaryKeyConstraint("person_id", "fingerprint", name="pk_recovery_codes"),
    )


def downgrade() -> None:
    for table in ("recovery_codes", "two_factors", "known_devices", "pending_sign_ins"):
        op.drop_table(table)
    op.drop_index("ix_sign_ins_expires_at", "sign_ins")
    for name in ENDS:
        with op.batch_alter_table("sign_ins") as table:
            table.drop_column(name)
