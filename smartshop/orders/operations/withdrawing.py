"""Customers cancelling their own orders, as long as nothing was sent."""

from collections.abc import Mapping

from smartshop.kernel import audit, clock
from smartshop.kernel.uow import unit_of_work
from smartshop.orders.operations import moving, recovering, refunding, returning
from smartshop.orders.operations.returning import Doer, Settled
from smartshop.orders.queries import reading
from smartshop.orders.rules import withdrawing
from smartshop.orders.rules.invoices import Seller
from smartshop.orders.rules.states import State
from smartshop.payments.rules.gateways import Gateway


def withdraw(
    *,
    number: str,
    seen_by: int | None,
    revision: int,
    cause: str,
    hours: int | None,
    seller: Seller,
    ways: Mapping[str, Gateway],
    actor: audit.Actor,
) -> Settled:
    """Cancel a whole order for its customer, as `returning.cancel` does for staff; ``hours`` as in `may_withdraw`.

    It is decided under the lock that sending and paying take too: of both at once, one happens first. Where it waited
    for its payment, the provider's page is closed afterwards, and what was paid there goes back; `recovering.sweep` does
    so where the provider does not answer now.

    Raises Invalid (cause), NotFound (also for somebody else's), OutOfDate, TooLateToCancel, and after it was cancelled
    GatewayAway (its refund is set aside and tried again).
    """
    doer = Doer(withdrawing.reason(cause), seller, actor)
    with unit_of_work():
        reading.order(number, seen_by=seen_by)
        order = moving.locked(number=number, revision=revision)
        withdrawing.check_withdrawal(
            State(order.state),
            is_begun=any(line.shipped_quantity for line in moving.lines_of(order)),
            placed_at=order.placed_at,
            now=clock.now(),
            hours=hours,
        )
        has_waited = order.state == State.PENDING
        credited = returning.cancel_locked(order, doer)
    if has_waited:
        recovering.look_up(number=number, ways=ways, gives_up=True)
    return Settled(credited, refunding.pay_back(number=number, actor=actor))
