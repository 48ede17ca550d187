"""Keep invitations to the team, and when a sign-in last proved whose it is."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
OPEN = sa.text("accepted_at IS NULL AND revoked_at IS NULL")


def upgrade() -> None:
    op.add_column("sign_ins", sa.Column("confirmed_at", MOMENT, nullable=True))
    op.create_table(
        "invitations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("invited_by", sa.Integer(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("accepted_at", MOMENT, nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.CheckConstraint("email = lower(email)", name="ck_invitations_email_is_lower_case"),
        sa.CheckConstraint("accepted_at IS NULL OR revoked_at IS NULL", name="ck_invitations_ends_once"),
        sa.ForeignKeyConstraint(
            ["invited_by"], ["people.id"], name="fk_invitations_invited_by_people", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_invitations"),
        sa.UniqueConstraint("salt", name="uq_invitations_salt"),
    )
    op.create_index("ix_invitations_invited_by", "invitations", ["invited_by"])
    op.create_index(
        "uq_invitations_open_email", "invitations", ["email"], unique=True,
        sqlite_where=OPEN, postgresql_where=OPEN,
    )
    op.create_table(
        "invitation_roles",
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("role_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitations.id"],
            name="fk_invitation_roles_invitation_id_invitations", ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["role_id"], ["roles.id"], name="fk_invitation_roles_role_id_roles", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("invitation_id", "role_id", name="pk_invitation_roles"),
    )
    op.create_index("ix_invitation_roles_role_id", "invitation_roles", ["role_id"])


def downgrade() -> None:
    op.drop_table("invitation_roles")
    op.drop_table("invitations")
    with op.batch_alter_table("sign_ins") as table:
        table.drop_column("confirmed_at")
