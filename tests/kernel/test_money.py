from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartshop.kernel import money
from smartshop.kernel.money import CurrencyMismatch, Money

WEIGHTS = st.lists(st.integers(0, 10**9), min_size=1, max_size=30)
TOTALS = st.integers(-(10**15), 10**15)


@given(TOTALS, WEIGHTS)
def test_allocated_parts_sum_to_the_total_and_none_is_a_unit_away_from_its_share(
    total: int, weights: list[int]
) -> None:
    parts = money.allocate(total, weights)
    assert sum(parts) == total
    shares = weights if any(weights) else [1] * len(weights)
    for part, share in zip(parts, shares, strict=True):
        assert abs(part - Fraction(total * share, sum(shares))) < 1


@given(TOTALS, WEIGHTS)
def test_a_larger_weight_never_gets_a_smaller_part_and_nothing_gets_something(
    total: int, weights: list[int]
) -> None:
    parts = [abs(part) for part in money.allocate(total, weights)]
    by_weight = sorted(zip(weights, parts, strict=True))
    assert all(one[1] <= other[1] + (one[0] == other[0]) for one, other in pairwise(by_weight))
    if any(weights):
        assert all(part == 0 for weight, part in by_weight if weight == 0)


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (-100, [1, 1, 1], [-34, -33, -33]),
        (5, [0, 0], [3, 2]),
        (1, [1, 2, 1], [0, 1, 0]),
        (10, [1, 1, 8], [1, 1, 8]),
        (0, [3, 4], [0, 0]),
        (0, [], []),
    ],
)
def test_units_left_over_go_to_the_largest_remainders_first(
    total: int, weights: list[int], parts: list[int]
) -> None:
    assert money.allocate(total, weights) == parts


def test_what_cannot_be_allocated_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing to allocate to"):
        money.allocate(1, [])
    with pytest.raises(ValueError, match="negative"):
        money.allocate(1, [2, -1])


@pytest.mark.parametrize(
    ("currency", "places", "amount", "minor"),
    [
        ("GBP", 2, "12.345", 1235),
        ("EUR", 2, "-12.345", -1235),
        ("USD", 2, "12.3449", 1234),
        ("JPY", 0, "12.5", 13),
        ("JPY", 0, "11.5", 12),
        ("KWD", 3, "1.2345", 1235),
        ("KWD", 3, "0.0005", 1),
    ],
)
def test_minor_units_follow_the_currency_and_a_half_goes_away_from_zero(
    currency: str, places: int, amount: str, minor: int
) -> None:
    assert money.exponent(currency) == places
    assert money.to_minor(Decimal(amount), currency) == minor


@given(st.integers(-(10**17), 10**17), st.sampled_from(["GBP", "JPY", "KWD"]))
def test_minor_to_major_and_back_is_exact(minor: int, currency: str) -> None:
    assert money.to_minor(money.to_major(minor, currency), currency) == minor


@given(st.fractions(min_value=-(10**9), max_value=10**9))
def test_rounding_is_to_the_nearest_and_symmetric(value: Fraction) -> None:
    rounded = money.round_half_up(value)
    assert abs(rounded - value) <= Fraction(1, 2)
    assert money.round_half_up(-value) == -rounded
    if abs(rounded - value) == Fraction(1, 2):
        assert abs(rounded) > abs(value)


@given(st.integers(-(10**9), 10**9), st.integers(1, 10**6))
def test_decimals_and_fractions_round_alike(numerator: int, cents: int) -> None:
    value = Fraction(numerator, 100) + cents
    assert money.round_half_up(Decimal(numerator) / 100 + cents) == money.round_half_up(value)


def test_two_currencies_never_mix() -> None:
    pound, euro = Money(100, "GBP"), Money(100, "EUR")
    for mix in (lambda: pound + euro, lambda: pound - euro, lambda: pound < euro):
        with pytest.raises(CurrencyMismatch, match="GBP and EUR"):
            mix()
    assert pound != euro


def test_amounts_add_up_in_one_currency() -> None:
    assert Money(250, "GBP") + Money(5, "GBP") == Money(255, "GBP")
    assert Money(250, "GBP") - Money(300, "GBP") == Money(-50, "GBP")
    assert Money(250, "GBP") * 3 == Money(750, "GBP")
    assert Money(1, "GBP") < Money(2, "GBP")
    assert not Money(0, "GBP")
    assert Money(1235, "KWD").major == Decimal("1.235")


@pytest.mark.parametrize("amount", [1.0, Decimal(1), True, "1"])
def test_an_amount_is_nothing_but_an_integer(amount: object) -> None:
    with pytest.raises(TypeError, match="integer of minor units"):
        Money(amount, "GBP")  # type: ignore[arg-type]
