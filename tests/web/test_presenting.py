from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask

from smartshop.web import places, presenting

WHEN = datetime(2026, 3, 9, 14, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("how", "given", "shown"),
    [
        ("money", (1234,), "£12.34"),
        ("money", (-1234,), "-£12.34"),
        ("money", (0,), "£0.00"),
        ("money", (None,), "–"),
        ("money", (1500, "JPY"), "JP¥1,500"),
        ("money", (123_456_789,), "£1,234,567.89"),
        ("day", (date(2026, 3, 9),), "9 Mar 2026"),
        ("day", (None,), "–"),
        ("moment", (WHEN,), "9 Mar 2026, 14:05"),
        ("moment", (None,), "–"),
        ("number", (12345,), "12,345"),
        ("number", (0.126, 2), "0.13"),
        ("number", (None,), "–"),
        ("compact", (12345,), "12.3K"),
        ("compact", (None,), "–"),
        ("percent", (0.126,), "13%"),
        ("percent", (0.126, 1), "12.6%"),
        ("percent", (None,), "–"),
    ],
)
def test_a_value_is_shown_as_people_write_it(
    app: Flask, how: str, given: tuple[Any, ...], shown: str
) -> None:
    with app.test_request_context("/"):
        assert getattr(presenting, how)(*given) == shown


@pytest.mark.parametrize(
    ("minor", "shown"), [(99_999, "£999.99"), (123_456, "£1,235"), (-123_456, "-£1,235")]
)
def test_short_money_has_no_decimals_from_a_thousand_up(app: Flask, minor: int, shown: str) -> None:
    with app.test_request_context("/"):
        assert presenting.money(minor, short=True) == shown


@pytest.mark.parametrize(
    ("minors", "shown"),
    [
        ((31_871, 560_233), ("£319", "£5,602")),
        ((31_871, 99_999), ("£318.71", "£999.99")),
        ((-150_000, 1), ("-£1,500", "£0")),
    ],
)
def test_amounts_that_stand_together_have_one_precision(
    app: Flask, minors: tuple[int, ...], shown: tuple[str, ...]
) -> None:
    with app.test_request_context("/"):
        assert presenting.amounts(minors) == shown


def test_another_page_keeps_the_rest_of_the_address(app: Flask) -> None:
    with app.test_request_context("/c/mugs?sort=price&page=2"):
        assert presenting.page_url(3) == "/c/mugs?sort=price&page=3"


def test_the_home_market_is_the_first_country() -> None:
    countries = places.countries("GB")
    assert countries[0] == ("GB", "United Kingdom")
    assert [name for _code, name in countries[1:]] == sorted(name for _code, name in countries[1:])
    assert len(countries) == len(places.COUNTRY_CODES) >= 240


@pytest.mark.parametrize(("code", "name"), [("DE", "Germany"), ("EIRE", "EIRE"), ("", "")])
def test_a_country_is_called_by_its_name(code: str, name: str) -> None:
    assert places.country_name(code) == name
