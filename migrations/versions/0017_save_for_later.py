"""Keep what people save for later."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wishes",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_wishes_person_id_people", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name="fk_wishes_product_id_products", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", "product_id", name="pk_wishes"),
    )
    op.create_index("ix_wishes_product_id", "wishes", ["product_id"])
    op.create_table(
        "wish_list_links",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_wish_list_links_person_id_people", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name="pk_wish_list_links"),
        sa.UniqueConstraint("token", name="uq_wish_list_links_token"),
    )


def downgrade() -> None:
    op.drop_table("wish_list_links")
    op.drop_table("wishes")
