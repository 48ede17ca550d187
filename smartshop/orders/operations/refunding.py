"""Paying customers back what they are owed, and nothing more."""

from smartshop.kernel import audit
from smartshop.kernel.money import Money
from smartshop.kernel.uow import unit_of_work
from smartshop.orders.models import Order
from smartshop.orders.operations import letters, moving
from smartshop.orders.queries import aftercare
from smartshop.payments import queries as payments
from smartshop.payments.operations import refunding


def set_aside(order: Order) -> None:
    """Set aside what was captured beyond what a locked order still costs.

    It belongs into the unit that lowers what the order costs: whoever dies afterwards leaves a refund that is sent
    by `recovering.send_back`. Under the lock of the order, two at once set it aside once.
    """
    due = aftercare.standing(order).to_refund_minor
    if due:
        amount = Money(due, order.currency)
        refunding.reserve(reference=order.number, amount=amount, key=f"{order.number}:{order.revision}")


def pay_back(*, number: str, actor: audit.Actor) -> int:
    """Refund what was captured beyond what the order still costs; returns the minor units that went back.

    The gateway is asked outside any transaction; a refund that it never answered stays pending, and the next call
    carries it out.
    """
    with unit_of_work():
        set_aside(moving.locked(number=number, revision=None))
    return sum(_carry_out(number, key, actor) for key in payments.pending_refunds(number))


def _carry_out(number: str, key: str, actor: audit.Actor) -> int:
    outcome = refunding.ask(key=key)
    if outcome is None:
        return 0
    with unit_of_work():
        order = moving.locked(number=number, revision=None)
        before, amount = payments.balance(number), payments.refund_amount(key)
        if not refunding.settle(key=key, outcome=outcome):
            return 0
        is_done = refunding.is_done(outcome)
        moving.note(
            order,
            "order.refunded" if is_done else "order.refund_failed",
            {"amount_minor": amount, "currency": order.currency, "key": key},
            actor=actor,
            before={"refunded_minor": before.refunded_minor - amount},
        )
        if is_done:
            letters.refunded(order, amount)
    return amount if is_done else 0
