"""Keeping what a person allows: the choice that counts, and every one before it."""

import sqlalchemy as sa

from smartshop.identity.models import Consent, Person
from smartshop.identity.rules.choices import Choice
from smartshop.kernel import clock
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work


def choose(*, person_id: int, choice: Choice) -> None:
    """Let this choice count from now on, and note when it was made and of which words."""
    with unit_of_work():
        db.session.execute(sa.update(Person).where(Person.id == person_id).values(choices=choice.text()))
        db.session.add(Consent(person_id=person_id, choices=choice.text(), at=clock.now()))
