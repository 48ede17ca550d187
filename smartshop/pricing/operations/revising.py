"""Saving over the state that a form was made from, or removing it, and no other."""

import sqlalchemy as sa

from smartshop.kernel.errors import Conflict
from smartshop.kernel.extensions import db
from smartshop.pricing.models.shipping import ShippingMethod, ShippingZone
from smartshop.pricing.models.tax import TaxArea


class OutOfDate(Conflict):
    """Somebody else saved it meanwhile, or switched it."""

    code = "out_of_date"


def is_claimed(model: type[ShippingZone | ShippingMethod | TaxArea], row_id: int, seen: int) -> bool:
    """Count up the revision of a row if it is the one that was seen, in one statement; whether it was.

    Of two who have seen the same revision one gets the row; it is locked until the commit.
    """
    claimed = (
        sa.update(model)
        .where(model.id == row_id, model.revision == seen)
        .values(revision=model.revision + 1)
        .returning(model.id)
        .execution_options(synchronize_session=False)
    )
    return db.session.execute(claimed).one_or_none() is not None


def changed_since(what: str) -> OutOfDate:
    """The refusal to remove what somebody has not seen as it is; ``what`` such as "this zone"."""
    return OutOfDate(
        f"Somebody else saved {what} since you opened it, and nothing was removed. This is how it is now: look at it, "
        "and remove it again if you still want to."
    )


def out_of_date(what: str) -> OutOfDate:
    """The refusal of a form; ``what`` such as "this zone"."""
    return OutOfDate(
        f"Somebody else saved {what} since you opened it. Your answers are still here: compare them, and save again to "
        "keep them."
    )
