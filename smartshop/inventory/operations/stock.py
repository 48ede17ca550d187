"""Taking stock, giving it back, receiving more: conditional updates, each with its line in the ledger."""

from collections import Counter
from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from smartshop.inventory.models import StockLevel, StockMovement
from smartshop.inventory.operations import shelves
from smartshop.inventory.queries import stock as queries
from smartshop.kernel import clock, statements
from smartshop.kernel.errors import Conflict
from smartshop.kernel.extensions import db
from smartshop.kernel.prepared import Prepared
from smartshop.kernel.uow import unit_of_work

_WANTED = sa.bindparam("wanted", type_=sa.Integer())
TAKE = Prepared(
    sa.update(StockLevel)
    .where(
        StockLevel.variant_id == sa.bindparam("id"),
        sa.or_(sa.not_(StockLevel.is_tracked), StockLevel.on_hand - StockLevel.reserved >= _WANTED),
    )
    .values(on_hand=sa.case((StockLevel.is_tracked, StockLevel.on_hand - _WANTED), else_=0))
    .returning(StockLevel.is_tracked, StockLevel.on_hand)
)
NOTE = Prepared(sa.insert(StockMovement))


class OutOfStock(Conflict):
    """Less is left than was asked for; facts: variant_id, wanted, left."""

    code = "out_of_stock"


def take(*, lines: Iterable[tuple[int, int]], reference: str) -> None:
    """Take (variant id, quantity) pairs out of stock, all or none.

    The same variant twice counts as one; rows are touched in id order, so two buyers never wait for each
    other in a circle.

    What is held is not taken: whoever holds it buys with `holds.turn_into_sale`.

    Raises OutOfStock, which names the first variant that does not suffice.
    """
    with unit_of_work():
        emptied = []
        for variant_id, quantity in _summed(lines):
            taken = statements.run(TAKE, {"id": variant_id, "wanted": quantity}).one_or_none()
            if taken is None:
                left = queries.availability([variant_id])[variant_id].quantity or 0
                raise OutOfStock(
                    "There is less left than you asked for.",
                    variant_id=variant_id,
                    wanted=quantity,
                    left=left,
                )
            if taken.is_tracked:
                _note(variant_id, "sale", -quantity, reference)
                emptied += [variant_id] if taken.on_hand == 0 else []
        shelves.refresh(variant_ids=emptied)


def give_back(*, lines: Iterable[tuple[int, int]], reference: str, kind: str = "cancellation") -> None:
    """Put (variant id, quantity) pairs back; what is not counted stays uncounted."""
    with unit_of_work():
        filled = []
        for variant_id, quantity in _summed(lines):
            given = db.session.execute(
                sa.update(StockLevel)
                .where(StockLevel.variant_id == variant_id, StockLevel.is_tracked)
                .values(on_hand=StockLevel.on_hand + quantity)
                .returning(StockLevel.on_hand)
            ).scalar()
            if given is not None:
                _note(variant_id, kind, quantity, reference)
                filled += [variant_id] if given == quantity else []
        shelves.refresh(variant_ids=filled)


def receive(*, variant_id: int, quantity: int, reference: str) -> None:
    """Add to the stock of a variant and count it from now on."""
    with unit_of_work():
        dialect = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
        statement = dialect.insert(StockLevel).values(
            variant_id=variant_id, on_hand=quantity, is_tracked=True
        )
        db.session.execute(
            statement.on_conflict_do_update(
                index_elements=["variant_id"],
                set_={"on_hand": StockLevel.on_hand + quantity, "is_tracked": True},
            )
        )
        _note(variant_id, "receipt", quantity, reference)
        shelves.refresh(variant_ids=[variant_id])


def _summed(lines: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    wanted: Counter[int] = Counter()
    for variant_id, quantity in lines:
        wanted[variant_id] += quantity
    return sorted(wanted.items())


def _note(variant_id: int, kind: str, quantity: int, reference: str) -> None:
    moved = {"variant_id": variant_id, "kind": kind, "quantity": quantity, "reference": reference}
    statements.run(NOTE, {**moved, "at": clock.now()})
