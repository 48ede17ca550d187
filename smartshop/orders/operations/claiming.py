"""Orders of a guest whose address has become an account."""

import sqlalchemy as sa

from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.orders.models import Order


def claim(person_id: int, email: str) -> None:
    """Put what was ordered with this address, without an account, into the account of who has shown that it is theirs."""
    with unit_of_work():
        db.session.execute(
            sa.update(Order)
            .where(Order.person_id.is_(None), Order.email == email)
            .values(person_id=person_id)
            .execution_options(synchronize_session=False)
        )
