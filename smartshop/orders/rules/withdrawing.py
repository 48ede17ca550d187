"""When customers may cancel an order themselves, and what they say about it. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from smartshop.kernel.errors import Conflict, Invalid
from smartshop.orders.rules.aftercare import OPEN_STATES
from smartshop.orders.rules.states import State

CAUSES: Mapping[str, str] = {
    "": "",
    "mistake": "ordered by mistake",
    "mind": "changed their mind",
    "late": "it takes too long",
    "price": "found it cheaper elsewhere",
    "delivery": "another address or delivery is wanted",
}
"""What a customer may choose as the cause, and how the log and the letter put it; they need not say."""


class TooLateToCancel(Conflict):
    """The customer cannot cancel the order any more; the shop may."""

    code = "too_late_to_cancel"


def may_withdraw(
    state: State, *, is_begun: bool, placed_at: datetime, now: datetime, hours: int | None
) -> bool:
    """Whether the customer may cancel an order that stands or waits for its payment.

    It may be while nothing of it was sent (``is_begun``) and its ``hours`` are not over.
    None sets no limit of time, 0 leaves cancelling to the shop.
    """
    is_in_time = hours is None or now - placed_at < timedelta(hours=hours)
    return state in OPEN_STATES | {State.PENDING} and not is_begun and is_in_time


def check_withdrawal(
    state: State, *, is_begun: bool, placed_at: datetime, now: datetime, hours: int | None
) -> None:
    """Raises TooLateToCancel, which says what can be done instead, unless `may_withdraw`."""
    if may_withdraw(state, is_begun=is_begun, placed_at=placed_at, now=now, hours=hours):
        return
    if is_begun or state is State.FULFILLED:
        raise TooLateToCancel(
            "Something of this order is on its way already, so it cannot be cancelled here. Write to us to send it back."
        )
    if state is State.PENDING:
        raise TooLateToCancel("This order is not paid yet. If you do not pay, it is given up by itself.")
    if state is State.CANCELLED:
        raise TooLateToCancel("This order is cancelled already.")
    raise TooLateToCancel("This order cannot be cancelled here. Write to us: we look at what can be done.")


def reason(cause: str) -> str:
    """Why, for the log and the letter.

    Raises Invalid for a cause that the form does not offer.
    """
    if cause not in CAUSES:
        problem = "Choose one of the reasons shown, or none."
        raise Invalid(problem, {"cause": problem})
    return ": ".join(filter(None, ("At the customer's request", CAUSES[cause])))
