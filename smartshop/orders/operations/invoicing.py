"""Issuing invoices and credit notes: the number and the document in one transaction, so that no number is missing."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from smartshop.kernel import audit, clock
from smartshop.kernel.errors import Conflict
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.orders.models import Invoice, InvoiceCounter, Order
from smartshop.orders.operations import letting_off, moving
from smartshop.orders.rules import crediting, invoices
from smartshop.orders.rules.aftercare import OPEN_STATES
from smartshop.orders.rules.invoices import InvoiceLine, Kind, Seller
from smartshop.orders.rules.states import State
from smartshop.payments.rules import gateways


def issue(*, number: str, revision: int, seller: Seller, actor: audit.Actor) -> str:
    """Issue the invoice of an order that has none yet, and return its number.

    Raises NotFound, OutOfDate, and Conflict while the order is not settled or when it has one.
    """
    with unit_of_work():
        order = moving.locked(number=number, revision=revision)
        if order.state not in OPEN_STATES | {State.FULFILLED}:
            raise Conflict(f"An order that is {order.state} gets no invoice.")
        if invoice_of(order) is not None:
            raise Conflict("This order has its invoice already.")
        return bill(order, seller=seller, actor=actor)


def invoice_of(order: Order) -> str | None:
    """The number of the order's invoice, if it was issued."""
    return db.session.scalar(
        sa.select(Invoice.number).where(Invoice.order_id == order.id, Invoice.kind == Kind.INVOICE)
    )


def bill(order: Order, *, seller: Seller, actor: audit.Actor) -> str:
    """The number of the invoice of a locked order; issued now when there is none."""
    known = invoice_of(order)
    if known is not None:
        return known
    lines = [
        InvoiceLine(
            line.name,
            line.quantity,
            line.unit_price_minor,
            line.total_minor + line.discount_minor,
        )
        for line in moving.lines_of(order)
    ]
    totals = [("Goods", order.goods_minor)]
    totals += letting_off.taken_off(order)
    if order.shipping_minor or order.shipping_method:
        totals.append((order.shipping_method or "Delivery", order.shipping_minor))
    if order.added_tax_minor and not order.taxes:
        totals.append(("Tax", order.added_tax_minor))
    is_transferred = order.payment_method == gateways.INVOICE.code
    facts = invoices.facts(
        seller=seller,
        order={**_order_facts(order), "pay_to": list(seller.bank) if is_transferred else []},
        lines=lines,
        totals=totals,
        total_minor=order.total_minor,
        tax_minor=order.tax_minor,
        taxes=order.taxes,
    )
    return _write(order, Kind.INVOICE, order.total_minor, facts, actor)


def credit(
    order: Order,
    *,
    lines: Sequence[InvoiceLine],
    rates: Sequence[tuple[int | None, int]],
    amount_minor: int,
    tax_minor: int,
    reason: str,
    seller: Seller,
    actor: audit.Actor,
) -> str | None:
    """The number of a new credit note of a locked order, or None: what was never invoiced needs none.

    ``rates`` as `crediting.rates_of` has them; ``tax_minor`` counts for orders that kept no part for each rate.
    """
    invoice = invoice_of(order)
    if invoice is None or not amount_minor:
        return None
    taxes = _credited_taxes(order, amount_minor, rates)
    added = sum(part["tax_minor"] for part in taxes if not part["is_inclusive"])
    shown, off_minor = invoices.at_full_price(lines)
    totals = [("Discount", -off_minor)] if off_minor else []
    beside = amount_minor - added - sum(line.total_minor for line in lines)
    if beside and lines:
        totals.append(("Other", beside))
    facts = invoices.facts(
        seller=seller,
        order=_order_facts(order),
        lines=shown,
        totals=totals,
        total_minor=amount_minor,
        tax_minor=sum(part["tax_minor"] for part in taxes) if order.taxes else tax_minor,
        taxes=taxes,
        refers_to=invoice,
        reason=reason,
    )
    return _write(order, Kind.CREDIT_NOTE, amount_minor, facts, actor)


def _credited_taxes(
    order: Order, amount_minor: int, rates: Sequence[tuple[int | None, int]]
) -> list[dict[str, Any]]:
    """The part of each rate in a credit, beside what earlier credit notes say."""
    notes = sa.select(Invoice.facts).where(Invoice.order_id == order.id, Invoice.kind == Kind.CREDIT_NOTE)
    before: Counter[int] = Counter()
    for facts in db.session.scalars(notes):
        before += crediting.by_rate(facts.get("taxes", []), facts["total_minor"])
    left = crediting.by_rate(order.taxes, order.total_minor)
    left.subtract(before)
    return crediting.parts(order.taxes, crediting.rates_of(amount_minor, rates, left), before)


def _order_facts(order: Order) -> dict[str, Any]:
    way = gateways.GATEWAYS.get(order.payment_method)
    return {
        "order_number": order.number,
        "placed_at": order.placed_at.isoformat(),
        "currency": order.currency,
        "buyer": {**order.address, "email": order.email or ""},
        "payment_method": way.label if way else order.payment_method,
    }


def _write(order: Order, kind: Kind, amount_minor: int, facts: dict[str, Any], actor: audit.Actor) -> str:
    count = db.session.scalars(
        sa.update(InvoiceCounter)
        .where(InvoiceCounter.kind == kind)
        .values(last=InvoiceCounter.last + 1)
        .returning(InvoiceCounter.last)
    ).one()
    number = invoices.number(kind, count)
    db.session.add(
        Invoice(
            number=number,
            order_id=order.id,
            kind=kind,
            issued_at=clock.now(),
            amount_minor=amount_minor,
            facts=facts,
        )
    )
    db.session.flush()
    moving.note(order, "order.invoiced", {"number": number, "kind": kind}, actor=actor)
    return number
