"""Customers, the sample customer among them, and the administrator."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa

from smartshop.demo.people import PersonPlan
from smartshop.demo.process import History, Ints
from smartshop.demo.writing import rows
from smartshop.identity.models import Person
from smartshop.identity.operations import accounts
from smartshop.identity.rules.choices import Choice
from smartshop.identity.rules.roles import Role
from smartshop.kernel.audit import Actor
from smartshop.kernel.extensions import db

ADMIN = "admin@example.com"
SAMPLE = "customer@example.com"


@dataclass(frozen=True)
class Account:
    """A way in that is told once, when the shop is made."""

    email: str
    password: str


def sample_customer(history: History) -> int:
    """Return a customer who is still active, ordered lately and has about eight orders behind them."""
    mine = ~history.is_guest
    orders = np.bincount(history.customer[mine], minlength=history.customers)
    last = np.zeros(history.customers)
    np.maximum.at(last, history.customer[mine], history.at[mine].astype(np.int64))
    recency = history.truth.start.astype(np.int64) + history.truth.days * 86400 - last
    strange = (
        np.abs(orders - 8) + recency / (30 * 86400) + 100 * (history.truth.dropout <= history.truth.days)
    )
    return int(strange.argmin())


def write_people(history: History, people: Sequence[PersonPlan], sample: int, password_hash: str) -> Ints:
    """Insert the customers, one of whom can sign in; returns their ids by place."""
    joined = history.truth.start + (history.truth.joined * 86400).astype("timedelta64[s]")
    emails = [SAMPLE if place == sample else person.email for place, person in enumerate(people)]
    rows.insert(
        Person,
        [
            {
                "email": emails[place],
                "name": people[place].name,
                "country": people[place].country,
                "password_hash": password_hash if place == sample else None,
                "created_at": at,
                "choices": _choice(place),
            }
            for place, at in enumerate(rows.moments(joined))
        ],
    )
    known = sa.select(Person.email, Person.id).where(Person.email.is_not(None))
    ids = dict(db.session.execute(known).all())
    return np.array([ids[email] for email in emails[: history.customers]])


def _choice(place: int) -> str:
    """Most allow their visits to be noted, fewer want letters, one in twenty does not want to be scored."""
    if place % 20 == 19:
        return Choice(has_analytics=True).text()
    return Choice(has_analytics=True, has_personalisation=True, has_marketing=place % 5 < 2).text()


def write_admin(password: str, password_cost: int, actor: Actor) -> None:
    """Add the administrator's account."""
    person_id = accounts.sign_up(
        email=ADMIN, name="Shop Admin", password=password, password_cost=password_cost
    )
    accounts.grant_role(person_id=person_id, role=Role.ADMIN, actor=actor)
