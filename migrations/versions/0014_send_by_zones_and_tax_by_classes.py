"""Send orders by zones of countries, and tax them by classes of goods."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

CLASSES = [("standard", "Standard rate"), ("reduced", "Reduced rate"), ("zero", "Zero rate")]
KNOWN_REDUCED = {"GB": 500}


def _old_rates():
    return op.create_table(
        "tax_rates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("basis_points", sa.Integer(), nullable=False),
        sa.Column("is_inclusive", sa.Boolean(), nullable=False),
        sa.CheckConstraint("basis_points BETWEEN 0 AND 10000", name=op.f("ck_tax_rates_rate_is_a_share")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tax_rates")),
        sa.UniqueConstraint("country", name=op.f("uq_tax_rates_country")),
    )


def _create_tax_tables():
    areas = op.create_table(
        "tax_areas",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("is_inclusive", sa.Boolean(), nullable=False),
        sa.Column("shipping_class", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["shipping_class"], ["tax_classes.code"], name=op.f("fk_tax_areas_shipping_class_tax_classes")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tax_areas")),
        sa.UniqueConstraint("country", name=op.f("uq_tax_areas_country")),
    )
    rates = op.create_table(
        "tax_rates",
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("tax_class", sa.String(length=20), nullable=False),
        sa.Column("basis_points", sa.Integer(), nullable=False),
        sa.CheckConstraint("basis_points BETWEEN 0 AND 10000", name=op.f("ck_tax_rates_rate_is_a_share")),
        sa.ForeignKeyConstraint(
            ["area_id"], ["tax_areas.id"], name=op.f("fk_tax_rates_area_id_tax_areas"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tax_class"], ["tax_classes.code"], name=op.f("fk_tax_rates_tax_class_tax_classes"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("area_id", "tax_class", name=op.f("pk_tax_rates")),
    )
    op.create_index(op.f("ix_tax_rates_tax_class"), "tax_rates", ["tax_class"])
    return areas, rates


def _move_taxes() -> None:
    connection = op.get_bind()
    old = connection.execute(sa.text("SELECT country, name, basis_points, is_inclusive FROM tax_rates ORDER BY id")).all()
    op.drop_table("tax_rates")
    classes = op.create_table(
        "tax_classes",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_tax_classes")),
        sa.UniqueConstraint("name", name=op.f("uq_tax_classes_name")),
    )
    op.bulk_insert(classes, [{"code": code, "name": name} for code, name in CLASSES])
    areas, rates = _create_tax_tables()
    for row in old:
        is_inclusive = bool(row.is_inclusive)
        made = connection.execute(
            areas.insert()
            .values(country=row.country, name=row.name, is_inclusive=is_inclusive, shipping_class="standard")
            .returning(areas.c.id)
        ).scalar_one()
        reduced = KNOWN_REDUCED.get(row.country, row.basis_points)
        for code, basis_points in (("standard", row.basis_points), ("reduced", reduced), ("zero", 0)):
            connection.execute(rates.insert().values(area_id=made, tax_class=code, basis_points=basis_points))


def _make_zones() -> None:
    zones = op.create_table(
        "shipping_zones",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("is_everywhere_else", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipping_zones")),
        sa.UniqueConstraint("name", name=op.f("uq_shipping_zones_name")),
    )
    op.create_index(
        "uq_shipping_zones_everywhere_else",
        "shipping_zones",
        ["is_everywhere_else"],
        unique=True,
        sqlite_where=sa.text("is_everywhere_else"),
        postgresql_where=sa.text("is_everywhere_else"),
    )
    op.create_table(
        "shipping_zone_countries",
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("zone_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["zone_id"],
            ["shipping_zones.id"],
            name=op.f("fk_shipping_zone_countries_zone_id_shipping_zones"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("country", name=op.f("pk_shipping_zone_countries")),
    )
    op.create_index(op.f("ix_shipping_zone_countries_zone_id"), "shipping_zone_countries", ["zone_id"])
    op.get_bind().execute(zones.insert().values(name="Everywhere", is_everywhere_else=True))


def _extend_methods() -> None:
    op.add_column("shipping_methods", sa.Column("zone_id", sa.Integer(), nullable=True))
    op.execute("UPDATE shipping_methods SET zone_id = (SELECT id FROM shipping_zones)")
    with op.batch_alter_table("shipping_methods") as batch:
        batch.alter_column("zone_id", existing_type=sa.Integer(), nullable=False)
        batch.add_column(sa.Column("charged_by", sa.String(6), nullable=False, server_default="flat"))
        batch.create_check_constraint(
            op.f("ck_shipping_methods_charged_by_is_known"), "charged_by IN ('flat', 'weight', 'value')"
        )
        batch.create_foreign_key(
            op.f("fk_shipping_methods_zone_id_shipping_zones"), "shipping_zones", ["zone_id"], ["id"], ondelete="CASCADE"
        )
    op.create_index(op.f("ix_shipping_methods_zone_id"), "shipping_methods", ["zone_id"])
    op.create_table(
        "shipping_bands",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("method_id", sa.Integer(), nullable=False),
        sa.Column("up_to", sa.BigInteger(), nullable=True),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("up_to > 0", name=op.f("ck_shipping_bands_up_to_positive")),
        sa.CheckConstraint("price_minor >= 0", name=op.f("ck_shipping_bands_price_not_negative")),
        sa.ForeignKeyConstraint(
            ["method_id"],
            ["shipping_methods.id"],
            name=op.f("fk_shipping_bands_method_id_shipping_methods"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipping_bands")),
        sa.UniqueConstraint("method_id", "up_to", name=op.f("uq_shipping_bands_method_id_up_to")),
    )
    op.create_index(
        "uq_shipping_bands_open_method_id",
        "shipping_bands",
        ["method_id"],
        unique=True,
        sqlite_where=sa.text("up_to IS NULL"),
        postgresql_where=sa.text("up_to IS NULL"),
    )


def upgrade() -> None:
    _move_taxes()
    _make_zones()
    _extend_methods()
    op.add_column("products", sa.Column("tax_class", sa.String(20), nullable=False, server_default="standard"))
    op.add_column("orders", sa.Column("taxes", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("orders", "taxes")
    op.drop_column("products", "tax_class")
    op.drop_table("shipping_bands")
    op.drop_index(op.f("ix_shipping_methods_zone_id"), "shipping_methods")
    with op.batch_alter_table("shipping_methods") as batch:
        batch.drop_constraint(op.f("fk_shipping_methods_zone_id_shipping_zones"), type_="foreignkey")
        batch.drop_constraint(op.f("ck_shipping_methods_charged_by_is_known"), type_="check")
        batch.drop_column("charged_by")
        batch.drop_column("zone_id")
    op.drop_table("shipping_zone_countries")
    op.drop_table("shipping_zones")
    connection = op.get_bind()
    old = connection.execute(
        sa.text(
            "SELECT country, name, basis_points, is_inclusive FROM tax_areas JOIN tax_rates ON area_id = tax_areas.id "
            "WHERE tax_class = 'standard' AND country <> '' ORDER BY tax_areas.id"
        )
    ).all()
    op.drop_table("tax_rates")
    op.drop_table("tax_areas")
    op.drop_table("tax_classes")
    op.bulk_insert(_old_rates(), [{**row._mapping, "is_inclusive": bool(row.is_inclusive)} for row in old])
