"""A shop of any size, filled by bulk inserts."""

from datetime import timedelta

import sqlalchemy as sa

from smartshop.catalog.models import Category, Product, Variant
from smartshop.catalog.operations import listing
from smartshop.inventory.models import StockLevel
from smartshop.inventory.operations import shelves
from smartshop.kernel import clock
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work

COLOURS = ("Red", "Blue", "Green", "Black", "White")
MATERIALS = ("Clay", "Wood", "Steel", "Glass")
THINGS = ("mug", "lantern", "bowl", "throw", "basket", "lamp", "candle", "vase")
CATEGORIES = 12
PLENTY = 1_000_000


def fill(products: int) -> None:
    """Categories, and products of one variant each with two attributes and a stock that does not run out."""
    now, numbers = clock.now(), range(1, products + 1)
    with unit_of_work():
        connection = db.session.connection()
        connection.execute(
            sa.insert(Category),
            [
                {"id": n, "slug": f"shelf-{n}", "name": f"Shelf {n}", "position": n}
                for n in range(1, CATEGORIES + 1)
            ],
        )
        connection.execute(
            sa.insert(Product),
            [
                {
                    "id": n,
                    "slug": f"p-{n}",
                    "name": f"{COLOURS[n % 5]} {MATERIALS[n % 4].lower()} {THINGS[n % 8]} {n}",
                    "description": "Made by hand, and pleasant to own.",
                    "category_id": n % CATEGORIES + 1,
                    "status": "published",
                    "attributes": {"Colour": COLOURS[n % 5], "Material": MATERIALS[n % 4]},
                    "rating_sum": n % 5 * 3,
                    "rating_count": 3,
                    "created_at": now - timedelta(minutes=n),
                    "updated_at": now,
                }
                for n in numbers
            ],
        )
        connection.execute(
            sa.insert(Variant),
            [{"id": n, "product_id": n, "sku": f"S-{n}", "price_minor": 500 + n % 90 * 100} for n in numbers],
        )
        connection.execute(
            sa.insert(StockLevel), [{"variant_id": n, "on_hand": PLENTY, "is_tracked": True} for n in numbers]
        )
        listing.refresh(numbers)
        shelves.refresh_products(product_ids=numbers)
        if connection.dialect.name == "postgresql":
            # A running server does this by itself within a minute.
            connection.execute(sa.text("ANALYZE"))
