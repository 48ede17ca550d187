"""Forgetting what payments say of who paid."""

from collections.abc import Collection

import sqlalchemy as sa

from smartshop.kernel.extensions import db
from smartshop.payments.models import PaymentAttempt, Refund


def forget(*, references: Collection[str]) -> None:
    """Keep amounts, states and the provider's own numbers, and drop its words, inside the caller's unit of work."""
    theirs = PaymentAttempt.reference.in_(references)
    attempts = sa.select(PaymentAttempt.id).where(theirs)
    db.session.execute(
        sa.update(Refund)
        .where(Refund.attempt_id.in_(attempts))
        .values(message="")
        .execution_options(synchronize_session=False)
    )
    db.session.execute(sa.update(PaymentAttempt).where(theirs).values(message="", page_url=""))
