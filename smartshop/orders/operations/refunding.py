"""Paying customers back what they are owed, and nothing more."""

from smartshop.kernel import audit
from smartshop.kernel.money import Money
from smartshop.kernel.uow import unit_of_work
from smartshop.orders.operations import letters, moving
from smartshop.orders.queries import aftercare
from smartshop.payments import queries as payments
from smartshop.payments.operations import refunding


def pay_back(*, number: str, actor: audit.Actor) -> int:
    """Refund what was captured beyond what the order still costs; returns the minor units that went back.

    What is owed is worked out and set aside under the lock of the order, so two at once pay it once. The gateway is
    asked afterwards; a refund that it never answered stays pending, and the next call carries it out.
    """
    with unit_of_work():
        order = moving.locked(number=number, revision=None)
        due = aftercare.standing(order).to_refund_minor
        if due:
            refunding.reserve(
                reference=number, amount=Money(due, order.currency), key=f"{number}:{order.revision}"
            )
    return sum(_carry_out(number, key, actor) for key in payments.pending_refunds(number))


def _carry_out(number: str, key: str, actor: audit.Actor) -> int:
    before = payments.balance(number)
    is_done = refunding.carry_out(key=key)
    amount = payments.refund_amount(key)
    with unit_of_work():
        order = moving.locked(number=number, revision=None)
        if any(entry.after.get("key") == key for entry in aftercare.happenings(number)):
            return 0
        action = "order.refunded" if is_done else "order.refund_failed"
        moving.note(
            order,
            action,
            {"amount_minor": amount, "currency": order.currency, "key": key},
            actor=actor,
            before={"refunded_minor": before.refunded_minor - amount},
        )
        if is_done:
            letters.refunded(order, amount)
    return amount if is_done else 0
