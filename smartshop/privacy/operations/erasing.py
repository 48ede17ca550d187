"""Erasing a person: one transaction in the database; the files follow (``finishing``)."""

from smartshop.activity import operations as activity
from smartshop.cart.operations import forgetting as carts
from smartshop.catalog.operations import forgetting as catalog
from smartshop.identity.models import Person
from smartshop.identity.operations import forgetting as people
from smartshop.inventory.operations import wishes
from smartshop.kernel import audit, clock, codes
from smartshop.kernel.errors import Conflict
from smartshop.kernel.extensions import db
from smartshop.kernel.marks import Marks
from smartshop.kernel.uow import unit_of_work
from smartshop.messaging.operations import forgetting as messages
from smartshop.orders.operations import forgetting as orders
from smartshop.orders.queries import holding
from smartshop.payments.operations import forgetting as payments
from smartshop.pricing.operations import forgetting as promotions
from smartshop.privacy.models import Erasure
from smartshop.privacy.queries import erasing as queries

THEMSELVES = audit.Actor(None, "the customer themselves")


class OrdersAreOpen(Conflict):
    """Goods or money are still on their way; the message names the orders."""

    code = "orders_are_open"


def erase(*, person_id: int, keeps_reviews: bool, actor: audit.Actor, reason: str = "") -> int:
    """Remove everything that tells who a person was, and return the erasure's id. Orders stay, as somebody's.

    Raises NotFound, Conflict for staff, and OrdersAreOpen.
    """
    with unit_of_work():
        person = people.hold(person_id=person_id)
        theirs = holding.of(person_id, person.email)
        unfinished = [order.number for order in theirs if not order.is_finished]
        if unfinished:
            raise OrdersAreOpen(
                f"Finish or cancel these orders first: {', '.join(unfinished)}.", numbers=unfinished
            )
        marks, addresses = queries.marks(person), queries.addresses(person)
        erasure = Erasure(
            erased_at=clock.now(), fingerprints=sorted(codes.fingerprint(address) for address in addresses)
        )
        db.session.add(erasure)
        db.session.flush()
        references = [order.number for order in theirs]
        orders.forget(order_ids=[order.id for order in theirs], marks=marks)
        payments.forget(references=references)
        promotions.forget(person_id=person_id, addresses=addresses, references=references)
        _forget_what_they_did(person, addresses, marks, keeps_reviews=keeps_reviews)
        pseudonym = f"erased-{erasure.id}"
        audit.pseudonymise(person_id=person_id, pseudonym=pseudonym, marks=marks)
        audit.record(
            actor=actor, action="person.erased", subject=f"person:{pseudonym}", reason=marks.hide(reason)
        )
    return erasure.id


def _forget_what_they_did(person: Person, addresses: set[str], marks: Marks, *, keeps_reviews: bool) -> None:
    person_id = person.id
    activity.forget(person_id=person_id)
    carts.forget(person_id=person_id)
    catalog.forget(person_id=person_id, marks=marks, keeps_reviews=keeps_reviews)
    for address in addresses:
        wishes.forget(email=address)
    messages.forget(person_id=person_id, addresses=addresses)
    db.session.flush()
    people.forget(person_id=person_id, addresses=addresses)
