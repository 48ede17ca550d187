"""Taking a person out of their orders and invoices: the books stay, who it was does not."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from smartshop.kernel.batches import BATCH
from smartshop.kernel.extensions import db
from smartshop.kernel.marks import Marks
from smartshop.kernel.uow import unit_of_work
from smartshop.orders.models import Invoice, Order

NAME = "Former customer"


def forget(*, order_ids: Sequence[int], marks: Marks) -> None:
    """Keep lines, amounts, dates and countries; drop names, addresses, telephone numbers and e-mail addresses.

    Inside the caller's unit of work.
    """
    for order in db.session.scalars(sa.select(Order).where(Order.id.in_(order_ids))):
        order.person_id, order.email, order.idempotency_key = None, None, None
        order.address = _nobody(order.address)
    for invoice in db.session.scalars(sa.select(Invoice).where(Invoice.order_id.in_(order_ids))):
        facts = {**invoice.facts, "buyer": _nobody(invoice.facts.get("buyer", {}))}
        invoice.facts = {**facts, "reason": marks.hide(facts.get("reason", ""))}


def forget_unpaid(*, before: datetime) -> int:
    """Take people out of orders that were given up before anybody paid, placed before a moment; returns how many.

    A transaction a batch.
    """
    statement = (
        sa.select(Order.id)
        .where(Order.is_given_up, Order.placed_at < before)
        .where(sa.or_(Order.email.is_not(None), Order.person_id.is_not(None)))
        .order_by(Order.id)
        .limit(BATCH)
    )
    gone = 0
    while True:
        with unit_of_work():
            ids = list(db.session.scalars(statement))
            forget(order_ids=ids, marks=Marks(()))
        if not ids:
            return gone
        gone += len(ids)


def _nobody(address: Mapping[str, Any]) -> dict[str, Any]:
    """The same fields without what they say, but for the country."""
    kept = {"name": NAME, "country": address.get("country", "")}
    return {field: kept.get(field, "") for field in address}
