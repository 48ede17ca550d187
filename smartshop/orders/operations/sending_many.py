"""Sending what is open of many orders, each for itself: one that cannot go holds up no other."""

from collections.abc import Iterable
from dataclasses import dataclass

from smartshop.kernel import audit
from smartshop.kernel.errors import Conflict, DomainError
from smartshop.kernel.uow import unit_of_work
from smartshop.orders.operations import fulfilling
from smartshop.orders.queries import aftercare as queries
from smartshop.orders.rules.invoices import Seller


@dataclass(frozen=True)
class Sent:
    """One order; ``problem`` says why nothing of it was sent, and is empty when all was."""

    number: str
    problem: str = ""


def send(*, numbers: Iterable[str], carrier: str, seller: Seller, actor: audit.Actor) -> list[Sent]:
    """Send everything that is open of these orders, in their order; what was refused is told by order."""
    return [_sent(number, carrier, seller, actor) for number in dict.fromkeys(numbers)]


def _sent(number: str, carrier: str, seller: Seller, actor: audit.Actor) -> Sent:
    try:
        with unit_of_work():
            found = queries.of(number)
            open_ = {line.position: line.to_send for line in found.lines if line.to_send}
            if not open_:
                raise Conflict("Nothing of it is to be sent.")
            fulfilling.ship(
                number=number,
                revision=found.revision,
                quantities=open_,
                carrier=carrier,
                tracking_number="",
                seller=seller,
                actor=actor,
            )
    except DomainError as error:
        return Sent(number, error.message)
    return Sent(number)
