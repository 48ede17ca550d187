"""Many stock levels at once."""

from collections.abc import Sequence

import sqlalchemy as sa

from smartshop.inventory.models import StockLevel
from smartshop.inventory.operations import shelves
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work


def open_untracked(*, variant_ids: Sequence[int]) -> None:
    """Let variants sell without a count: nobody has counted them yet."""
    if not variant_ids:
        return
    with unit_of_work():
        rows = [{"variant_id": variant_id, "on_hand": 0, "is_tracked": False} for variant_id in variant_ids]
        db.session.execute(sa.insert(StockLevel), rows)
        shelves.refresh(variant_ids=variant_ids)
