"""Telling staff what is low: the marks, and the e-mail of what became low since the last one."""

from collections.abc import Collection

import sqlalchemy as sa

from smartshop.identity.queries import staff
from smartshop.inventory.models import LowNotice
from smartshop.inventory.operations import counting
from smartshop.inventory.queries import low as queries
from smartshop.inventory.queries.low import StockRow
from smartshop.inventory.rules.counting import MOST
from smartshop.kernel import audit, clock, leases
from smartshop.kernel.errors import Invalid
from smartshop.kernel.extensions import db
from smartshop.kernel.permissions import Permission
from smartshop.kernel.uow import unit_of_work
from smartshop.messaging.operations import outbox

LISTED = 50


def mark_low(*, product_id: int, variant_id: int, low_at: int | None, actor: audit.Actor) -> None:
    """Say from how many on a variant is low; None goes back to the shop's own number.

    Raises Invalid, NotFound.
    """
    if low_at is not None and not 0 <= low_at <= MOST:
        text = f"Give a whole number from 0 to {MOST:,}, or nothing for the shop's own."
        raise Invalid(text, {"low_at": text})
    with unit_of_work():
        level = counting.locked(product_id, variant_id)
        before, level.low_at = level.low_at, low_at
        if before != low_at:
            audit.record(
                actor=actor,
                action="stock.marked",
                subject=f"variant:{variant_id}",
                before={"low_at": before},
                after={"low_at": low_at},
            )


def tell_low(*, low_stock: int) -> tuple[int, int]:
    """Write to everybody who keeps the stock when something became low since they were told last.

    Returns how many variants are newly low, and how many e-mails were queued.
    """
    with unit_of_work():
        leases.wait_for_turn("low-stock")
        rows = queries.low(low_stock)
        told = set(db.session.scalars(sa.select(LowNotice.variant_id)))
        new = [row for row in rows if row.variant_id not in told]
        _remember(new, told - {row.variant_id for row in rows})
        recipients = staff.addresses(Permission.STOCK_MANAGE) if new else []
        for person_id, email in recipients:
            outbox.enqueue(kind="stock_low", recipient=email, person_id=person_id, facts=_facts(rows, new))
    return len(new), len(recipients)


def _remember(new: Collection[StockRow], over: Collection[int]) -> None:
    ordered = sorted(over)
    for start in range(0, len(ordered), 500):
        gone = LowNotice.variant_id.in_(ordered[start : start + 500])
        db.session.execute(sa.delete(LowNotice).where(gone))
    if new:
        now = clock.now()
        rows = [{"variant_id": row.variant_id, "told_at": now} for row in new]
        db.session.execute(sa.insert(LowNotice), rows)


def _facts(rows: list[StockRow], new: list[StockRow]) -> dict[str, object]:
    fresh = {row.variant_id for row in new}
    ordered = [*new, *(row for row in rows if row.variant_id not in fresh)]
    items = [
        {
            "name": row.product_name,
            "variant": row.variant_name,
            "sku": row.sku,
            "left": row.on_hand,
            "is_new": row.variant_id in fresh,
        }
        for row in ordered[:LISTED]
    ]
    return {"items": items, "new": len(new), "more": max(0, len(ordered) - LISTED)}
