"""A shop with a long history: Online Retail again and again, every time of other customers, written in bulk.

    SMARTSHOP_DATA_DIR=… SMARTSHOP_INSTANCE=… python -m benchmarks.made_history [--customers 100000] [--lines 5000000]

The database must be migrated and empty. Every repetition keeps a share of the lines, drawn at random, so that customers
and lines come out as asked; what is kept keeps its time, price, product and order.
"""

import argparse
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import sqlalchemy as sa

from benchmarks.features import retail
from smartshop.catalog.models import Category, Product
from smartshop.factory import create_app
from smartshop.identity.models import Person
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.orders.models import Order, OrderLine

OPENED = datetime(2010, 12, 1, tzinfo=UTC)
CATEGORIES = 40
LINE = {
    "kind": "product",
    "variant_name": "",
    "discount_minor": 0,
    "tax_minor": 0,
    "returned_quantity": 0,
    "returned_minor": 0,
}
COLUMNS = (
    "order_id", "position", "product_id", "sku", "product_name", "category_name", "quantity", "unit_price_minor",
    "total_minor", *LINE,
)  # fmt: skip


def write(customers: int, lines: int) -> None:
    """Fill the shop whose app context is pushed with ``customers`` and, on average, ``lines`` lines of theirs."""
    source = retail()
    source["customer_id"] = source["customer_id"].rank(method="dense").astype("int64")
    people = int(source["customer_id"].max())
    repetitions = -(-customers // people)
    share = lines / (len(source) * customers / people)
    if share > 1:
        raise SystemExit(
            f"{customers} customers have at most {int(lines / share)} lines. Ask for fewer lines."
        )
    random = np.random.default_rng(0)
    with unit_of_work():
        _write_catalog(int(source["product_id"].max()) + 1)
        _write_people(customers)
        first_order = 1
        for copy in range(repetitions):
            kept = source[random.random(len(source)) < share]
            kept = kept.assign(customer_id=kept["customer_id"] + copy * people)
            kept = kept[kept["customer_id"] <= customers]
            first_order += _write_orders(kept, first_order)


def _write_catalog(products: int) -> None:
    db.session.execute(
        sa.insert(Category),
        [{"id": place + 1, "slug": f"c{place}", "name": f"Category {place}"} for place in range(CATEGORIES)],
    )
    rows = [
        {"id": place + 1, "slug": f"p{place}", "name": f"Product {place}", "category_id": place % CATEGORIES + 1,
         "created_at": OPENED, "updated_at": OPENED}
        for place in range(products)
    ]  # fmt: skip
    db.session.execute(sa.insert(Product), rows)


def _write_people(count: int) -> None:
    rows = [
        {"id": place + 1, "name": f"Customer {place + 1}", "created_at": OPENED} for place in range(count)
    ]
    db.session.execute(sa.insert(Person), rows)


def _write_orders(kept: pd.DataFrame, first: int) -> int:
    """Write the orders of ``kept`` and their lines; returns how many orders they are."""
    minor = (kept["unit_price"] * 100).round().astype("int64")
    kept = kept.assign(unit=minor, total=minor * kept["quantity"]).sort_values("order_id", kind="stable")
    place = kept["order_id"].rank(method="dense").astype("int64") - 1
    kept["order"], kept["position"] = place + first, kept.groupby("order_id").cumcount() + 1
    orders = kept.groupby("order").agg(
        person=("customer_id", "first"), at=("ordered_at", "first"), total=("total", "sum")
    )
    rows = [
        {"id": order, "number": f"M{order}", "person_id": person, "source": "import", "state": "fulfilled",
         "placed_at": at.to_pydatetime().replace(tzinfo=UTC), "currency": "GBP", "goods_minor": total, "total_minor": total}
        for order, person, at, total in zip(
            orders.index.tolist(), orders["person"].tolist(), orders["at"], orders["total"].tolist(), strict=True
        )
    ]  # fmt: skip
    db.session.execute(sa.insert(Order), rows)
    _write_lines(kept)
    return len(orders)


def _write_lines(kept: pd.DataFrame) -> None:
    connection = db.session.connection()
    product = kept["product_id"].to_numpy(dtype=np.int64)
    names = [f"p{place}" for place in product.tolist()]
    columns = [
        kept["order"].tolist(), kept["position"].tolist(), (product + 1).tolist(), names, names,
        [f"Category {place}" for place in (product % CATEGORIES).tolist()],
        kept["quantity"].tolist(), kept["unit"].tolist(), kept["total"].tolist(),
        *([value] * len(kept) for value in LINE.values()),
    ]  # fmt: skip
    if connection.dialect.name == "postgresql":
        cursor = connection.connection.cursor()
        with cursor, cursor.copy(f"COPY order_lines ({', '.join(COLUMNS)}) FROM STDIN") as copy:  # type: ignore[attr-defined]
            for row in zip(*columns, strict=True):
                copy.write_row(row)
        return
    table = sa.table(OrderLine.__tablename__, *[sa.column(name) for name in COLUMNS])
    text = str(sa.insert(table).compile(dialect=connection.dialect, column_keys=COLUMNS))
    connection.exec_driver_sql(text, list(zip(*columns, strict=True)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--lines", type=int, default=5_000_000)
    arguments = parser.parse_args()
    with create_app().app_context():
        write(arguments.customers, arguments.lines)


if __name__ == "__main__":
    main()
