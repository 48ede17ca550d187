"""What happened to an order since it was placed, and what may still happen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from smartshop.kernel.audit import AuditRecord
from smartshop.kernel.errors import NotFound
from smartshop.kernel.extensions import db
from smartshop.orders.models import Invoice, Order, OrderLine, Shipment, ShipmentLine
from smartshop.orders.rules import aftercare
from smartshop.orders.rules.aftercare import LineState, Standing
from smartshop.orders.rules.states import State
from smartshop.payments import queries as payments


@dataclass(frozen=True)
class OpenLine:
    """A line with how many pieces may still be sent and how many may come back."""

    position: int
    name: str
    quantity: int
    shipped: int
    to_send: int
    returnable: int


@dataclass(frozen=True)
class Parcel:
    id: int
    carrier: str
    tracking_number: str
    tracking_url: str
    shipped_at: datetime
    lines: tuple[tuple[str, int], ...]
    """Names and quantities."""


@dataclass(frozen=True)
class InvoiceRow:
    number: str
    kind: str
    issued_at: datetime
    amount_minor: int


@dataclass(frozen=True)
class Happening:
    """One entry of an order's log."""

    at: datetime
    actor: str
    action: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    reason: str


@dataclass(frozen=True)
class Aftercare:
    """Everything after the order: money, goods, documents and the log, oldest first."""

    revision: int
    standing: Standing
    lines: tuple[OpenLine, ...]
    parcels: tuple[Parcel, ...]
    invoices: tuple[InvoiceRow, ...]
    happenings: tuple[Happening, ...]
    has_pending_refund: bool
    can_cancel: bool

    @property
    def delivery(self) -> str:
        """One word: none, part or all of what is not cancelled was sent."""
        if not any(line.shipped for line in self.lines):
            return "none"
        return "part" if any(line.to_send for line in self.lines) else "all"


def standing(order: Order) -> Standing:
    """How the money of an order stands now. One that was given up costs nothing, whatever still comes in for it."""
    balance = payments.balance(order.number)
    credited = order.total_minor if order.is_given_up else order.returned_minor
    return Standing(order.total_minor, credited, balance.captured_minor, balance.refunded_minor)


def line_state(order: Order, line: OrderLine) -> LineState:
    """What happened to a line so far."""
    return LineState(
        position=line.position,
        name=line.name,
        quantity=line.quantity,
        shipped=line.shipped_quantity,
        cancelled=line.cancelled_quantity,
        returned=line.returned_quantity,
        total_minor=line.total_minor,
        returned_minor=line.returned_minor,
        added_tax_minor=line.tax_minor if order.added_tax_minor else 0,
    )


def of(number: str) -> Aftercare:
    """Everything after the order with this number.

    Raises NotFound.
    """
    order = db.session.scalar(
        sa.select(Order).where(Order.number == number).execution_options(populate_existing=True)
    )
    if order is None:
        raise NotFound("There is no such order.")
    state = State(order.state)
    rows = db.session.scalars(
        sa.select(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.position)
    )
    lines = tuple(_open_line(line_state(order, row), state) for row in rows if row.kind == "product")
    return Aftercare(
        revision=order.revision,
        standing=standing(order),
        lines=lines,
        parcels=_parcels(order.id),
        invoices=_invoices(order.id),
        happenings=happenings(number),
        has_pending_refund=bool(payments.pending_refunds(number)),
        can_cancel=state in aftercare.OPEN_STATES,
    )


def _open_line(line: LineState, state: State) -> OpenLine:
    return OpenLine(
        line.position, line.name, line.quantity, line.shipped, line.to_send(state), line.returnable(state)
    )


def _parcels(order_id: int) -> tuple[Parcel, ...]:
    rows = db.session.execute(
        sa.select(Shipment, OrderLine, ShipmentLine.quantity)
        .join(ShipmentLine, ShipmentLine.shipment_id == Shipment.id)
        .join(OrderLine, OrderLine.id == ShipmentLine.order_line_id)
        .where(Shipment.order_id == order_id)
        .order_by(Shipment.id, OrderLine.position)
    ).all()
    found: dict[int, Shipment] = {row[0].id: row[0] for row in rows}
    return tuple(
        Parcel(
            parcel.id,
            aftercare.CARRIERS[parcel.carrier][0] if parcel.carrier in aftercare.CARRIERS else parcel.carrier,
            parcel.tracking_number,
            aftercare.tracking_url(parcel.carrier, parcel.tracking_number),
            parcel.shipped_at,
            tuple((line.name, quantity) for row, line, quantity in rows if row.id == parcel.id),
        )
        for parcel in found.values()
    )


def _invoices(order_id: int) -> tuple[InvoiceRow, ...]:
    rows = db.session.execute(
        sa.select(Invoice.number, Invoice.kind, Invoice.issued_at, Invoice.amount_minor)
        .where(Invoice.order_id == order_id)
        .order_by(Invoice.id)
    )
    return tuple(InvoiceRow(*row) for row in rows)


def happenings(number: str) -> tuple[Happening, ...]:
    """The log of an order, oldest first."""
    rows: Sequence[AuditRecord] = db.session.scalars(
        sa.select(AuditRecord).where(AuditRecord.subject == f"order:{number}").order_by(AuditRecord.id)
    ).all()
    return tuple(
        Happening(row.at, row.actor_label, row.action, row.before, row.after, row.reason) for row in rows
    )


@dataclass(frozen=True)
class Document:
    """An invoice or credit note with everything that it shows."""

    number: str
    kind: str
    issued_at: datetime
    facts: Mapping[str, Any]


def document(*, order_number: str, document_number: str) -> Document:
    """One invoice or credit note of an order.

    Raises NotFound.
    """
    found = db.session.execute(
        sa.select(Invoice.number, Invoice.kind, Invoice.issued_at, Invoice.facts)
        .join(Order, Order.id == Invoice.order_id)
        .where(Order.number == order_number, Invoice.number == document_number)
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such document for this order.")
    return Document(*found)
