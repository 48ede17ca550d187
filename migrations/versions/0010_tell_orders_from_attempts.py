"""Tell orders that were cancelled from those whose payment was declined or never came."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # SQLite would copy the table to add a constraint, and lose what refers to it: it comes with the column.
    op.execute(
        "ALTER TABLE orders ADD COLUMN is_given_up BOOLEAN DEFAULT false NOT NULL"
        " CONSTRAINT ck_orders_given_up_is_cancelled CHECK (NOT is_given_up OR state = 'cancelled')"
    )
    # Giving an order up takes its key away, and nothing else does.
    op.execute(
        "UPDATE orders SET is_given_up = true"
        " WHERE source = 'shop' AND state = 'cancelled' AND idempotency_key IS NULL"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE orders DROP COLUMN is_given_up")
