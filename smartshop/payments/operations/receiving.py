"""Money that came in outside the program: an invoice that was paid, cash that the courier brought."""

import sqlalchemy as sa

from smartshop.kernel import clock
from smartshop.kernel.errors import Conflict
from smartshop.kernel.extensions import db
from smartshop.kernel.money import Money
from smartshop.kernel.uow import unit_of_work
from smartshop.payments.models import PaymentAttempt
from smartshop.payments.rules.gateways import CASH, INVOICE


class NothingOpen(Conflict):
    """Nobody waits for money under this reference, or for less."""

    code = "nothing_open"


def receive(*, reference: str, amount: Money) -> None:
    """Note that the money somebody waits for has come, once.

    Raises NothingOpen.
    """
    with unit_of_work():
        received = db.session.execute(
            sa.update(PaymentAttempt)
            .where(
                PaymentAttempt.reference == reference,
                PaymentAttempt.state == "pending",
                PaymentAttempt.gateway.in_([INVOICE.code, CASH.code]),
                PaymentAttempt.currency == amount.currency,
                PaymentAttempt.amount_minor >= amount.minor,
            )
            .values(state="captured", amount_minor=amount.minor, settled_at=clock.now())
        )
        if received.rowcount != 1:  # type: ignore[attr-defined]
            raise NothingOpen("No payment by invoice or in cash is waited for here.", reference=reference)
