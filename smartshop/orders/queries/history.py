"""What earlier files of an order history brought."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa

from smartshop.kernel.audit import AuditRecord
from smartshop.kernel.extensions import db
from smartshop.orders.models import ImportedInvoice, Order, OrderLine

CHUNK = 5000
IMPORTED = "history.import"
"""The action by which an import is on record."""


@dataclass(frozen=True)
class OpenLine:
    """A line of an imported order of which something may still come back; amounts in minor units."""

    line_id: int
    invoice: str
    person_id: int
    code: str
    kind: str
    name: str
    quantity: int
    unit_minor: int
    total_minor: int
    at: datetime
    returned_quantity: int
    returned_minor: int


def imported_invoices() -> frozenset[str]:
    """The numbers of all invoices that were imported."""
    return frozenset(db.session.scalars(sa.select(ImportedInvoice.number)))


def weeks_moved() -> int | None:
    """By how many weeks the dates of the file imported last were moved; None when there was none."""
    after = db.session.scalar(
        sa.select(AuditRecord.after)
        .where(AuditRecord.action == IMPORTED)
        .order_by(AuditRecord.id.desc())
        .limit(1)
    )
    return None if after is None else int(after.get("weeks_shifted", 0))


def open_lines(person_ids: Collection[int]) -> list[OpenLine]:
    """The lines of these people's imported orders that have not come back wholly."""
    wanted, found = sorted(person_ids), []
    for start in range(0, len(wanted), CHUNK):
        rows = db.session.execute(
            sa.select(
                OrderLine.id,
                Order.external_number,
                Order.person_id,
                OrderLine.sku,
                OrderLine.kind,
                OrderLine.product_name,
                OrderLine.quantity,
                OrderLine.unit_price_minor,
                OrderLine.total_minor,
                Order.placed_at,
                OrderLine.returned_quantity,
                OrderLine.returned_minor,
            )
            .join(Order, Order.id == OrderLine.order_id)
            .where(
                Order.source == "import",
                Order.external_number.is_not(None),
                Order.person_id.in_(wanted[start : start + CHUNK]),
                OrderLine.returned_quantity < OrderLine.quantity,
            )
        )
        found += [OpenLine(*cast("Any", row)) for row in rows]
    return found
