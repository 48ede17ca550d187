"""Keeping stock for a while for whoever is at the till. What is held is on hand, but nobody else can have it."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from smartshop.inventory.models import Reservation, StockLevel
from smartshop.inventory.operations import stock
from smartshop.kernel import clock, statements
from smartshop.kernel.extensions import db
from smartshop.kernel.prepared import Prepared
from smartshop.kernel.uow import unit_of_work

_OF = Reservation.reference == sa.bindparam("holder")
_AMONG: sa.BindParameter[Any] = sa.bindparam("variant_ids", expanding=True)
HELD = Prepared(sa.select(Reservation.variant_id, Reservation.quantity).where(_OF))
DROP_ALL = Prepared(sa.delete(Reservation).where(_OF))
DROP = Prepared(sa.delete(Reservation).where(_OF).returning(Reservation.variant_id, Reservation.quantity))
DROP_EXPIRED = Prepared(
    sa.delete(Reservation)
    .where(Reservation.variant_id.in_(_AMONG), Reservation.expires_at <= sa.bindparam("moment"))
    .returning(Reservation.variant_id, Reservation.quantity)
)
LET_GO = Prepared(
    sa.update(StockLevel)
    .where(StockLevel.variant_id == sa.bindparam("id"))
    .values(reserved=StockLevel.reserved - sa.bindparam("quantity"))
)
LOCK = Prepared(
    sa.select(StockLevel.variant_id, StockLevel.is_tracked)
    .where(StockLevel.variant_id.in_(_AMONG))
    .order_by(StockLevel.variant_id)
    .with_for_update()
)
_MORE = sa.bindparam("more", type_=sa.Integer())
HOLD = Prepared(
    sa.update(StockLevel)
    .where(StockLevel.variant_id == sa.bindparam("id"), StockLevel.on_hand - StockLevel.reserved >= _MORE)
    .values(reserved=StockLevel.reserved + _MORE)
    .returning(StockLevel.variant_id)
)
KEEP = Prepared(sa.insert(Reservation))


def hold(*, reference: str, lines: Iterable[tuple[int, int]], until: datetime) -> None:
    """Keep exactly these (variant id, quantity) pairs for a holder until then, all or none.

    Holding again renews: what is held already counts, more is added, less is let go. What is not counted needs no
    holding.

    Raises OutOfStock, which names a variant that does not suffice and how many more of it were wanted and left;
    what was held before stays held.
    """
    with unit_of_work():
        wanted = _summed(lines)
        levels = _lock(variant_ids=sorted(wanted.keys() | _held(reference).keys()))
        held = _held(reference)
        counted = _counted(wanted, levels)
        changes = {v: wanted.get(v, 0) - held.get(v, 0) for v in {*counted, *held}}
        _change({variant_id: change for variant_id, change in changes.items() if change})
        if held:
            statements.run(DROP_ALL, {"holder": reference})
        rows = [
            {"reference": reference, "variant_id": v, "quantity": wanted[v], "expires_at": until}
            for v in counted
        ]
        if rows:
            statements.run(KEEP, rows)


def release(*, reference: str) -> None:
    """Let go of everything a holder has."""
    with unit_of_work():
        held = _held(reference)
        if held:
            _lock(variant_ids=held)
            _let_go(DROP, {"holder": reference})


def turn_into_sale(*, holder: str, lines: Iterable[tuple[int, int]], reference: str) -> None:
    """Take what a holder buys out of stock, with what was held for them and the rest.

    Raises OutOfStock.
    """
    with unit_of_work():
        wanted = _summed(lines)
        _lock(variant_ids=sorted(wanted.keys() | _held(holder).keys()))
        _let_go(DROP, {"holder": holder})
        stock.take(lines=wanted.items(), reference=reference)


def expire() -> int:
    """Let go of every reservation that ran out; returns of how many variants."""
    over = db.session.scalars(
        sa.select(Reservation.variant_id).distinct().where(Reservation.expires_at <= clock.now())
    ).all()
    for variant_id in over:
        _lock(variant_ids=[variant_id])
    return len(over)


def _lock(*, variant_ids: Collection[int]) -> dict[int, bool]:
    """Lock these levels in id order until the commit, and let go of what was held of them for too long.

    Returns of each that there is whether it is counted.

    Whatever changes a reservation holds this lock, so that ``reserved`` stays the sum of the reservations.
    """
    with unit_of_work():
        levels = statements.run(LOCK, {"variant_ids": list(variant_ids)}).all()
        _let_go(DROP_EXPIRED, {"variant_ids": list(variant_ids), "moment": clock.now()})
    return {row.variant_id: row.is_tracked for row in levels}


def _let_go(which: Prepared, values: dict[str, object]) -> None:
    """Drop the reservations a statement picks, all of locked levels."""
    dropped = statements.run(which, values).all()
    for variant_id, quantity in _summed((row.variant_id, row.quantity) for row in dropped).items():
        statements.run(LET_GO, {"id": variant_id, "quantity": quantity})


def _held(reference: str) -> dict[int, int]:
    return {row.variant_id: row.quantity for row in statements.run(HELD, {"holder": reference})}


def _counted(wanted: dict[int, int], levels: dict[int, bool]) -> list[int]:
    """Those that are counted; what has no level at all is sold out."""
    for variant_id in sorted(wanted.keys() - levels.keys()):
        raise _short(variant_id, wanted[variant_id], 0)
    return sorted(variant_id for variant_id in wanted if levels[variant_id])


def _change(changes: dict[int, int]) -> None:
    """Hold so many more, or fewer, of each: one statement for all, that of one variant being composed already."""
    if not changes:
        return
    if len(changes) == 1:
        [(variant_id, more)] = changes.items()
        changed = statements.run(HOLD, {"id": variant_id, "more": more}).all()
    else:
        change = sa.case(changes, value=StockLevel.variant_id)
        changed = statements.run(
            sa.update(StockLevel)
            .where(StockLevel.variant_id.in_(changes), StockLevel.on_hand - StockLevel.reserved >= change)
            .values(reserved=StockLevel.reserved + change)
            .returning(StockLevel.variant_id)
        ).all()
    for variant_id in sorted(changes.keys() - {row.variant_id for row in changed}):
        left = sa.select(StockLevel.on_hand - StockLevel.reserved).where(StockLevel.variant_id == variant_id)
        raise _short(variant_id, changes[variant_id], db.session.scalar(left) or 0)


def _short(variant_id: int, wanted: int, left: int) -> stock.OutOfStock:
    message = "There is less left than you asked for."
    return stock.OutOfStock(message, variant_id=variant_id, wanted=wanted, left=left)


def _summed(lines: Iterable[tuple[int, int]]) -> dict[int, int]:
    wanted: Counter[int] = Counter()
    for variant_id, quantity in lines:
        wanted[variant_id] += quantity
    return dict(sorted(wanted.items()))
