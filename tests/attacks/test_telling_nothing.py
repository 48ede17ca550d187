"""Nobody learns from an answer, or from how long it takes, whether an address has an account."""

import time
from collections.abc import Callable, Iterator
from contextvars import Context

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import make_person

COST = 2048
"""A hash of this cost takes about as long as the rest of an answer: leaving one out shows, and does not drown the rest."""
PEOPLE, ROUNDS = 50, 4
"""Each address is asked about four times, which its limits allow: 200 pairs."""
MOST = 0.6
"""How well a guess from the time alone may do, as the area under its curve; .5 is a coin. By chance 200 pairs that do
not differ stay below .6 in all but three of 10,000 runs (one-sided, standard error .029), and who fails is measured once more."""
FORMS: dict[str, tuple[str, dict[str, str]]] = {
    "sign-in": ("/sign-in", {"password": "a wrong password"}),
    "forgotten password": ("/forgot", {}),
    "sign-up": ("/sign-up", {"name": "Ada", "password": "a long new password"}),
}


@pytest.fixture
def browser(app: Flask) -> Iterator[FlaskClient]:
    made_with = app.config["SETTINGS"]
    app.config["SETTINGS"] = made_with.model_copy(update={"password_cost": COST})
    app.config["WTF_CSRF_ENABLED"] = False
    yield app.test_client()
    app.config["WTF_CSRF_ENABLED"] = True
    app.config["SETTINGS"] = made_with


def _seconds(browser: FlaskClient, path: str, answers: dict[str, str]) -> float:
    begun = time.perf_counter()
    answer = Context().run(browser.post, path, data=answers)
    took = time.perf_counter() - begun
    answer.close()
    return took


def _curve(known: list[float], unknown: list[float]) -> float:
    """The area under the curve of a guess by time: how often a known address took longer than an unknown one."""
    longer = sum((k > u) + (k == u) / 2 for k in known for u in unknown)
    return longer / (len(known) * len(unknown))


def _told(ask: Callable[[str], float], series: int) -> float:
    known: list[float] = []
    unknown: list[float] = []
    for number in range(PEOPLE * ROUNDS):
        pair = [(known, f"known{number % PEOPLE}.{series}"), (unknown, f"other{number % PEOPLE}.{series}")]
        for times, name in pair if number % 2 else reversed(pair):
            times.append(ask(f"{name}@example.com"))
    area = _curve(known, unknown)
    return max(area, 1 - area)


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_time_does_not_tell_who_has_an_account(browser: FlaskClient, form: str) -> None:
    path, answers = FORMS[form]
    told = []
    for series in range(2):
        for number in range(PEOPLE):
            make_person(email=f"known{number}.{series}@example.com", password_cost=COST)
        told.append(_told(lambda email: _seconds(browser, path, {**answers, "email": email}), series))
        if told[-1] < MOST:
            return
    raise AssertionError(f"the time tells: {told}")


def test_the_measure_notices_work_that_is_left_out() -> None:
    quick, slow = [1.0 + n / 1000 for n in range(200)], [1.1 + n / 1000 for n in range(200)]
    assert _curve(slow, quick) > 0.8
    assert _curve(quick, quick) == 0.5


@pytest.mark.parametrize("form", FORMS)
def test_answers_do_not_tell_who_has_an_account(app: Flask, form: str) -> None:
    make_person(email="known@example.com")
    app.config["WTF_CSRF_ENABLED"] = False
    path, answers = FORMS[form]
    heard = []
    for name in ("known", "other"):
        client = app.test_client()
        answer = Context().run(client.post, path, data={**answers, "email": f"{name}@example.com"})
        text = answer.text.replace(f"{name}@example.com", "")
        shown = [line for line in text.splitlines() if "nonce" not in line and "csrf" not in line]
        again = Context().run(client.post, "/sign-up/send-again")
        heard.append(
            (
                (answer.status_code, answer.headers.get("Location")),
                (again.status_code, again.headers["Location"]),
                sorted(answer.headers.keys()),
                shown,
            )
        )
    app.config["WTF_CSRF_ENABLED"] = True
    assert heard[0] == heard[1]
