"""Add the built-in roles, two ways to send an order, and the tax of the home market."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ROLES = [
    ("customer", "Customer"),
    ("support", "Support"),
    ("catalog_manager", "Catalog manager"),
    ("analyst", "Analyst"),
    ("marketer", "Marketer"),
    ("admin", "Admin"),
]
SHIPPING = [
    ("standard", "Standard delivery", "3 to 5 working days", 395, 5000, 1),
    ("express", "Express delivery", "Next working day", 795, None, 2),
]

roles = sa.table("roles", sa.column("name"), sa.column("label"), sa.column("is_builtin"))
shipping = sa.table(
    "shipping_methods",
    *[sa.column(n) for n in ("code", "name", "description", "price_minor", "free_over_minor", "position", "is_active")],
)
tax = sa.table("tax_rates", *[sa.column(n) for n in ("country", "name", "basis_points", "is_inclusive")])


def upgrade() -> None:
    op.bulk_insert(roles, [{"name": name, "label": label, "is_builtin": True} for name, label in ROLES])
    keys = ("code", "name", "description", "price_minor", "free_over_minor", "position")
    op.bulk_insert(shipping, [{**dict(zip(keys, row, strict=True)), "is_active": True} for row in SHIPPING])
    op.bulk_insert(tax, [{"country": "GB", "name": "VAT", "basis_points": 2000, "is_inclusive": True}])


def downgrade() -> None:
    op.execute(sa.delete(sa.table("role_assignments")))
    op.execute(sa.delete(roles))
    op.execute(sa.delete(shipping))
    op.execute(sa.delete(tax))
