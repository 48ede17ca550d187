"""The stock sheet: what it would do, and doing it through the ledger."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from smartshop.catalog.models import Variant
from smartshop.inventory.models import StockLevel, StockMovement
from smartshop.inventory.operations import shelves
from smartshop.inventory.rules import sheet
from smartshop.inventory.rules.sheet import BadCell
from smartshop.kernel import audit, clock, sheets
from smartshop.kernel.extensions import db
from smartshop.kernel.sheets import Rejection, Report, Row, Sheet
from smartshop.kernel.uow import unit_of_work

BATCH = 500
EXAMPLES = 20


@dataclass(frozen=True)
class _Level:
    """The stock of a variant as it is; one without a level has none and is counted from now on."""

    variant_id: int
    on_hand: int
    reserved: int
    is_tracked: bool
    has_level: bool


@dataclass(frozen=True)
class _Booking:
    sku: str
    level: _Level
    after: int
    reason: str
    is_change: bool

    @property
    def difference(self) -> int:
        return self.after - self.level.on_hand

    @property
    def does_something(self) -> bool:
        return self.difference != 0 or not self.level.is_tracked


def look(table: Sheet, *, name: str) -> Report:
    """What a stock sheet would do now.

    Raises UnreadableSheet.
    """
    return _plan(table, name, is_locked=False)[1]


def import_sheet(table: Sheet, *, name: str, seen: str | None, actor: audit.Actor) -> Report:
    """Book what a stock sheet says, with a line in the ledger for each change; returns what it did.

    ``seen`` is the mark of the report somebody agreed to; None takes the sheet as it comes. Rows without a reason
    get the file's name.

    Raises UnreadableSheet, and sheets.Moved when it would do something else by now.
    """
    with unit_of_work():
        bookings, report = _plan(table, name, is_locked=True)
        sheets.check_seen(report, seen)
        doing = [booking for booking in bookings if booking.does_something]
        _write_levels(doing)
        _write_movements(doing)
        audit.record_many(actor=actor, entries=map(_entry, doing))
        shelves.refresh(variant_ids=[booking.level.variant_id for booking in doing])
    return report


def is_relative(table: Sheet) -> bool:
    """Whether booking the sheet twice would count twice."""
    return "change" in table.header


def _plan(table: Sheet, name: str, *, is_locked: bool) -> tuple[list[_Booking], Report]:
    sheets.check_columns(table.header, sheet.COLUMNS, ["sku"], sheet.COLUMNS.__contains__)
    sheet.check_columns(table.header)
    rows = [(row, sheets.cells_by_column(table.header, row)) for row in table.rows]
    levels = _levels({cells["sku"].strip() for _, cells in rows}, is_locked=is_locked)
    bookings, rejected, first = list[_Booking](), list[Rejection](), dict[str, int]()
    reason, unchanged = f"Import of {name}"[:80], 0
    for row, cells in rows:
        code = cells["sku"].strip()
        if first.setdefault(code, row.number) != row.number:
            told = f"Row {first[code]} has the same code. Keep one of them."
            rejected.append(Rejection(row, "sku", told))
            continue
        found = _booking(row, cells, levels.get(code), reason)
        if isinstance(found, Rejection):
            rejected.append(found)
        elif found is None or not found.does_something:
            unchanged += 1
        else:
            bookings.append(found)
    return bookings, _report(table, bookings, rejected, unchanged)


def _booking(
    row: Row, cells: dict[str, str], level: _Level | None, reason: str
) -> _Booking | Rejection | None:
    code = cells["sku"].strip()
    if level is None:
        return Rejection(row, "sku", "No variant has this code." if code else "Give the code of a variant.")
    try:
        wanted = sheet.count(cells, reason)
        if wanted is None:
            return None
        now = sheet.after(wanted, on_hand=level.on_hand, reserved=level.reserved)
    except BadCell as bad:
        return Rejection(row, bad.column, str(bad))
    return _Booking(code, level, now, wanted.reason, wanted.is_change)


def _levels(codes: set[str], *, is_locked: bool) -> dict[str, _Level]:
    """The stock of these variants by code; locked in id order until the commit."""
    found = dict[str, _Level]()
    ordered = sorted(codes)
    ids: list[int] = []
    for start in range(0, len(ordered), BATCH):
        some = ordered[start : start + BATCH]
        ids += db.session.scalars(sa.select(Variant.id).where(Variant.sku.in_(some)))
    ids.sort()
    for start in range(0, len(ids), BATCH):
        some_ids = ids[start : start + BATCH]
        if is_locked:
            _lock(some_ids)
        rows = db.session.execute(
            sa.select(
                Variant.sku,
                Variant.id,
                sa.func.coalesce(StockLevel.on_hand, 0),
                sa.func.coalesce(StockLevel.reserved, 0),
                sa.func.coalesce(StockLevel.is_tracked, sa.true()),
                StockLevel.variant_id.is_not(None),
            )
            .outerjoin(StockLevel, StockLevel.variant_id == Variant.id)
            .where(Variant.id.in_(some_ids))
        )
        found |= {row[0]: _Level(row[1], row[2], row[3], row[4], row[5]) for row in rows}
    return found


def _lock(variant_ids: Sequence[int]) -> None:
    db.session.execute(
        sa.select(StockLevel.variant_id)
        .where(StockLevel.variant_id.in_(variant_ids))
        .order_by(StockLevel.variant_id)
        .with_for_update()
    )


def _report(
    table: Sheet, bookings: Sequence[_Booking], rejected: Sequence[Rejection], unchanged: int
) -> Report:
    mark = hashlib.sha256()
    for one in bookings:
        mark.update(repr((one.sku, one.difference if one.is_change else (one.level, one.after))).encode())
    mark.update(repr([(found.row.number, found.column) for found in rejected]).encode())
    return Report(
        header=table.header,
        added=0,
        changed=len(bookings),
        unchanged=unchanged,
        rejected=tuple(rejected),
        notes=table.notes,
        seen=mark.hexdigest(),
        examples=tuple(_examples(bookings[:EXAMPLES])),
    )


def _examples(bookings: Sequence[_Booking]) -> Iterator[tuple[str, str, str, str]]:
    for one in bookings:
        yield one.sku, "on_hand", str(one.level.on_hand) if one.level.is_tracked else "", str(one.after)


def _write_levels(doing: Sequence[_Booking]) -> None:
    new = [
        {"variant_id": one.level.variant_id, "on_hand": one.after, "is_tracked": True}
        for one in doing
        if not one.level.has_level
    ]
    if new:
        db.session.execute(sa.insert(StockLevel), new)
    table = sa.table("stock_levels", sa.column("variant_id"), sa.column("on_hand"), sa.column("is_tracked"))
    known = [
        {"variant": one.level.variant_id, "after": one.after, "counted": True}
        for one in doing
        if one.level.has_level
    ]
    if known:
        statement = sa.update(table).where(table.c.variant_id == sa.bindparam("variant"))
        values = {"on_hand": sa.bindparam("after"), "is_tracked": sa.bindparam("counted", type_=sa.Boolean())}
        db.session.connection().execute(statement.values(values), known)


def _write_movements(doing: Sequence[_Booking]) -> None:
    now = clock.now()
    rows = [
        {
            "variant_id": one.level.variant_id,
            "kind": "receipt" if one.is_change and one.difference > 0 else "adjustment",
            "quantity": one.difference,
            "reference": one.reason,
            "at": now,
        }
        for one in doing
        if one.difference
    ]
    if rows:
        db.session.execute(sa.insert(StockMovement), rows)


def _entry(booking: _Booking) -> audit.Entry:
    before = {"on_hand": booking.level.on_hand, "is_tracked": booking.level.is_tracked}
    after = {"on_hand": booking.after, "is_tracked": True}
    return audit.Entry("stock.imported", f"variant:{booking.level.variant_id}", before, after, booking.reason)
