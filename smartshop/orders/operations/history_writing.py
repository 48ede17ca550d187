"""Write a judged history: orders, their lines, what came back, and which invoices were read."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import sqlalchemy as sa

from smartshop.catalog.operations.bulk import ImportedProduct
from smartshop.kernel import clock, codes, statements
from smartshop.kernel.extensions import db
from smartshop.kernel.prepared import Prepared
from smartshop.orders.models import ImportedInvoice, Order, OrderLine, OrderReturn
from smartshop.orders.operations.history_tables import Progress
from smartshop.orders.rules.history.assembling import HistoricOrder
from smartshop.orders.rules.history.netting import Return, Sale

LINE_COLUMNS = (
    "order_id",
    "position",
    "kind",
    "product_id",
    "variant_id",
    "sku",
    "product_name",
    "variant_name",
    "category_name",
    "quantity",
    "unit_price_minor",
    "discount_minor",
    "tax_minor",
    "total_minor",
    "returned_quantity",
    "returned_minor",
)
WRITE_ORDERS, WRITE_INVOICES = Prepared(sa.insert(Order)), Prepared(sa.insert(ImportedInvoice))
BATCH = 20_000
LONGEST_COUNTRY, LONGEST_NAME = 60, 200
SQLITE_CACHE_KB = 8192
"""What SQLite keeps of a file in memory while lines are written; with its usual 2 MB it reads the indexes over and over."""


def write_orders(
    orders: Sequence[HistoricOrder], person_ids: Mapping[str, int], currency: str
) -> dict[str, int]:
    """Insert the orders; returns their ids by invoice number."""
    rows = [_order_row(order, person_ids, currency) for order in orders]
    if not rows:
        return {}
    statements.run(WRITE_ORDERS, rows)
    wanted = {order.invoice for order in orders}
    found = db.session.execute(
        sa.select(Order.external_number, Order.id).where(Order.external_number.is_not(None))
    )
    return {number: order_id for number, order_id in found if number in wanted}


def _order_row(order: HistoricOrder, person_ids: Mapping[str, int], currency: str) -> dict[str, Any]:
    total, shipping = order.total_minor, order.shipping_minor
    return {
        "number": codes.order_number(),
        "external_number": order.invoice,
        "person_id": person_ids.get(order.customer),
        "email": order.customer if "@" in order.customer else None,
        "country": order.country[:LONGEST_COUNTRY],
        "source": "import",
        "state": "cancelled" if order.is_all_back else "fulfilled",
        "placed_at": order.placed_at,
        "currency": currency,
        "goods_minor": total - shipping,
        "shipping_minor": shipping,
        "total_minor": total,
        "returned_minor": order.returned_minor,
    }


def write_lines(
    orders: Sequence[HistoricOrder],
    order_ids: Mapping[str, int],
    products: Mapping[str, ImportedProduct],
    progress: Progress,
) -> None:
    """Insert the lines of orders, by COPY where the database has it."""
    rows = _line_rows(orders, order_ids, products)
    total, written = max(1, sum(len(order.sales) for order in orders)), 0
    connection = db.session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA cache_size = -{SQLITE_CACHE_KB}")
    table, names = OrderLine.__tablename__, ", ".join(LINE_COLUMNS)
    lines = sa.table(table, *[sa.column(name) for name in LINE_COLUMNS])
    insert = str(sa.insert(lines).compile(dialect=connection.dialect, column_keys=LINE_COLUMNS))
    while batch := list(islice(rows, BATCH)):
        if connection.dialect.name == "postgresql":
            cursor: Any = connection.connection.cursor()
            with cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in batch:
                    copy.write_row(row)
        else:
            connection.exec_driver_sql(insert, batch)
        written += len(batch)
        progress("Writing", written / total)


def _line_rows(
    orders: Iterable[HistoricOrder], order_ids: Mapping[str, int], products: Mapping[str, ImportedProduct]
) -> Iterator[tuple[Any, ...]]:
    for order in orders:
        order_id = order_ids[order.invoice]
        for position, sale in enumerate(order.sales, 1):
            product = products.get(sale.code)
            yield (
                order_id,
                position,
                sale.kind,
                product.product_id if product else None,
                product.variant_id if product else None,
                sale.code,
                product.name if product else sale.description[:LONGEST_NAME] or sale.code,
                "",
                product.category_name if product else "",
                sale.quantity,
                sale.unit_minor,
                0,
                0,
                sale.total_minor,
                sale.returned_quantity,
                sale.returned_minor,
            )


def write_returns(
    returns: Sequence[Return], orders: Sequence[HistoricOrder], order_ids: Mapping[str, int]
) -> None:
    """Insert what came back, and count it on the lines and orders of earlier files."""
    if not returns:
        return
    line_ids = _line_ids(returns, orders, order_ids)
    rows = [
        {
            "order_line_id": returned.sale.line_id or line_ids[id(returned.sale)],
            "external_number": returned.credit.invoice,
            "quantity": returned.quantity,
            "amount_minor": returned.amount_minor,
            "at": returned.credit.at,
        }
        for returned in returns
    ]
    db.session.execute(sa.insert(OrderReturn), rows)
    earlier = {
        sale.line_id: sale for sale in (returned.sale for returned in returns) if sale.line_id is not None
    }
    if earlier:
        _count_on_earlier(earlier)


def _line_ids(
    returns: Sequence[Return], orders: Sequence[HistoricOrder], order_ids: Mapping[str, int]
) -> dict[int, int]:
    """The line of every new sale that something came back of, by the sale's identity."""
    invoices = {returned.sale.invoice for returned in returns if returned.sale.line_id is None}
    touched = [order for order in orders if order.invoice in invoices]
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for chunk in _chunks([order_ids[order.invoice] for order in touched]):
        rows = db.session.execute(
            sa.select(OrderLine.id, OrderLine.order_id, OrderLine.position).where(
                OrderLine.order_id.in_(chunk), OrderLine.returned_quantity > 0
            )
        )
        for line_id, order_id, position in rows:
            found[order_id][position] = line_id
    return {
        id(sale): found[order_ids[order.invoice]][position]
        for order in touched
        for position, sale in enumerate(order.sales, 1)
        if sale.returned_quantity
    }


def _chunks(ids: Sequence[int], size: int = 5000) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def _count_on_earlier(sales: Mapping[int, Sale]) -> None:
    rows = [
        {"id": line_id, "returned_quantity": sale.returned_quantity, "returned_minor": sale.returned_minor}
        for line_id, sale in sales.items()
    ]
    db.session.execute(sa.update(OrderLine), rows)
    invoices = sorted({sale.invoice for sale in sales.values()})
    orders = db.session.execute(
        sa.select(Order.id, Order.total_minor).where(Order.external_number.in_(invoices))
    )
    totals = {row.id: row.total_minor for row in orders}
    sums = db.session.execute(
        sa.select(
            OrderLine.order_id,
            sa.func.sum(OrderLine.returned_minor),
            sa.func.sum(OrderLine.quantity - OrderLine.returned_quantity),
        )
        .where(OrderLine.order_id.in_(totals))
        .group_by(OrderLine.order_id)
    )
    changed = [
        {
            "id": order_id,
            "returned_minor": int(returned),
            "state": "cancelled" if left == 0 and returned == totals[order_id] else "fulfilled",
        }
        for order_id, returned, left in sums
    ]
    db.session.execute(sa.update(Order), changed)


def write_invoices(sales: Iterable[str], credits_: Iterable[str]) -> None:
    """Remember these invoices, credit notes that found nothing included: a run with moved dates must not use them."""
    now = clock.now()
    rows = [
        {"number": number, "is_credit": is_credit, "imported_at": now}
        for is_credit, numbers in ((False, set(sales)), (True, set(credits_) - set(sales)))
        for number in sorted(numbers)
    ]
    if rows:
        statements.run(WRITE_INVOICES, rows)
