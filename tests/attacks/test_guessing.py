"""Guessing passwords and codes from many addresses, against a shop that is really served."""

import pytest
import sqlalchemy as sa
from flask import Flask, request

from smartshop.factory import create_app
from smartshop.identity.models import OneTimeCode
from smartshop.identity.rules import one_time
from smartshop.kernel import delays
from smartshop.kernel.extensions import db
from tests import databases
from tests.attacks.crowd import Attacker, Target
from tests.factories import PASSWORD, make_person
from tests.inbox import code_sent_to
from tests.over_http import fresh_address

WRONG = "a wrong password"
ANOTHER = "another long password"
NO_ORDER = {"number": "AAAA-BBBB-CCCC", "email": "ada@example.com"}


def guess(attacker: Attacker, email: str, password: str = WRONG, *, address: str = "") -> int:
    return attacker.post(
        "/sign-in", {"email": email, "password": password}, address=address or fresh_address()
    ).status


def test_an_owner_signs_in_while_fifty_addresses_guess(target: Target) -> None:
    make_person(email="owner@example.com")
    owner, attacker, home = Attacker(target.port), Attacker(target.port), fresh_address()
    assert guess(owner, "owner@example.com", PASSWORD, address=home) == 303
    assert [guess(attacker, "owner@example.com") for _ in range(50)] == [422] * delays.FREE + [429] * 45
    assert guess(attacker, "owner@example.com", PASSWORD) == 429
    owner.forget_all_but("smartshop_device")
    assert guess(owner, "owner@example.com", PASSWORD, address=home) == 303


def test_a_mailed_code_opens_an_account_that_is_under_attack(target: Target) -> None:
    make_person(email="away@example.com")
    stranger, attacker, hotel = Attacker(target.port), Attacker(target.port), fresh_address()
    for _ in range(8):
        guess(attacker, "away@example.com")
    heard = stranger.post("/sign-in", {"email": "away@example.com", "password": PASSWORD}, address=hotel)
    assert (heard.status, "mailed code" in heard.text) == (429, True)
    assert 1 <= int(heard.headers["Retry-After"]) <= delays.PAUSES[0].total_seconds()
    stranger.post("/forgot", {"email": "away@example.com"}, address=hotel)
    new = {"email": "away@example.com", "code": code_sent_to("away@example.com"), "password": ANOTHER}
    assert stranger.post("/reset", new, address=hotel).status == 303
    assert guess(attacker, "away@example.com") == 429
    assert guess(stranger, "away@example.com", ANOTHER, address=hotel) == 303


def test_an_address_without_an_account_has_as_many_tries(target: Target) -> None:
    make_person(email="known@example.com")
    attacker = Attacker(target.port)
    known, unknown = (
        [guess(attacker, email) for _ in range(8)] for email in ("known@example.com", "nobody@example.com")
    )
    assert known == unknown


def test_an_address_forged_in_front_of_the_proxys_word_does_not_count(target: Target) -> None:
    attacker, own = Attacker(target.port), fresh_address()
    statuses = [
        attacker.post("/find-order", NO_ORDER, address=f"{fresh_address()}, {own}").status for _ in range(45)
    ]
    assert statuses.count(429) >= 5


@pytest.mark.parametrize(("proxies", "believed"), [(0, "192.0.2.1"), (1, "198.51.100.2")])
def test_only_as_many_proxies_are_believed_as_were_named(app: Flask, proxies: int, believed: str) -> None:
    settings = databases.test_settings(app.config["SETTINGS"].instance).model_copy(
        update={"trusted_proxies": proxies}
    )
    shop = create_app(settings)
    shop.before_request(lambda: request.remote_addr)
    headers = {"X-Forwarded-For": "198.51.100.1, 198.51.100.2"}
    answer = shop.test_client().get("/", headers=headers, environ_base={"REMOTE_ADDR": "192.0.2.1"})
    assert answer.text == believed


def test_a_mailed_code_is_guessed_five_times_whatever_the_address(target: Target) -> None:
    """Of 10**8 codes five may be tried in one's life of ten minutes, fifty a day: one chance in two million a day."""
    email = "coded@example.com"
    make_person(email=email)
    attacker = Attacker(target.port)
    attacker.post("/forgot", {"email": email}, address=fresh_address())
    right = code_sent_to(email)
    guesses = [f"{(int(right) + n) % 10**8:08}" for n in range(1, 16)] + [right]
    statuses = [
        attacker.post(
            "/reset", {"email": email, "code": code, "password": ANOTHER}, address=fresh_address()
        ).status
        for code in guesses
    ]
    assert statuses == [422] * 16
    db.session.rollback()
    assert (
        db.session.scalar(sa.select(OneTimeCode.tries).where(OneTimeCode.subject == email))
        == one_time.MOST_TRIES
    )
    for _ in range(12):
        assert attacker.post("/forgot", {"email": email}, address=fresh_address()).status == 303
    assert one_time.PER_DAY * one_time.MOST_TRIES / 10**8 <= 1 / 2_000_000


@pytest.mark.parametrize(
    ("path", "answers", "most"),
    [
        ("/cart/code", {"code": "GUESS"}, 15),
        ("/find-order", NO_ORDER, 20),
        ("/sign-up", {"email": "", "name": "", "password": ""}, 20),
        ("/forgot", {"email": ""}, 20),
        ("/reset", {"email": "", "code": "1", "password": ANOTHER}, 20),
        ("/sign-up/code", {"code": "1"}, 20),
        ("/sign-in/code", {"code": "1"}, 20),
        ("/p/nothing/tell-me", {"email": "ada@example.com"}, 30),
        ("/p/nothing/review", {}, 20),
        ("/wishes", {"save": "1"}, 60),
        ("/checkout", {"create_account": "yes"}, 20),
        ("/search/suggest?q=mug", {}, 150),
        ("/csp-reports", {"csp-report": "x"}, 20),
    ],
)
def test_what_can_be_guessed_or_costs_work_has_a_limit(
    target: Target, path: str, answers: dict[str, str], most: int
) -> None:
    attacker, address = Attacker(target.port), fresh_address()
    if path in {"/wishes", "/p/nothing/review"}:
        email = f"{most}@example.com"
        make_person(email=email)
        guess(attacker, email, PASSWORD)
        attacker.token = ""
    is_form = bool(answers) or path.endswith("review")
    statuses = [
        (
            attacker.post(path, answers, address=address) if is_form else attacker.get(path, address=address)
        ).status
        for _ in range(2 * most + 1)
    ]
    assert 429 in statuses
    assert 429 not in statuses[:most]
