"""Taking a person out of their orders and invoices: the books stay, who it was does not."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from smartshop.kernel.extensions import db
from smartshop.kernel.marks import Marks
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


def _nobody(address: Mapping[str, Any]) -> dict[str, Any]:
    """The same fields without what they say, but for the country."""
    kept = {"name": NAME, "country": address.get("country", "")}
    return {field: kept.get(field, "") for field in address}
