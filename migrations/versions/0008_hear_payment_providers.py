"""Keep the page where an order is paid, and what payment providers report."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("payment_attempts", sa.Column("page_url", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "webhook_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("provider_event_id", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("effect", sa.String(length=20), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_events")),
        sa.UniqueConstraint(
            "provider", "provider_event_id", name=op.f("uq_webhook_events_provider_provider_event_id")
        ),
    )
    op.create_index(op.f("ix_webhook_events_reference"), "webhook_events", ["reference"])


def downgrade() -> None:
    op.drop_table("webhook_events")
    op.drop_column("payment_attempts", "page_url")
