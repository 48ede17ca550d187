"""Money that came in and goods that go out."""

from collections.abc import Mapping

from smartshop.kernel import audit, clock
from smartshop.kernel.errors import Conflict
from smartshop.kernel.extensions import db
from smartshop.kernel.money import Money
from smartshop.kernel.uow import unit_of_work
from smartshop.orders.models import Order, Shipment, ShipmentLine
from smartshop.orders.operations import invoicing, letters, moving
from smartshop.orders.queries import aftercare as queries
from smartshop.orders.rules import aftercare
from smartshop.orders.rules.invoices import Seller
from smartshop.orders.rules.states import ImpossibleMove, State
from smartshop.payments.operations import receiving

PAYABLE = frozenset({State.CONFIRMED, State.FULFILLED})


def capture(*, number: str, revision: int, reason: str, seller: Seller, actor: audit.Actor) -> int:
    """Note that an invoice was paid or the courier brought the cash; returns the minor units.

    Raises NotFound, OutOfDate, ImpossibleMove (nothing is waited for in this state), Conflict (nothing is owed).
    """
    words = aftercare.checked_reason(reason)
    with unit_of_work():
        order = moving.locked(number=number, revision=revision)
        state = State(order.state)
        if state not in PAYABLE:
            raise ImpossibleMove(f"No payment is waited for: the order is {state}.", before=state)
        amount = queries.standing(order).to_pay_minor
        if not amount:
            raise Conflict("Nothing is owed for this order.")
        receiving.receive(reference=number, amount=Money(amount, order.currency))
        moving.note(
            order,
            "order.captured",
            {"amount_minor": amount, "currency": order.currency},
            actor=actor,
            reason=words,
        )
        if state is State.CONFIRMED:
            moving.move(order, State.PAID, actor=actor, reason=words)
        invoicing.bill(order, seller=seller, actor=actor)
    return amount


def ship(
    *,
    number: str,
    revision: int,
    quantities: Mapping[int, int],
    carrier: str,
    tracking_number: str,
    seller: Seller,
    actor: audit.Actor,
) -> bool:
    """Send pieces of lines (by position) in one parcel; True when with it the order is fulfilled.

    The first parcel issues the invoice. Raises Invalid (quantities, carrier), NotFound, OutOfDate, ImpossibleMove
    (nothing leaves for an order in this state), TooMany.
    """
    carrier, tracking = aftercare.checked_parcel(carrier, tracking_number)
    with unit_of_work():
        order = moving.locked(number=number, revision=revision)
        state = State(order.state)
        if state not in aftercare.OPEN_STATES:
            raise ImpossibleMove(f"Nothing is sent for an order that is {state}.", before=state)
        sent = _pack(order, state, quantities, carrier, tracking)
        moving.note(
            order,
            "order.shipped",
            {"lines": sent, "carrier": carrier, "tracking_number": tracking},
            actor=actor,
        )
        lines = moving.lines_of(order)
        is_whole = not any(queries.line_state(order, line).to_send(state) for line in lines)
        if is_whole:
            moving.move(order, State.FULFILLED, actor=actor, reason="All of it was sent.")
        invoicing.bill(order, seller=seller, actor=actor)
        letters.shipped(order, sent, carrier, tracking)
    return is_whole


def _pack(
    order: Order, state: State, quantities: Mapping[int, int], carrier: str, tracking_number: str
) -> list[tuple[str, int]]:
    rows = {line.position: line for line in moving.lines_of(order)}
    states = [queries.line_state(order, line) for line in rows.values()]
    left = {line.position: line.to_send(state) for line in states}
    picked = aftercare.chosen(states, quantities, left)
    parcel = Shipment(
        order_id=order.id, carrier=carrier, tracking_number=tracking_number, shipped_at=clock.now()
    )
    db.session.add(parcel)
    db.session.flush()
    for position, quantity in picked.items():
        rows[position].shipped_quantity += quantity
        db.session.add(
            ShipmentLine(shipment_id=parcel.id, order_line_id=rows[position].id, quantity=quantity)
        )
    db.session.flush()
    return [(rows[position].name, quantity) for position, quantity in picked.items()]
