"""Reviews by those who bought the thing here."""

from smartshop.catalog.operations import reviewing
from smartshop.catalog.rules.reviews import Opinion, State
from smartshop.kernel.uow import unit_of_work
from smartshop.orders.queries import opining


def review(*, product_id: int, person_id: int, name: str, opinion: Opinion, is_published: bool) -> State:
    """A buyer's review of a product; writing again changes it. Returns the state it is in now.

    Raises Invalid, NotBought.
    """
    with unit_of_work():
        opining.require_buyer(product_id=product_id, person_id=person_id)
        return reviewing.write(
            product_id=product_id,
            person_id=person_id,
            name=name,
            opinion=opinion,
            is_verified=True,
            is_published=is_published,
        )
