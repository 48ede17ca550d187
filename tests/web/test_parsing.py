import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from smartshop.catalog.queries.search import Sort
from smartshop.web import parsing


@pytest.mark.parametrize(
    "text", ["abc", "0", "-1", "1.5", "", " ", "1000001", "9999999999", "²", "٣", "1e3", "\x00"]
)
def test_a_page_that_is_no_number_from_one_up_is_refused(app: Flask, text: str) -> None:
    with app.test_request_context("/search", query_string={"page": text}), pytest.raises(parsing.BadQuery):
        parsing.page_number()


@pytest.mark.parametrize(
    ("query", "page"), [("", 1), ("page=1", 1), ("page=24", 24), ("page=1000000", 1_000_000)]
)
def test_a_page_is_a_number_and_the_first_by_default(app: Flask, query: str, page: int) -> None:
    with app.test_request_context(f"/search?{query}"):
        assert parsing.page_number() == page


def test_an_unknown_choice_is_refused_with_the_known_ones(app: Flask) -> None:
    with app.test_request_context("/search?sort=magic"), pytest.raises(parsing.BadQuery, match="price-down"):
        parsing.choice("sort", Sort, Sort.FEATURED)


@pytest.mark.parametrize(
    ("query", "sort"), [("", Sort.FEATURED), ("sort=", Sort.FEATURED), ("sort=price", Sort.CHEAPEST)]
)
def test_a_choice_that_is_not_made_is_the_default(app: Flask, query: str, sort: Sort) -> None:
    with app.test_request_context(f"/search?{query}"):
        assert parsing.choice("sort", Sort, Sort.FEATURED) is sort


@pytest.mark.parametrize(
    "text", [None, "", "-1", "abc", "1.0", "1000000000", "²", "٣", "0x10", "1_000", "+1"]
)
def test_what_is_no_whole_number_is_one_that_no_rule_accepts(text: str | None) -> None:
    assert parsing.whole_number(text) == -1


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("12", 12), (" 7 ", 7), ("999999999", 999_999_999)])
def test_a_whole_number_is_read(text: str, number: int) -> None:
    assert parsing.whole_number(text) == number


@pytest.mark.parametrize(
    ("text", "currency"),
    [("1,234", "KWD"), (" 12,500 ", "KWD"), ("1,000", "GBP"), ("1.000", "GBP"), ("12,000", "JPY")],
)
def test_a_mark_that_may_part_thousands_is_in_no_amount(text: str, currency: str) -> None:
    assert parsing.amount(text, currency) == -1


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("1.234", "KWD", 1234),
        ("1234.000", "KWD", 1_234_000),
        ("1,23", "KWD", 1230),
        ("1,2340", "KWD", 1234),
        ("12,50", "GBP", 1250),
        ("0,500", "GBP", 50),
        ("1234,000", "KWD", 1_234_000),
        ("1234,567", "GBP", -1),
    ],
)
def test_every_other_mark_is_a_decimal_one(text: str, currency: str, minor: int) -> None:
    assert parsing.amount(text, currency) == minor


ELSEWHERE = [
    None,
    "",
    "//evil.example",
    "/\\evil.example",
    "///evil.example",
    "https://evil.example/",
    "javascript:alert(1)",
    "evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\x00/cart",
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_nobody_is_sent_to_another_site(target: str | None) -> None:
    assert parsing.safe_path(target) is None


@given(st.text(max_size=40))
def test_a_safe_path_is_the_path_that_was_asked_for(target: str) -> None:
    safe = parsing.safe_path(target)
    assert safe is None or (safe == target and safe[0] == "/" and safe[1:2] not in {"/", "\\"})


def test_a_path_of_this_site_is_safe() -> None:
    assert parsing.safe_path("/account/orders?page=2") == "/account/orders?page=2"


@pytest.mark.parametrize(
    ("text", "grams"),
    [
        ("1,234", -1),
        ("12,500", -1),
        ("1.234", 1234),
        ("0,500", 500),
        ("1,5", 1500),
        ("1,2345", -1),
        ("1234", 1_234_000),
        ("1,234,567", -1),
        ("1.234,5", -1),
    ],
)
def test_a_comma_before_three_digits_is_in_no_weight(text: str, grams: int) -> None:
    assert parsing.scaled(text, 3) == grams


@pytest.mark.parametrize(("text", "hundredths"), [("5,5", 550), ("5.25", 525), ("1,234", -1), ("1.234", -1)])
def test_a_percentage_has_two_decimals(text: str, hundredths: int) -> None:
    assert parsing.scaled(text, 2) == hundredths
