from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartshop.kernel.money import round_half_up
from smartshop.pricing.rules import quoting as rules
from smartshop.pricing.rules.lines import PricedLine
from smartshop.pricing.rules.quoting import Quote, TaxPart
from smartshop.pricing.rules.shipping import Shipping
from smartshop.pricing.rules.tax import Tax, Taxes

CLASSES = st.sampled_from(["standard", "reduced", "zero"])
LINE = st.builds(
    PricedLine,
    st.integers(1, 10**6),
    st.integers(1, 99),
    st.integers(0, 10**7),
    weight_grams=st.integers(0, 10**5),
    tax_class=CLASSES,
)
LINES = st.lists(LINE, max_size=12)
SHIPPING = st.builds(
    Shipping,
    st.just("standard"),
    st.just("Standard"),
    st.just(""),
    st.integers(0, 10**5),
    st.none() | st.integers(0, 10**8),
)
TAXES = st.booleans().flatmap(
    lambda is_inclusive: st.builds(
        Taxes,
        st.builds(Tax, st.just("VAT"), st.integers(0, 10_000), st.just(is_inclusive)),
        st.dictionaries(
            CLASSES, st.builds(Tax, st.just("Less"), st.integers(0, 10_000), st.just(is_inclusive))
        ),
        CLASSES,
    )
)
CURRENCY = st.sampled_from(["GBP", "JPY", "KWD"])
STANDARD = Shipping("standard", "Standard", "", 395, 5000)
VAT = Taxes(Tax("VAT", 2000, is_inclusive=True))
SALES_TAX = Taxes(Tax("Sales tax", 825, is_inclusive=False))


@given(LINES, SHIPPING, TAXES, CURRENCY)
def test_the_parts_of_a_random_basket_sum_to_the_whole(
    lines: list[PricedLine], shipping: Shipping, tax: Taxes, currency: str
) -> None:
    assert_parts_sum(lines, shipping, tax, currency)


@pytest.mark.slow
@settings(max_examples=10_000, deadline=None)
@given(LINES, SHIPPING, TAXES, CURRENCY)
def test_the_parts_of_ten_thousand_random_baskets_sum_to_the_whole(
    lines: list[PricedLine], shipping: Shipping, tax: Taxes, currency: str
) -> None:
    assert_parts_sum(lines, shipping, tax, currency)


def assert_parts_sum(lines: list[PricedLine], shipping: Shipping, tax: Taxes, currency: str) -> None:
    quote = rules.quote(lines, currency=currency, shipping=shipping, tax=tax)
    assert quote.currency == currency
    assert quote.goods_minor == sum(line.total_minor for line in quote.lines)
    assert (
        quote.total_minor
        == quote.goods_minor - quote.discount_minor + quote.shipping_minor + quote.added_tax_minor
    )
    assert quote.discount_minor == 0
    assert_shipping_is_right(quote)
    assert_tax_is_right(lines, tax, quote)
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


def assert_tax_is_right(lines: list[PricedLine], taxes: Taxes, quote: Quote) -> None:
    for part in quote.taxes:
        rate = Fraction(part.tax.basis_points, 10_000)
        exact = part.amount_minor * rate / (1 + rate) if part.tax.is_inclusive else part.amount_minor * rate
        assert part.tax_minor == round_half_up(exact)
    assert quote.tax_minor == sum(part.tax_minor for part in quote.taxes)
    assert quote.added_tax_minor == (0 if taxes.default.is_inclusive else quote.tax_minor)
    assert quote.tax_minor == sum(line.tax_minor for line in quote.lines) + quote.shipping_tax_minor
    assert 0 <= quote.shipping_tax_minor <= quote.shipping_minor
    parts = {part.tax: part for part in quote.taxes}
    for asked, line in zip(lines, quote.lines, strict=True):
        part = parts.get(taxes.of_class(asked.tax_class), TaxPart(taxes.default, 0, 0))
        assert 0 <= line.tax_minor <= line.total_minor
        assert abs(line.tax_minor - Fraction(part.tax_minor * line.total_minor, part.amount_minor or 1)) < 1


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
        lines,
        currency="GBP",
        shipping=Shipping("s", "S", "", 0),
        tax=Taxes(Tax("VAT", 2000, is_inclusive=False)),
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


def test_every_class_of_goods_is_taxed_at_its_own_rate_and_delivery_at_the_one_chosen_for_it() -> None:
    standard, reduced = Tax("VAT", 2000, is_inclusive=True), Tax("VAT", 500, is_inclusive=True)
    taxes = Taxes(standard, {"reduced": reduced}, shipping_class="reduced")
    lines = [PricedLine(1, 1, 1200), PricedLine(2, 1, 1050, tax_class="reduced")]
    quote = rules.quote(lines, currency="GBP", shipping=STANDARD, tax=taxes)
    assert quote.taxes == (TaxPart(standard, 1200, 200), TaxPart(reduced, 1445, 69))
    assert ([line.tax_minor for line in quote.lines], quote.shipping_tax_minor) == ([200, 50], 19)
    assert (quote.tax_minor, quote.added_tax_minor, quote.tax_name) == (269, 0, "VAT")


def test_an_empty_basket_costs_nothing() -> None:
    quote = rules.quote([], currency="GBP", shipping=STANDARD, tax=SALES_TAX)
    assert (quote.total_minor, quote.shipping_minor, quote.tax_minor, quote.lines) == (0, 0, 0, ())


def test_without_a_tax_there_is_none() -> None:
    quote = rules.quote([PricedLine(1, 1, 100)], currency="JPY", shipping=STANDARD)
    assert quote.taxes == ()
    assert (quote.tax_minor, quote.total_minor) == (0, 495)
