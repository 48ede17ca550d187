from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartshop.kernel.money import round_half_up
from smartshop.pricing import rules
from smartshop.pricing.rules import NO_TAX, PricedLine, Quote, Shipping, Tax

LINE = st.builds(PricedLine, st.integers(1, 10**6), st.integers(1, 99), st.integers(0, 10**7))
LINES = st.lists(LINE, max_size=12)
SHIPPING = st.builds(
    Shipping,
    st.just("standard"),
    st.just("Standard"),
    st.just(""),
    st.integers(0, 10**5),
    st.none() | st.integers(0, 10**8),
)
TAX = st.builds(Tax, st.just("VAT"), st.integers(0, 10_000), st.booleans())
CURRENCY = st.sampled_from(["GBP", "JPY", "KWD"])
STANDARD = Shipping("standard", "Standard", "", 395, 5000)
VAT = Tax("VAT", 2000, is_inclusive=True)
SALES_TAX = Tax("Sales tax", 825, is_inclusive=False)


@given(LINES, SHIPPING, TAX, CURRENCY)
def test_the_parts_of_a_random_basket_sum_to_the_whole(
    lines: list[PricedLine], shipping: Shipping, tax: Tax, currency: str
) -> None:
    assert_parts_sum(lines, shipping, tax, currency)


@pytest.mark.slow
@settings(max_examples=10_000, deadline=None)
@given(LINES, SHIPPING, TAX, CURRENCY)
def test_the_parts_of_ten_thousand_random_baskets_sum_to_the_whole(
    lines: list[PricedLine], shipping: Shipping, tax: Tax, currency: str
) -> None:
    assert_parts_sum(lines, shipping, tax, currency)


def assert_parts_sum(lines: list[PricedLine], shipping: Shipping, tax: Tax, currency: str) -> None:
    quote = rules.quote(lines, currency=currency, shipping=shipping, tax=tax)
    assert quote.currency == currency
    assert quote.goods_minor == sum(line.total_minor for line in quote.lines)
    assert (
        quote.total_minor
        == quote.goods_minor - quote.discount_minor + quote.shipping_minor + quote.added_tax_minor
    )
    assert quote.discount_minor == 0
    assert_shipping_is_right(quote)
    assert_tax_is_right(quote)
    for asked, quoted in zip(lines, quote.lines, strict=True):
        assert (quoted.variant_id, quoted.quantity) == (asked.variant_id, asked.quantity)
        assert quoted.total_minor == asked.quantity * asked.unit_price_minor


def assert_shipping_is_right(quote: Quote) -> None:
    threshold = quote.shipping.free_over_minor
    is_free = not quote.lines or (threshold is not None and quote.goods_minor >= threshold)
    assert quote.shipping_minor == (0 if is_free else quote.shipping.price_minor)
    if quote.left_to_free_shipping_minor:
        assert threshold == quote.goods_minor + quote.left_to_free_shipping_minor
        assert quote.shipping_minor


def assert_tax_is_right(quote: Quote) -> None:
    rate = Fraction(quote.tax.basis_points, 10_000)
    taxed = quote.goods_minor + quote.shipping_minor
    exact = taxed * rate / (1 + rate) if quote.tax.is_inclusive else taxed * rate
    assert quote.tax_minor == round_half_up(exact)
    assert quote.added_tax_minor == (0 if quote.tax.is_inclusive else quote.tax_minor)
    of_lines = [line.tax_minor for line in quote.lines]
    of_shipping = quote.tax_minor - sum(of_lines)
    assert 0 <= of_shipping <= quote.shipping_minor
    for line in quote.lines:
        assert 0 <= line.tax_minor <= line.total_minor
        assert abs(line.tax_minor - Fraction(quote.tax_minor * line.total_minor, taxed or 1)) < 1


def test_an_inclusive_tax_is_found_inside_the_total() -> None:
    quote = rules.quote(
        [PricedLine(1, 2, 1000), PricedLine(2, 1, 199)], currency="GBP", shipping=STANDARD, tax=VAT
    )
    assert (quote.goods_minor, quote.shipping_minor, quote.total_minor) == (2199, 395, 2594)
    assert (quote.tax_minor, quote.added_tax_minor) == (432, 0)
    assert [line.tax_minor for line in quote.lines] == [333, 33]


def test_an_exclusive_tax_comes_on_top() -> None:
    quote = rules.quote([PricedLine(1, 3, 333)], currency="USD", shipping=STANDARD, tax=SALES_TAX)
    assert (quote.goods_minor, quote.shipping_minor) == (999, 395)
    assert (quote.tax_minor, quote.added_tax_minor, quote.total_minor) == (115, 115, 1509)


def test_tax_is_rounded_once_and_not_line_by_line() -> None:
    lines = [PricedLine(number, 1, 3) for number in range(10)]
    quote = rules.quote(
        lines, currency="GBP", shipping=Shipping("s", "S", "", 0), tax=Tax("VAT", 2000, is_inclusive=False)
    )
    assert quote.tax_minor == 6
    assert sum(line.tax_minor for line in quote.lines) == 6


@pytest.mark.parametrize(
    ("goods", "price", "left"), [(4999, 395, 1), (5000, 0, 0), (5001, 0, 0), (1, 395, 4999)]
)
def test_shipping_is_free_from_the_threshold_on(goods: int, price: int, left: int) -> None:
    quote = rules.quote([PricedLine(1, 1, goods)], currency="GBP", shipping=STANDARD)
    assert (quote.shipping_minor, quote.left_to_free_shipping_minor) == (price, left)


def test_shipping_without_a_threshold_is_never_free() -> None:
    express = Shipping("express", "Express", "", 795)
    quote = rules.quote([PricedLine(1, 99, 10**7)], currency="GBP", shipping=express)
    assert (quote.shipping_minor, quote.left_to_free_shipping_minor) == (795, 0)


def test_an_empty_basket_costs_nothing() -> None:
    quote = rules.quote([], currency="GBP", shipping=STANDARD, tax=SALES_TAX)
    assert (quote.total_minor, quote.shipping_minor, quote.tax_minor, quote.lines) == (0, 0, 0, ())


def test_without_a_tax_there_is_none() -> None:
    quote = rules.quote([PricedLine(1, 1, 100)], currency="JPY", shipping=STANDARD)
    assert quote.tax is NO_TAX
    assert (quote.tax_minor, quote.total_minor) == (0, 495)
