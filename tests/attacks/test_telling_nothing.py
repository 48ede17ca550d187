"""Nobody learns from an answer, or from how long it takes, whether an address has an account."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from statistics import median

import pytest
import sqlalchemy as sa

from smartshop.identity.models import Person
from smartshop.kernel import clock, passwords
from smartshop.kernel.allowances import Allowance
from smartshop.kernel.delays import DelayedTry
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from tests.attacks.crowd import Attacker, attacked
from tests.attacks.stocked import Stock
from tests.databases import SqliteDatabase
from tests.factories import make_person
from tests.over_http import fresh_address

COST = 2048
"""A hash of this cost takes about five milliseconds: leaving one out shows, and does not drown the rest."""
BOUND_MS = 2.0
"""So much the answers may differ, in the median of pairs: a fortieth of one hash in production."""
SERIES, MOST_SERIES = 50, 12
"""Pairs in a series. After each one the interval is computed anew; a true difference of five never lies within two."""
SURE = 0.99
FORMS: dict[str, tuple[str, str, dict[str, str]]] = {
    "sign-in": ("", "/sign-in", {"password": "a wrong password"}),
    "forgotten password": ("", "/forgot", {}),
    "sign-up": ("", "/sign-up", {"name": "Ada", "password": "a long new password"}),
    "sending the code again": (
        "/sign-up",
        "/sign-up/send-again",
        {"name": "Ada", "password": "a long new one"},
    ),
    "new password": ("/forgot", "/reset", {"code": "12345678", "password": "a long new password"}),
}
"""What is sent before, then what is timed."""


@dataclass
class Stopwatch:
    """One browser that comes to each address anew."""

    attacker: Attacker
    kept: dict[str, str] = field(default_factory=dict)
    token: str = ""

    def begin(self) -> None:
        self.attacker.get("/sign-in", address=fresh_address())
        self.kept, self.token = dict(self.attacker.cookies), self.attacker.token

    def milliseconds(self, form: str, email: str) -> float:
        before, path, answers = FORMS[form]
        attacker = self.attacker
        attacker.cookies, attacker.token = dict(self.kept), self.token
        if before:
            attacker.post(before, {**answers, "email": email}, address=fresh_address())
        begun = time.perf_counter()
        heard = attacker.post(path, {**answers, "email": email}, address=fresh_address())
        took = (time.perf_counter() - begun) * 1000
        assert heard.status in {303, 422}, (form, heard.status)
        return took


def interval(differences: list[float], random: Random, rounds: int = 600) -> tuple[float, float]:
    """Where the median of the differences lies, with the certainty of ``SURE`` (percentile bootstrap)."""
    medians = sorted(median(random.choices(differences, k=len(differences))) for _ in range(rounds))
    edge = int(rounds * (1 - SURE) / 2)
    return medians[edge], medians[-1 - edge]


def told(pair: Callable[[str], float], random: Random) -> tuple[float, float]:
    """The interval of known minus unknown, from pairs in random order, as soon as it lies within the bound."""
    differences: list[float] = []
    low, high = -BOUND_MS, BOUND_MS
    for series in range(MOST_SERIES):
        for number in range(series * SERIES, (series + 1) * SERIES):
            order = ["known", "other"] if random.random() < 0.5 else ["other", "known"]
            took = {kind: pair(f"{kind}{number}@time.example") for kind in order}
            differences.append(took["known"] - took["other"])
        low, high = interval(differences, random)
        if low > -BOUND_MS and high < BOUND_MS:
            break
    return low, high


@pytest.fixture(scope="module")
def watch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stopwatch]:
    """A shop whose hashes cost something, with as many accounts as may be asked for."""
    folder = tmp_path_factory.mktemp("timed")
    app = SqliteDatabase(folder).app
    row = {"name": "Ada", "created_at": clock.now()}
    with app.app_context():
        row["password_hash"] = passwords.hashed("some long password", COST)
        emails = [f"known{number}@time.example" for number in range(SERIES * MOST_SERIES)]
        with unit_of_work():
            db.session.execute(sa.insert(Person), [{**row, "email": email} for email in emails])
        with attacked(app, folder, environment={"SMARTSHOP_PASSWORD_COST": str(COST)}) as target:
            stopwatch = Stopwatch(Attacker(target.port))
            stopwatch.begin()
            yield stopwatch


def _forget_tries() -> None:
    with unit_of_work():
        db.session.execute(sa.delete(Allowance))
        db.session.execute(sa.delete(DelayedTry))


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_time_does_not_tell_who_has_an_account(watch: Stopwatch, form: str) -> None:
    def took(email: str) -> float:
        if email.removesuffix("@time.example").endswith("00"):
            _forget_tries()
        return watch.milliseconds(form, email)

    _forget_tries()
    low, high = told(took, Random(form))
    assert -BOUND_MS < low <= high < BOUND_MS, f"known addresses take {low:.1f} to {high:.1f} ms longer"


def test_the_measure_notices_a_hash_that_is_left_out() -> None:
    random = Random(1)

    def took(email: str) -> float:
        return random.gauss(20, 6) + 5 * email.startswith("known")

    low, high = told(took, random)
    assert low > BOUND_MS
    assert 4 < (low + high) / 2 < 6


def test_the_measure_is_calm_when_nothing_differs() -> None:
    random = Random(2)
    low, high = told(lambda _email: random.gauss(20, 6), random)
    assert -BOUND_MS < low < 0 < high < BOUND_MS


@pytest.mark.parametrize("form", FORMS)
def test_answers_do_not_tell_who_has_an_account(stock: Stock, form: str) -> None:
    make_person(email="known@example.com")
    heard = []
    before, path, answers = FORMS[form]
    for name in ("known", "other"):
        visitor = stock.visitor()
        visitor.get("/sign-in")
        sent = {**answers, "email": f"{name}@example.com"}
        if before:
            visitor.post(before, sent, follow=False)
        answer = visitor.post(path, sent, follow=False)
        text = answer.text.replace(f"{name}@example.com", "")
        shown = [line for line in text.splitlines() if "nonce" not in line and "csrf" not in line]
        again = visitor.post("/sign-up/send-again", follow=False)
        heard.append(
            (
                (answer.status_code, answer.headers.get("Location")),
                (again.status_code, again.headers["Location"]),
                sorted(answer.headers.keys()),
                shown,
            )
        )
    assert heard[0] == heard[1]
