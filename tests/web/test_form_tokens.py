"""Form tokens: one for every visitor and minute, and no longer good than Flask-WTF lets them be."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from tests.browser_client import TOKEN, ShopClient
from tests.factories import make_product

BEGUN = "2026-03-02T10:00:05+00:00"


def test_a_visitor_gets_the_same_token_for_a_minute_and_then_another(app: Flask) -> None:
    browser = ShopClient(app)
    with time_machine.travel(BEGUN, tick=False) as now:
        browser.get("/sign-in")
        first = browser.token
        now.shift(timedelta(seconds=50))
        browser.get("/forgot")
        assert browser.token == first
        now.shift(timedelta(seconds=20))
        browser.get("/forgot")
        assert browser.token != first


def test_no_two_visitors_get_the_same_token(app: Flask) -> None:
    one, other = ShopClient(app), ShopClient(app)
    with time_machine.travel(BEGUN, tick=False):
        for browser in (one, other):
            browser.get("/sign-in")
    assert one.token != other.token
    other.token = one.token
    assert other.post("/forgot", {"email": "ada@example.com"}).status_code == 400


@pytest.mark.parametrize(
    ("later", "status"), [(timedelta(hours=11, minutes=58), 303), (timedelta(hours=12, minutes=1), 400)]
)
def test_a_token_that_was_signed_again_lasts_as_long(app: Flask, later: timedelta, status: int) -> None:
    goods, browser = make_product(), ShopClient(app)
    with time_machine.travel(BEGUN, tick=False) as now:
        browser.get(f"/p/{goods.slug}")
        now.shift(timedelta(seconds=30))
        browser.get(f"/p/{goods.slug}")
        now.shift(later)
        answers = {"variant_id": str(goods.variant_id), "quantity": "1", TOKEN: browser.token}
        assert browser.post("/cart/add", answers, follow=False).status_code == status


def test_a_lasting_session_is_sent_again_once_a_day_or_when_it_changes(app: Flask) -> None:
    goods, browser = make_product(), ShopClient(app)
    with time_machine.travel(BEGUN, tick=False) as now:
        browser.get(f"/p/{goods.slug}")
        browser.post("/cart/add", {"variant_id": str(goods.variant_id), "quantity": "1"})
        assert browser.get("/cart").headers.get_all("Set-Cookie") == []
        now.shift(timedelta(hours=20))
        assert len(browser.get("/cart").headers.get_all("Set-Cookie")) == 1
        assert browser.get("/cart").headers.get_all("Set-Cookie") == []
        now.shift(timedelta(days=29))
        assert goods.name in browser.get("/cart").text
        now.shift(timedelta(days=29))
        assert goods.name in browser.get("/cart").text
        now.shift(timedelta(days=31))
        assert goods.name not in browser.get("/cart").text
