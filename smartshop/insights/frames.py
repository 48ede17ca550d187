"""The order history as the frame the models read, as it was known at a moment.

Rows come through ADBC and Arrow. PostgreSQL answers the one statement from one snapshot. SQLite's file is copied
first and the copy is read, because ADBC carries its own SQLite, whose closing would drop this process's locks on the
live file.
"""

import sqlite3
import tempfile
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa
import sqlalchemy.orm as so

from ml.frames import ORDER_LINES, validate
from smartshop.kernel import money
from smartshop.kernel.extensions import db
from smartshop.orders.models import Order, OrderLine, OrderReturn

Expression = sa.ColumnElement[Any] | so.InstrumentedAttribute[int]
BATCH_ROWS = 65_536
COLUMNS = {
    "customer_id": pa.int64(),
    "order_id": pa.int64(),
    "ordered_at": pa.timestamp("us"),
    "product_id": pa.int64(),
    "category": pa.string(),
    "quantity": pa.int64(),
    "unit_minor": pa.int64(),
    "total_minor": pa.int64(),
    "returned_minor": pa.int64(),
    "returned_at": pa.timestamp("us"),
}


def order_lines(as_of: datetime, *, currency: str) -> pd.DataFrame:
    """Lines of known customers' orders placed strictly before ``as_of``, as `ml.frames.ORDER_LINES`, by order and place.

    Every line counts with its money, postage and fees as well; only product lines carry a product and a category.
    What an order charged beyond its lines (delivery, added tax) is one more line without a product, so that the
    revenue of an order is always its total less what came back.
    ``revenue`` is net of what had come back strictly before ``as_of`` (``returned_revenue``); later returns are not
    known yet, and ``returned_at`` tells an earlier cutoff which of them it may not know. A cancelled order is left out unless part of it came back at or after ``as_of``: then it still stood.
    Amounts are major units of ``currency``; orders in another currency are left out.
    """
    statement = _statement(as_of, currency)
    read = _read_sqlite if db.engine.dialect.name == "sqlite" else _read_postgresql
    frame = _as_frame(read(statement), money.exponent(currency))
    validate(frame, ORDER_LINES)
    return frame


def _statement(as_of: datetime, currency: str) -> sa.CompoundSelect[*tuple[Any, ...]]:
    back = (
        sa.select(
            OrderReturn.order_line_id,
            sa.func.sum(OrderReturn.amount_minor).label("minor"),
            sa.func.max(OrderReturn.at).label("last"),
        )
        .where(OrderReturn.at < as_of)
        .group_by(OrderReturn.order_line_id)
        .subquery()
    )
    is_product = OrderLine.kind == "product"
    lines = (
        _columns(
            place=OrderLine.position + 1,
            product=sa.case((is_product, sa.func.coalesce(OrderLine.product_id, -1)), else_=-1),
            category=sa.case((is_product, OrderLine.category_name), else_=""),
            quantity=OrderLine.quantity,
            unit=OrderLine.unit_price_minor,
            total=OrderLine.total_minor,
            returned=sa.cast(sa.func.coalesce(back.c.minor, 0), sa.BigInteger),
            returned_at=sa.func.coalesce(back.c.last, Order.placed_at),
        )
        .join(OrderLine, OrderLine.order_id == Order.id)
        .outerjoin(back, back.c.order_line_id == OrderLine.id)
        .where(_is_known(as_of, currency))
    )
    on_lines = (
        sa.select(
            OrderLine.order_id, sa.cast(sa.func.sum(OrderLine.total_minor), sa.BigInteger).label("minor")
        )
        .group_by(OrderLine.order_id)
        .subquery()
    )
    rest = Order.total_minor - sa.func.coalesce(on_lines.c.minor, 0)
    charges = (
        _columns(
            place=sa.literal_column("0"),
            product=sa.literal_column("-1"),
            category=sa.literal_column("''"),
            quantity=sa.literal_column("1"),
            unit=sa.case((rest > 0, rest), else_=0),
            total=rest,
            returned=sa.literal_column("0"),
            returned_at=Order.placed_at,
        )
        .outerjoin(on_lines, on_lines.c.order_id == Order.id)
        .where(_is_known(as_of, currency), rest != 0)
    )
    return sa.union_all(lines, charges).order_by("order_id", "place")


def _columns(
    *,
    place: Expression,
    product: Expression,
    category: Expression,
    quantity: Expression,
    unit: Expression,
    total: Expression,
    returned: Expression,
    returned_at: Expression | so.InstrumentedAttribute[datetime],
) -> sa.Select[*tuple[Any, ...]]:
    return sa.select(
        Order.person_id.label("customer_id"),
        Order.id.label("order_id"),
        Order.placed_at.label("ordered_at"),
        place.label("place"),
        product.label("product_id"),
        category.label("category"),
        quantity.label("quantity"),
        unit.label("unit_minor"),
        total.label("total_minor"),
        returned.label("returned_minor"),
        returned_at.label("returned_at"),
    ).select_from(Order)


def _is_known(as_of: datetime, currency: str) -> sa.ColumnElement[bool]:
    still_stood = (
        sa.select(OrderLine.order_id)
        .join(OrderReturn, OrderReturn.order_line_id == OrderLine.id)
        .where(OrderReturn.at >= as_of)
    )
    return sa.and_(
        Order.person_id.is_not(None),
        Order.placed_at < as_of,
        Order.currency == currency,
        sa.or_(Order.state != "cancelled", Order.id.in_(still_stood)),
    )


def _sql(statement: sa.CompoundSelect[*tuple[Any, ...]]) -> str:
    """The statement as text: its only values are a moment and a currency code of the settings."""
    return str(statement.compile(db.engine, compile_kwargs={"literal_binds": True}))


def _read_sqlite(statement: sa.CompoundSelect[*tuple[Any, ...]]) -> pa.Table:
    from adbc_driver_sqlite import dbapi

    sql = _sql(statement)
    with tempfile.TemporaryDirectory(prefix="smartshop-snapshot-") as folder:
        copy = Path(folder) / "shop.db"
        _back_up(copy)
        with dbapi.connect(str(copy)) as connection, connection.cursor() as cursor:
            cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": str(BATCH_ROWS)})
            cursor.execute(sql)
            table: pa.Table = cursor.fetch_arrow_table()
            return table


def _back_up(copy: Path) -> None:
    source = db.engine.raw_connection()
    try:
        with closing(sqlite3.connect(copy)) as target:
            live: Any = source.driver_connection
            live.backup(target)
    finally:
        source.close()


def _read_postgresql(statement: sa.CompoundSelect[*tuple[Any, ...]]) -> pa.Table:
    from adbc_driver_postgresql import dbapi

    address = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with dbapi.connect(address) as connection, connection.cursor() as cursor:
        cursor.execute(_sql(statement))
        table: pa.Table = cursor.fetch_arrow_table()
        return table


def _as_frame(table: pa.Table, exponent: int) -> pd.DataFrame:
    table = pa.table({name: _column(table[name], kind) for name, kind in COLUMNS.items()})
    rows = table.to_pandas()
    scale = float(10**exponent)
    product = rows["product_id"].astype("Int64")
    category = rows["category"].astype("str")
    return pd.DataFrame(
        {
            "customer_id": rows["customer_id"],
            "order_id": rows["order_id"],
            "ordered_at": rows["ordered_at"],
            "product_id": product.mask(product < 0),
            "category": category.mask(category == ""),
            "quantity": rows["quantity"],
            "unit_price": rows["unit_minor"] / scale,
            "revenue": (rows["total_minor"] - rows["returned_minor"]) / scale,
            "returned_revenue": rows["returned_minor"] / scale,
            "returned_at": rows["returned_at"].where(rows["returned_minor"] > 0),
        }
    )


def _column(values: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    if pa.types.is_timestamp(values.type) and values.type.tz is not None:
        values = values.cast(pa.timestamp("us", tz="UTC"))
    return values.cast(kind)
