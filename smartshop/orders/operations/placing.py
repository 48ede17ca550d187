"""Placing an order: one transaction that takes the stock, then the gateway outside it, then a second short one."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import IntegrityError

from smartshop.cart import queries as cart_queries
from smartshop.cart import rules as cart_rules
from smartshop.cart.operations import filling as carts
from smartshop.cart.queries import CartKey, CartSnapshot
from smartshop.inventory.operations import holds, stock
from smartshop.kernel import audit, statements
from smartshop.kernel.errors import Conflict, DomainError, Invalid
from smartshop.kernel.extensions import db
from smartshop.kernel.money import Money
from smartshop.kernel.prepared import Prepared
from smartshop.kernel.uow import unit_of_work
from smartshop.messaging.operations import outbox
from smartshop.orders.models import Order, OrderLine
from smartshop.orders.operations import letting_off, writing
from smartshop.orders.queries import quotes
from smartshop.orders.rules.checkout import PlaceOrder
from smartshop.orders.rules.states import ImpossibleMove, State, check_move
from smartshop.payments import queries as payment_queries
from smartshop.payments.operations import attempts as payments
from smartshop.payments.operations import refunding
from smartshop.payments.rules import gateways
from smartshop.payments.rules.gateways import Gateway, KeyRefused, Outcome, Result
from smartshop.pricing.rules.eligibility import Buyer
from smartshop.pricing.rules.quoting import Quote

log = structlog.get_logger(__name__)


class PriceChanged(Conflict):
    """The total is no longer the one the customer saw; facts: seen, now, and refusal: why their code does not count."""

    code = "price_changed"


class CartShort(Conflict):
    """Less is left than the cart holds; facts: items, the lines that are short."""

    code = "cart_short"


class PaymentDeclined(Conflict):
    """The gateway said no; nothing was charged and the cart is as it was."""

    code = "payment_declined"


PLACED = Prepared(sa.select(Order.number).where(Order.idempotency_key == sa.bindparam("key")))
NUMBERED = sa.select(Order).where(Order.number == sa.bindparam("number"))
LINES = Prepared(
    sa.select(
        OrderLine.product_name,
        OrderLine.variant_name,
        OrderLine.quantity,
        OrderLine.total_minor,
        OrderLine.discount_minor,
    )
    .where(OrderLine.order_id == sa.bindparam("order_id"))
    .order_by(OrderLine.position)
)
SETTLED = Prepared(
    sa.select(
        Order.id,
        Order.number,
        Order.state,
        Order.person_id,
        Order.email,
        Order.currency,
        Order.address,
        Order.goods_minor,
        Order.discount_minor,
        Order.shipping_minor,
        Order.shipping_method,
        Order.tax_minor,
        Order.total_minor,
        Order.payment_method,
    )
    .where(Order.number == sa.bindparam("number"))
    .with_for_update()
)
MOVE = Prepared(
    sa.update(Order)
    .where(Order.id == sa.bindparam("order_id"), Order.state == sa.bindparam("before"))
    .values(state=sa.bindparam("after"))
)
WHY = {
    State.CONFIRMED: "It is paid after delivery.",
    State.PAID: "The payment came in.",
    State.CANCELLED: "It was not paid.",
}
"""What the log says of the moves that the program makes by itself."""
NOT_TO_BE_HAD = Outcome(
    Result.DECLINED,
    None,
    "We are sorry: this way to pay does not work at the moment. Nothing was charged; please choose another one.",
)
NEXT_STATE = {Result.PENDING: State.CONFIRMED, Result.CAPTURED: State.PAID, Result.DECLINED: State.CANCELLED}


def check(*, command: PlaceOrder, key: CartKey, currency: str) -> None:
    """Raise what place() would raise before it asks for money; nothing is written."""
    gateways.gateway(command.payment_code).check(command.payment_details)
    snapshot = cart_queries.snapshot(key)
    if snapshot.cart_id is None:
        raise Invalid("Your cart is empty. Put something into it first.")
    _checked_quote(command, key, snapshot, currency)


def placed(*, idempotency_key: str) -> str | None:
    """The number of the order already placed under this key; a declined one is a finished answer, not an order."""
    number: str | None = statements.one(PLACED, {"key": idempotency_key})
    return number


def place(*, command: PlaceOrder, key: CartKey, currency: str) -> str:
    """Place the order of a cart and return its number. Sending the same command again returns the same order.

    Raises Invalid (empty cart, unknown choices, bad payment details), CartShort, PriceChanged, PaymentDeclined,
    CartGone, PromotionGone. Whatever is raised, no stock is held, nothing is charged and the cart is as it was. A gateway that
    does not answer raises nothing: the order waits.
    """
    way_to_pay = gateways.gateway(command.payment_code)
    way_to_pay.check(command.payment_details)
    known = placed(idempotency_key=command.idempotency_key)
    if known is not None:
        return _resumed(known, command, way_to_pay)
    try:
        number, attempt_id, amount = _write(command, key, currency, way_to_pay)
    except (IntegrityError, DomainError) as error:
        winner = placed(idempotency_key=command.idempotency_key)
        if winner is None and isinstance(error, IntegrityError):
            log.exception("cart_unplaceable")
            raise Invalid(
                "Something in your cart has just left the shop. Please look at your cart again."
            ) from error
        if winner is None:
            raise
        return winner
    return charge(number, attempt_id, amount, command.payment_details, way_to_pay)


def _resumed(number: str, command: PlaceOrder, way_to_pay: Gateway) -> str:
    """An order sent again: where the first sending broke off before the gateway answered, it is asked again."""
    order = db.session.scalars(NUMBERED, {"number": number}).one()
    attempt = payment_queries.open_attempts([number]).get(number)
    if attempt is None or order.state != State.PENDING or order.payment_method != way_to_pay.code:
        return number
    amount = Money(order.total_minor, order.currency)
    return charge(number, attempt.attempt_id, amount, command.payment_details, way_to_pay)


def charge(
    number: str, attempt_id: int, amount: Money, details: Mapping[str, str], way_to_pay: Gateway
) -> str:
    """Ask for the money. A gateway that breaks leaves the order waiting for `recovering.sweep`.

    One that refuses the shop's key declines it, unless its page is open already: there it may still be paid.

    Raises PaymentDeclined.
    """
    try:
        outcome = way_to_pay.charge(amount, reference=number, details=details)
    except KeyRefused:
        if payment_queries.page_to_pay(number):
            return number
        outcome = NOT_TO_BE_HAD
    except Exception:
        log.exception("charge_unanswered", number=number, gateway=way_to_pay.code)
        return number
    settle(number=number, attempt_id=attempt_id, outcome=outcome)
    if outcome.result is Result.DECLINED:
        raise PaymentDeclined(outcome.message, number=number)
    return number


def settle(*, number: str, attempt_id: int, outcome: Outcome) -> None:
    """Act on what the gateway said, once: confirmed, paid, or cancelled with the stock returned.

    Money that comes for an order that was given up, or cancelled while it waited, is set aside to go back.
    """
    if outcome.result is Result.WAITING:
        payments.await_answer(attempt_id=attempt_id, outcome=outcome)
        return
    with unit_of_work():
        order = statements.run(SETTLED, {"number": number}).one()
        is_first = payments.settle(attempt_id=attempt_id, outcome=outcome)
        if not is_first or order.state == State.CANCELLED:
            if outcome.result is Result.CAPTURED and (
                is_first or payments.capture_late(attempt_id=attempt_id, outcome=outcome)
            ):
                amount = Money(order.total_minor, order.currency)
                refunding.reserve(reference=number, amount=amount, key=f"{number}:late")
            return
        if outcome.result is Result.DECLINED:
            _undo(db.session.scalars(NUMBERED, {"number": number}).one())
            return
        _move(order, NEXT_STATE[outcome.result])
        if order.email:
            outbox.enqueue(
                kind="order_confirmation",
                recipient=order.email,
                person_id=order.person_id,
                facts=_facts(order),
            )


def _write(command: PlaceOrder, key: CartKey, currency: str, way_to_pay: Gateway) -> tuple[str, int, Money]:
    with unit_of_work():
        carts.hold(key=key)
        snapshot = cart_queries.snapshot(key)
        if snapshot.cart_id is None:
            raise Invalid("Your cart is empty. Put something into it first.")
        quote = _checked_quote(command, key, snapshot, currency)
        carts.close(cart_id=snapshot.cart_id)
        order = writing.write(command, key, snapshot, quote)
        _take(order, snapshot)
        letting_off.keep(order, quote)
        amount = Money(quote.total_minor, currency)
        attempt_id = payments.open_attempt(reference=order.number, gateway=way_to_pay.code, amount=amount)
    return order.number, attempt_id, amount


def _checked_quote(command: PlaceOrder, key: CartKey, snapshot: CartSnapshot, currency: str) -> Quote:
    short = [item for item in snapshot.items if item.is_short]
    if short:
        raise CartShort(
            "Some of what is in your cart has just sold. Your cart shows what is left.", items=short
        )
    on_offer = quotes.on_offer(snapshot, Buyer(key.person_id, command.email))
    quote = quotes.quote_for(
        snapshot,
        shipping_code=command.shipping_code,
        country=command.address.country,
        currency=currency,
        on_offer=on_offer,
    )
    if quote.total_minor != command.expected_total_minor:
        message = (
            "The total has changed since you opened this page. Please look at it again before you order."
        )
        raise PriceChanged(
            message,
            seen=command.expected_total_minor,
            now=quote.total_minor,
            refusal=quotes.why_not(snapshot, on_offer, quote),
        )
    return quote


def _take(order: Order, snapshot: CartSnapshot) -> None:
    try:
        holds.turn_into_sale(
            holder=cart_rules.holder(snapshot.cart_id or 0),
            lines=[(item.variant_id, item.quantity) for item in snapshot.items],
            reference=order.number,
        )
    except stock.OutOfStock as error:
        short = [item for item in snapshot.items if item.variant_id == error.facts["variant_id"]]
        message = "Some of what is in your cart has just sold. Your cart shows what is left."
        raise CartShort(message, items=short) from error


def _undo(order: Order) -> None:
    """A declined order: cancelled, its stock back, its cart open again for another try."""
    lines = db.session.execute(
        sa.select(OrderLine.variant_id, OrderLine.quantity).where(OrderLine.order_id == order.id)
    ).all()
    stock.give_back(lines=[(row.variant_id, row.quantity) for row in lines], reference=order.number)
    letting_off.give_back(order)
    before = State(order.state)
    check_move(before, State.CANCELLED)
    cart_id, order.cart_id, order.idempotency_key = order.cart_id, None, None
    order.state, order.is_given_up = State.CANCELLED, True
    db.session.flush()
    _note_move(order.number, before, State.CANCELLED)
    if cart_id is not None:
        carts.reopen(cart_id=cart_id)


def _move(order: Any, after: State) -> None:
    """Move an order on from the state it was read in.

    Raises ImpossibleMove, also when it was moved by somebody else meanwhile.
    """
    before = State(order.state)
    check_move(before, after)
    moved = statements.run(MOVE, {"order_id": order.id, "before": before, "after": after})
    if not moved.rowcount:
        raise ImpossibleMove(
            f"An order that was {before} a moment ago has just been moved.", before=before, after=after
        )
    _note_move(order.number, before, after)


def _note_move(number: str, before: State, after: State) -> None:
    moved = audit.Entry("order.moved", f"order:{number}", {"state": before}, {"state": after}, WHY[after])
    audit.record_many(actor=audit.SYSTEM, entries=[moved])


def _facts(order: Any) -> dict[str, object]:
    lines, way = statements.run(LINES, {"order_id": order.id}), gateways.GATEWAYS[order.payment_method]
    return {
        "number": order.number,
        "currency": order.currency,
        "address": order.address,
        "goods_minor": order.goods_minor,
        "discount_minor": order.discount_minor,
        "promotions": [
            {
                "name": promotion.name,
                "code": promotion.code,
                "goods_minor": promotion.goods_minor,
                "shipping_minor": promotion.shipping_minor,
            }
            for promotion in letting_off.promotions_of(order.id)
        ],
        "shipping_minor": order.shipping_minor,
        "shipping_method": order.shipping_method,
        "tax_minor": order.tax_minor,
        "total_minor": order.total_minor,
        "payment_method": way.label,
        "payment_note": way.description if isinstance(way, gateways.Offline) else "",
        "lines": [
            {
                "name": line.product_name,
                "variant": line.variant_name,
                "quantity": line.quantity,
                "total_minor": line.total_minor + line.discount_minor,
            }
            for line in lines
        ],
    }
