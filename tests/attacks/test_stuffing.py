"""Leaked passwords tried on two thousand accounts, of which one in twenty uses theirs here too."""

from collections import Counter
from random import Random

import sqlalchemy as sa

from smartshop.identity.models import Person
from smartshop.identity.operations.stuffing import MOST_WRONG
from smartshop.kernel import clock, passwords
from smartshop.kernel.allowances import Allowance
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from tests.attacks.crowd import Attacker, Target
from tests.databases import CHEAP_PASSWORDS
from tests.factories import PASSWORD, make_person
from tests.over_http import fresh_address

ACCOUNTS, TRIED, REUSED_BY = 2_000, 1_000, 20
LEAKED, OWN = "Summer2026!", "a password of this shop alone"
A_MINUTE = 20
"""How many tries each address has in a minute."""


def leak() -> list[str]:
    """Two thousand accounts; returns their addresses in the order in which the list has them."""
    hashes = [passwords.hashed(text, CHEAP_PASSWORDS) for text in (LEAKED, OWN)]
    emails = [f"person{number}@leak.example" for number in range(ACCOUNTS)]
    with unit_of_work():
        db.session.execute(
            sa.insert(Person),
            [
                {
                    "email": email,
                    "name": "Ada Buyer",
                    "password_hash": hashes[bool(number % REUSED_BY)],
                    "created_at": clock.now(),
                }
                for number, email in enumerate(emails)
            ],
        )
    Random(7).shuffle(emails)
    return emails


class Stuffer:
    """One program that forgets its cookies after each try."""

    def __init__(self, target: Target) -> None:
        self._attacker = Attacker(target.port)
        self._attacker.get("/sign-in")
        self._kept, self._token = dict(self._attacker.cookies), self._attacker.token

    def tries(self, email: str, *, address: str) -> int:
        self._attacker.cookies, self._attacker.token = dict(self._kept), self._token
        answers = {"email": email, "password": LEAKED}
        return self._attacker.post("/sign-in", answers, address=address).status


def test_a_leaked_list_from_few_addresses_is_slowed_for_each(target: Target) -> None:
    """Of eight addresses with 45 tries each no more than twenty a minute reach a password."""
    emails, addresses, stuffer = leak(), [fresh_address() for _ in range(8)], Stuffer(target)
    heard = Counter(
        stuffer.tries(email, address=addresses[number % 8]) for number, email in enumerate(emails[:360])
    )
    assert heard[303] + heard[422] <= 8 * A_MINUTE * 2, "one minute may have ended meanwhile"
    assert heard[303] <= 8 * A_MINUTE * 2 / REUSED_BY * 2
    assert heard[429] >= 360 - 8 * A_MINUTE * 2


def test_a_leaked_list_from_a_thousand_addresses_is_slowed_for_the_shop(target: Target) -> None:
    """Each account and each address is tried once. Three hundred are wrong, then nobody new gets in for ten minutes."""
    emails = leak()
    owner, home = Attacker(target.port), fresh_address()
    mine = {"email": "owner@example.com", "password": PASSWORD}
    make_person(email=mine["email"])
    assert (
        owner.post("/sign-in", {"email": "owner@example.com", "password": PASSWORD}, address=home).status
        == 303
    )
    owner.forget_all_but("smartshop_device")
    stuffer = Stuffer(target)
    heard = [stuffer.tries(email, address=fresh_address()) for email in emails[:TRIED]]
    counted = Counter(heard)
    assert counted[422] == MOST_WRONG
    assert counted[303] <= 2 * MOST_WRONG / REUSED_BY
    assert counted[429] == TRIED - counted[422] - counted[303]
    assert set(heard[MOST_WRONG + counted[303] :]) == {429}
    assert (
        owner.post("/sign-in", {"email": "owner@example.com", "password": PASSWORD}, address=home).status
        == 303
    )
    db.session.rollback()
    spent = db.session.scalar(sa.select(Allowance.spent).where(Allowance.name == "sign-in:wrong"))
    assert spent == MOST_WRONG
