"""What staff does to the stock of a variant: book goods in, correct the count, begin and end counting."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from smartshop.catalog.models import Variant
from smartshop.inventory.models import Reservation, StockLevel, StockMovement
from smartshop.inventory.operations import holds, shelves, stock
from smartshop.inventory.rules.counting import checked_level, checked_note, checked_receipt
from smartshop.kernel import audit, clock
from smartshop.kernel.errors import Conflict, Invalid, NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work


class Recounted(Conflict):
    """The stock moved since it was looked at."""

    code = "recounted"


def receive(*, product_id: int, variant_id: int, quantity: int, reference: str, actor: audit.Actor) -> int:
    """Book goods in, and count the variant from now on; returns what is on hand now.

    Raises Invalid, NotFound.
    """
    note = checked_note("reference", reference)
    with unit_of_work():
        level = locked(product_id, variant_id)
        before = _facts(level)
        now = checked_receipt(quantity, level.on_hand)
        stock.receive(variant_id=variant_id, quantity=quantity, reference=note)
        after = {"on_hand": now, "is_tracked": True}
        audit.record(
            actor=actor,
            action="stock.received",
            subject=f"variant:{variant_id}",
            before=before,
            after=after,
            reason=note,
        )
    return now


def adjust(
    *, product_id: int, variant_id: int, counted: int, seen: int | None, reason: str, actor: audit.Actor
) -> int:
    """Set the stock to what was counted, and count the variant from now on; returns the difference.

    ``seen`` is what the shop said was on hand when the shelf was counted; None when it was not counted.

    Raises Invalid (also when less was counted than open checkouts hold), NotFound, Recounted.
    """
    note, now = checked_note("reason", reason), checked_level(counted)
    holds.expire()
    with unit_of_work():
        level = locked(product_id, variant_id)
        before = _facts(level)
        if seen != (level.on_hand if level.is_tracked else None):
            raise Recounted(
                "The stock has moved since you opened this page. Look at what is on hand now, and count again if need be."
            )
        if now < level.reserved:
            text = (
                f"Open checkouts hold {level.reserved} of these. Wait until they are through, or count again."
            )
            raise Invalid(text, {"counted": text})
        difference = now - level.on_hand
        level.on_hand, level.is_tracked = now, True
        _note(variant_id, difference, note)
        audit.record(
            actor=actor,
            action="stock.adjusted",
            subject=f"variant:{variant_id}",
            before=before,
            after=_facts(level),
            reason=note,
        )
        db.session.flush()
        shelves.refresh(variant_ids=[variant_id])
    return difference


def stop_counting(*, product_id: int, variant_id: int, reason: str, actor: audit.Actor) -> None:
    """Let the variant sell without a count; what was on hand leaves the ledger, and nothing needs holding any more.

    Raises Invalid, NotFound, Conflict (it is not counted already).
    """
    note = checked_note("reason", reason)
    with unit_of_work():
        level = locked(product_id, variant_id)
        before = _facts(level)
        if not level.is_tracked:
            raise Conflict("This is not counted already.")
        _note(variant_id, -level.on_hand, note)
        db.session.execute(sa.delete(Reservation).where(Reservation.variant_id == variant_id))
        level.on_hand, level.reserved, level.is_tracked = 0, 0, False
        audit.record(
            actor=actor,
            action="stock.uncounted",
            subject=f"variant:{variant_id}",
            before=before,
            after=_facts(level),
            reason=note,
        )
        db.session.flush()
        shelves.refresh(variant_ids=[variant_id])


def locked(product_id: int, variant_id: int) -> StockLevel:
    """The stock level of a variant of this product, locked until the commit; one it never had begins at nothing."""
    is_there = sa.select(Variant.id).where(Variant.id == variant_id, Variant.product_id == product_id)
    if db.session.scalar(is_there) is None:
        raise NotFound("There is no such variant of this product.")
    dialect = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
    db.session.execute(
        dialect.insert(StockLevel)
        .values(variant_id=variant_id, on_hand=0, is_tracked=True)
        .on_conflict_do_nothing()
    )
    return db.session.scalars(
        sa.select(StockLevel)
        .where(StockLevel.variant_id == variant_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _facts(level: StockLevel) -> dict[str, object]:
    return {"on_hand": level.on_hand, "is_tracked": level.is_tracked}


def _note(variant_id: int, difference: int, reference: str) -> None:
    if difference:
        db.session.add(
            StockMovement(
                variant_id=variant_id,
                kind="adjustment",
                quantity=difference,
                reference=reference,
                at=clock.now(),
            )
        )
