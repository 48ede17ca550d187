"""Keep promotions, their codes and uses, and what they took off orders."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "promotions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=15), nullable=False),
        sa.Column("needs_code", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("basis_points", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("buy_quantity", sa.Integer(), nullable=False),
        sa.Column("get_quantity", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(length=10), nullable=False),
        sa.Column("minimum_goods_minor", sa.BigInteger(), nullable=False),
        sa.Column("minimum_quantity", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_for_new_customers", sa.Boolean(), nullable=False),
        sa.Column("audience", sa.JSON(), nullable=False),
        sa.Column("limit_total", sa.Integer(), nullable=True),
        sa.Column("limit_per_customer", sa.Integer(), nullable=True),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("is_combinable", sa.Boolean(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('percentage', 'amount', 'buy_get', 'free_shipping')",
            name=op.f("ck_promotions_kind_is_known"),
        ),
        sa.CheckConstraint(
            "scope IN ('order', 'categories', 'products')", name=op.f("ck_promotions_scope_is_known")
        ),
        sa.CheckConstraint("basis_points BETWEEN 1 AND 10000", name=op.f("ck_promotions_share_is_a_share")),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_promotions_amount_not_negative")),
        sa.CheckConstraint(
            "buy_quantity >= 0 AND get_quantity >= 0", name=op.f("ck_promotions_quantities_not_negative")
        ),
        sa.CheckConstraint(
            "minimum_goods_minor >= 0 AND minimum_quantity >= 0",
            name=op.f("ck_promotions_minimums_not_negative"),
        ),
        sa.CheckConstraint(
            "used >= 0 AND (limit_total IS NULL OR used <= limit_total)",
            name=op.f("ck_promotions_used_within_limit"),
        ),
        sa.CheckConstraint(
            "limit_per_customer IS NULL OR limit_per_customer > 0",
            name=op.f("ck_promotions_limit_per_customer_positive"),
        ),
        sa.CheckConstraint(
            "starts_at IS NULL OR ends_at IS NULL OR starts_at < ends_at",
            name=op.f("ck_promotions_starts_before_end"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promotions")),
    )
    op.create_table(
        "promotion_targets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("promotion_id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=True),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(category_id IS NULL) <> (product_id IS NULL)", name=op.f("ck_promotion_targets_one_of_two")
        ),
        sa.ForeignKeyConstraint(
            ["promotion_id"],
            ["promotions.id"],
            name=op.f("fk_promotion_targets_promotion_id_promotions"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["category_id"],
            ["categories.id"],
            name=op.f("fk_promotion_targets_category_id_categories"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["products.id"],
            name=op.f("fk_promotion_targets_product_id_products"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promotion_targets")),
        sa.UniqueConstraint(
            "promotion_id", "category_id", name=op.f("uq_promotion_targets_promotion_id_category_id")
        ),
        sa.UniqueConstraint(
            "promotion_id", "product_id", name=op.f("uq_promotion_targets_promotion_id_product_id")
        ),
    )
    op.create_index(op.f("ix_promotion_targets_category_id"), "promotion_targets", ["category_id"])
    op.create_index(op.f("ix_promotion_targets_product_id"), "promotion_targets", ["product_id"])
    op.create_table(
        "promotion_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("promotion_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("limit_total", sa.Integer(), nullable=True),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("code = upper(code)", name=op.f("ck_promotion_codes_code_in_capitals")),
        sa.CheckConstraint(
            "used >= 0 AND (limit_total IS NULL OR used <= limit_total)",
            name=op.f("ck_promotion_codes_used_within_limit"),
        ),
        sa.ForeignKeyConstraint(
            ["promotion_id"],
            ["promotions.id"],
            name=op.f("fk_promotion_codes_promotion_id_promotions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promotion_codes")),
        sa.UniqueConstraint("code", name=op.f("uq_promotion_codes_code")),
    )
    op.create_index(op.f("ix_promotion_codes_promotion_id"), "promotion_codes", ["promotion_id"])
    op.create_table(
        "promotion_uses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("promotion_id", sa.Integer(), nullable=False),
        sa.Column("code_id", sa.Integer(), nullable=True),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["promotion_id"],
            ["promotions.id"],
            name=op.f("fk_promotion_uses_promotion_id_promotions"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["code_id"],
            ["promotion_codes.id"],
            name=op.f("fk_promotion_uses_code_id_promotion_codes"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_promotion_uses_person_id_people"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promotion_uses")),
        sa.UniqueConstraint(
            "reference", "promotion_id", name=op.f("uq_promotion_uses_reference_promotion_id")
        ),
    )
    op.create_index("ix_promotion_uses_person_id", "promotion_uses", ["person_id", "promotion_id"])
    op.create_index("ix_promotion_uses_email", "promotion_uses", ["email", "promotion_id"])
    op.create_index(op.f("ix_promotion_uses_promotion_id"), "promotion_uses", ["promotion_id"])
    op.create_table(
        "audience_members",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("segment", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_audience_members_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_audience_members")),
    )
    op.execute(
        "INSERT INTO audience_members (person_id, segment) SELECT person_id, segment FROM segment_scores"
        " WHERE run_id = (SELECT run_id FROM live_runs WHERE question = 'rfm')"
    )
    op.create_table(
        "order_promotions",
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("promotion_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("goods_minor", sa.BigInteger(), nullable=False),
        sa.Column("shipping_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "goods_minor >= 0 AND shipping_minor >= 0", name=op.f("ck_order_promotions_amounts_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["orders.id"],
            name=op.f("fk_order_promotions_order_id_orders"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["promotion_id"],
            ["promotions.id"],
            name=op.f("fk_order_promotions_promotion_id_promotions"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("order_id", "position", name=op.f("pk_order_promotions")),
    )
    op.create_index(op.f("ix_order_promotions_promotion_id"), "order_promotions", ["promotion_id"])
    op.add_column("carts", sa.Column("coupon_code", sa.String(length=40), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("carts", "coupon_code")
    for table in (
        "order_promotions",
        "audience_members",
        "promotion_uses",
        "promotion_codes",
        "promotion_targets",
        "promotions",
    ):
        op.drop_table(table)
