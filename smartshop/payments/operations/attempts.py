"""Opening and settling payment attempts. The gateway itself is asked outside any transaction."""

import sqlalchemy as sa

from smartshop.kernel import clock, statements
from smartshop.kernel.extensions import db
from smartshop.kernel.money import Money
from smartshop.kernel.prepared import Prepared
from smartshop.kernel.uow import unit_of_work
from smartshop.payments.models import PaymentAttempt
from smartshop.payments.rules.gateways import Outcome

OPEN = Prepared(sa.insert(PaymentAttempt).returning(PaymentAttempt.id))
SETTLE = Prepared(
    sa.update(PaymentAttempt)
    .where(PaymentAttempt.id == sa.bindparam("attempt_id"), PaymentAttempt.settled_at.is_(None))
    .values(
        state=sa.bindparam("result"),
        provider_reference=sa.func.coalesce(
            sa.bindparam("charge", type_=sa.String()), PaymentAttempt.provider_reference
        ),
        message=sa.bindparam("said"),
        settled_at=sa.bindparam("moment"),
    )
)


def open_attempt(*, reference: str, gateway: str, amount: Money) -> int:
    """Note that money will be asked for; returns the attempt's id."""
    with unit_of_work():
        attempt_id: int = statements.one(
            OPEN,
            {
                "reference": reference,
                "gateway": gateway,
                "amount_minor": amount.minor,
                "currency": amount.currency,
                "created_at": clock.now(),
            },
        )
    return attempt_id


def settle(*, attempt_id: int, outcome: Outcome) -> bool:
    """Write down what the gateway said, once; False when this attempt was settled before."""
    with unit_of_work():
        settled = statements.run(
            SETTLE,
            {
                "attempt_id": attempt_id,
                "result": outcome.result.value,
                "charge": outcome.provider_reference or None,
                "said": outcome.message[:255],
                "moment": clock.now(),
            },
        )
    return bool(settled.rowcount)


def await_answer(*, attempt_id: int, outcome: Outcome) -> None:
    """Note where the customer pays, so that they can go there again and the provider be asked."""
    with unit_of_work():
        db.session.execute(
            sa.update(PaymentAttempt)
            .where(PaymentAttempt.id == attempt_id, PaymentAttempt.settled_at.is_(None))
            .values(provider_reference=outcome.provider_reference, page_url=outcome.page_url)
        )


def capture_late(*, attempt_id: int, outcome: Outcome) -> bool:
    """Note that money came for an attempt that was given up; True the first time."""
    with unit_of_work():
        captured = db.session.execute(
            sa.update(PaymentAttempt)
            .where(PaymentAttempt.id == attempt_id, PaymentAttempt.state == "declined")
            .values(state="captured", provider_reference=outcome.provider_reference, settled_at=clock.now())
        )
    return bool(captured.rowcount)  # type: ignore[attr-defined]
