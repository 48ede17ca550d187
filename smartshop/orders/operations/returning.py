"""Orders that are cancelled, goods that come back, and money that is let go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from smartshop.inventory.operations import stock
from smartshop.kernel import audit, clock
from smartshop.kernel.errors import Conflict, Invalid
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.orders.models import Order, OrderLine, OrderReturn
from smartshop.orders.operations import invoicing, letters, letting_off, moving, refunding
from smartshop.orders.queries import aftercare as queries
from smartshop.orders.rules import aftercare
from smartshop.orders.rules.invoices import InvoiceLine, Seller
from smartshop.orders.rules.states import State, check_move


@dataclass(frozen=True)
class Settled:
    """What a move let go of the price, and what of it went back to the customer; minor units."""

    credited_minor: int
    refunded_minor: int


@dataclass(frozen=True)
class Doer:
    """Who does it and why, and who signs the credit note."""

    reason: str
    seller: Seller
    actor: audit.Actor


def cancel(*, number: str, revision: int, reason: str, seller: Seller, actor: audit.Actor) -> Settled:
    """Cancel what was not sent yet, put it back into stock and refund it. Nothing sent: the whole order.

    Raises Invalid (no reason), NotFound, OutOfDate, ImpossibleMove, Conflict (its payment is still undecided).
    """
    doer = Doer(aftercare.checked_reason(reason), seller, actor)
    with unit_of_work():
        order = moving.locked(number=number, revision=revision)
        state = State(order.state)
        if state is State.PENDING:
            raise Conflict("The payment of this order is not decided yet. That happens by itself in a while.")
        check_move(state, State.CANCELLED)
        credited = cancel_locked(order, doer)
    return Settled(credited, refunding.pay_back(number=number, actor=actor))


def cancel_locked(order: Order, doer: Doer) -> int:
    """Cancel what was not sent of a locked order, and set aside what is owed for it; returns what was let go of its price."""
    lines = moving.lines_of(order)
    is_whole = not any(line.shipped_quantity for line in lines)
    unsent = {line.position: queries.line_state(order, line).unsent for line in lines}
    picked = {position: quantity for position, quantity in unsent.items() if quantity}
    with db.session.no_autoflush:
        for line in lines:
            line.cancelled_quantity += unsent[line.position]
        credited = _credit(order, lines, picked, doer)
    _restock(order, lines, picked, "cancellation")
    if is_whole:
        letting_off.give_back(order)
    moving.move(order, State.CANCELLED if is_whole else State.FULFILLED, actor=doer.actor, reason=doer.reason)
    moving.note(
        order,
        "order.cancelled",
        {"lines": _named(lines, picked), "amount_minor": credited, "is_whole": is_whole},
        actor=doer.actor,
        reason=doer.reason,
    )
    letters.cancelled(order, credited, is_whole=is_whole, reason=doer.reason)
    refunding.set_aside(order)
    return credited


def take_back(
    *,
    number: str,
    revision: int,
    quantities: Mapping[int, int],
    is_restocked: bool,
    reason: str,
    seller: Seller,
    actor: audit.Actor,
) -> Settled:
    """Take pieces of lines (by position) back that were sent, into stock or not, and refund them.

    Raises Invalid (no reason, quantities), NotFound, OutOfDate, TooMany.
    """
    doer = Doer(aftercare.checked_reason(reason), seller, actor)
    with unit_of_work():
        order = moving.locked(number=number, revision=revision)
        state, lines = State(order.state), moving.lines_of(order)
        states = [queries.line_state(order, line) for line in lines]
        picked = aftercare.chosen(
            states, quantities, {line.position: line.returnable(state) for line in states}
        )
        credited = _credit(order, lines, picked, doer)
        if is_restocked:
            _restock(order, lines, picked, "return")
        moving.note(
            order,
            "order.returned",
            {"lines": _named(lines, picked), "amount_minor": credited, "is_restocked": is_restocked},
            actor=actor,
            reason=doer.reason,
        )
        refunding.set_aside(order)
    return Settled(credited, refunding.pay_back(number=number, actor=actor))


def let_go(
    *, number: str, revision: int, amount_minor: int, reason: str, seller: Seller, actor: audit.Actor
) -> Settled:
    """Let an amount of the price go without goods coming back, and refund it as far as it was paid.

    Raises Invalid (no reason, no amount, more than the order still costs), NotFound, OutOfDate, Conflict.
    """
    doer = Doer(aftercare.checked_reason(reason), seller, actor)
    if amount_minor <= 0:
        problem = "Give an amount above zero, such as 5.00."
        raise Invalid(problem, {"amount": problem})
    with unit_of_work():
        order = moving.locked(number=number, revision=revision)
        if order.state not in aftercare.OPEN_STATES | {State.FULFILLED}:
            raise Conflict(f"Nothing can be let go of an order that is {order.state}.")
        if amount_minor > queries.standing(order).creditable_minor:
            problem = "That is more than the order still costs."
            raise Invalid(problem, {"amount": problem})
        _book(order, [], [], amount_minor, doer)
        moving.note(
            order,
            "order.credited",
            {"amount_minor": amount_minor, "currency": order.currency},
            actor=actor,
            reason=doer.reason,
        )
        refunding.set_aside(order)
    return Settled(amount_minor, refunding.pay_back(number=number, actor=actor))


def _credit(order: Order, lines: Sequence[OrderLine], picked: Mapping[int, int], doer: Doer) -> int:
    """Count pieces as returned and let their price go, or what is left of it; returns the minor units."""
    shown: list[InvoiceLine] = []
    rates: list[tuple[int | None, int]] = []
    for line in (line for line in lines if line.position in picked):
        quantity = picked[line.position]
        value = queries.line_state(order, line).credit(quantity)
        line.returned_quantity += quantity
        line.returned_minor += value.goods_minor
        db.session.add(
            OrderReturn(
                order_line_id=line.id, quantity=quantity, amount_minor=value.goods_minor, at=clock.now()
            )
        )
        shown.append(InvoiceLine(line.name, quantity, line.unit_price_minor, value.goods_minor))
        rates.append((line.tax_basis_points, value.total_minor))
    left = queries.standing(order).creditable_minor
    is_everything = all(line.returned_quantity == line.quantity == line.cancelled_quantity for line in lines)
    worth = sum(minor for _rate, minor in rates)
    return _book(order, shown, rates, left if is_everything else min(worth, left), doer)


def _book(
    order: Order,
    shown: Sequence[InvoiceLine],
    rates: Sequence[tuple[int | None, int]],
    amount_minor: int,
    doer: Doer,
) -> int:
    """Take an amount off the order, with a credit note if it was invoiced; ``rates`` as `crediting.rates_of` has them."""
    before = order.returned_minor
    order.returned_minor = before + amount_minor
    invoicing.credit(
        order,
        lines=shown,
        rates=rates,
        amount_minor=amount_minor,
        tax_minor=aftercare.part(order.tax_minor, order.returned_minor, order.total_minor)
        - aftercare.part(order.tax_minor, before, order.total_minor),
        reason=doer.reason,
        seller=doer.seller,
        actor=doer.actor,
    )
    return amount_minor


def _restock(order: Order, lines: Sequence[OrderLine], picked: Mapping[int, int], kind: str) -> None:
    back = [
        (line.variant_id, picked[line.position])
        for line in lines
        if line.position in picked and line.variant_id is not None
    ]
    stock.give_back(lines=back, reference=order.number, kind=kind)


def _named(lines: Sequence[OrderLine], picked: Mapping[int, int]) -> list[tuple[str, int]]:
    return [(line.name, picked[line.position]) for line in lines if line.position in picked]
