from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartshop.kernel.money import exponent, round_half_up
from smartshop.pricing.rules import promotions, quoting
from smartshop.pricing.rules.lines import PricedLine
from smartshop.pricing.rules.promotions import Kind, Missing, Promotion, Scope
from smartshop.pricing.rules.quoting import Quote
from smartshop.pricing.rules.shipping import Shipping
from smartshop.pricing.rules.tax import Tax, Taxes

CLASSES = ("standard", "reduced", "zero")
STANDARD = Shipping("standard", "Standard", "", 395, 5000)
LINE = st.builds(
    PricedLine,
    st.integers(1, 10**6),
    st.integers(1, 99),
    st.integers(0, 10**6) | st.integers(0, 20),
    st.integers(1, 4),
    st.sampled_from([(1,), (1, 2), (1, 2, 3), (4,)]),
    st.integers(0, 5000),
    st.sampled_from(CLASSES),
)
PROMOTION = st.builds(
    Promotion,
    id=st.integers(1, 9),
    name=st.just("Offer"),
    kind=st.sampled_from(Kind),
    basis_points=st.integers(1, 10_000),
    amount_minor=st.integers(1, 10**6),
    buy_quantity=st.integers(1, 4),
    get_quantity=st.integers(1, 3),
    scope=st.sampled_from(Scope),
    target_ids=st.frozensets(st.integers(1, 4), min_size=1, max_size=3),
    minimum_goods_minor=st.sampled_from([0, 0, 1000]),
    minimum_quantity=st.sampled_from([0, 0, 3]),
    is_combinable=st.booleans(),
    priority=st.integers(0, 2),
)
RATE = st.integers(0, 10_000)


@st.composite
def baskets(draw: st.DrawFn) -> tuple[list[PricedLine], str, Shipping, Taxes, list[Promotion]]:
    currency = draw(st.sampled_from(["JPY", "EUR", "KWD"]))
    is_inclusive = draw(st.booleans())
    rates = {name: Tax(name, draw(RATE), is_inclusive) for name in CLASSES}
    shipping = Shipping("s", "S", "", draw(st.integers(0, 5000)), draw(st.none() | st.integers(0, 10**6)))
    return (
        draw(st.lists(LINE, max_size=6)),
        currency,
        shipping,
        Taxes(Tax("other", 0, is_inclusive), rates, draw(st.sampled_from(CLASSES))),
        draw(st.lists(PROMOTION, max_size=4, unique_by=lambda promotion: promotion.id)),
    )


def basket_of(seed: int) -> tuple[list[PricedLine], str, Shipping, Taxes, list[Promotion]]:
    """A basket drawn at random: a hundred times quicker than one that can be made smaller when it fails."""
    draw = Random(seed)
    is_inclusive = draw.random() < 0.5
    rates = {name: Tax(name, draw.randint(0, 10_000), is_inclusive) for name in CLASSES}
    lines = [
        PricedLine(
            variant_id=draw.randint(1, 10**6),
            quantity=draw.randint(1, 99),
            unit_price_minor=draw.choice([draw.randint(0, 20), draw.randint(0, 10**6)]),
            product_id=draw.randint(1, 4),
            category_ids=draw.choice([(1,), (1, 2), (1, 2, 3), (4,)]),
            weight_grams=draw.randint(0, 5000),
            tax_class=draw.choice(CLASSES),
        )
        for _ in range(draw.randint(0, 9))
    ]
    offers = [
        Promotion(
            id=number,
            name="Offer",
            kind=draw.choice(list(Kind)),
            basis_points=draw.randint(1, 10_000),
            amount_minor=draw.randint(1, 10**6),
            buy_quantity=draw.randint(1, 4),
            get_quantity=draw.randint(1, 3),
            scope=draw.choice(list(Scope)),
            target_ids=frozenset(draw.sample(range(1, 5), draw.randint(1, 3))),
            minimum_goods_minor=draw.choice([0, 0, 1000]),
            minimum_quantity=draw.choice([0, 0, 3]),
            is_combinable=draw.random() < 0.5,
            priority=draw.randint(0, 2),
        )
        for number in range(draw.randint(0, 5))
    ]
    shipping = Shipping("s", "S", "", draw.randint(0, 5000), draw.choice([None, draw.randint(0, 10**6)]))
    taxes = Taxes(Tax("other", 0, is_inclusive), rates, draw.choice(CLASSES))
    return lines, draw.choice(["JPY", "EUR", "KWD"]), shipping, taxes, offers


@settings(max_examples=10_000, deadline=None)
@given(st.integers(0, 2**64))
def test_ten_thousand_baskets_with_promotions_add_up_to_the_minor_unit(seed: int) -> None:
    assert_adds_up(*basket_of(seed))


@given(baskets())
def test_baskets_with_promotions_add_up_to_the_minor_unit(
    basket: tuple[list[PricedLine], str, Shipping, Taxes, list[Promotion]],
) -> None:
    assert_adds_up(*basket)


def assert_adds_up(
    lines: list[PricedLine], currency: str, shipping: Shipping, taxes: Taxes, offers: list[Promotion]
) -> None:
    assert exponent(currency) == {"JPY": 0, "EUR": 2, "KWD": 3}[currency]
    plain = quoting.quote(lines, currency=currency, shipping=shipping, tax=taxes)
    quote = quoting.quote(lines, currency=currency, shipping=shipping, tax=taxes, promotions=offers)
    assert quote.total_minor <= plain.total_minor
    assert quote.goods_minor == plain.goods_minor == sum(line.gross_minor for line in lines)
    assert (
        quote.total_minor
        == sum(line.total_minor for line in quote.lines) + quote.shipping_minor + quote.added_tax_minor
    )
    assert (
        quote.total_minor
        == quote.goods_minor - quote.discount_minor + quote.shipping_minor + quote.added_tax_minor
    )
    for asked, line in zip(lines, quote.lines, strict=True):
        assert 0 <= line.discount_minor <= asked.gross_minor
        assert line.total_minor == asked.gross_minor - line.discount_minor
        assert 0 <= line.tax_minor <= line.total_minor
    assert quote.discount_minor == sum(line.discount_minor for line in quote.lines)
    assert_taxes_add_up(quote)
    assert_promotions_add_up(quote, lines, shipping, offers)


def assert_taxes_add_up(quote: Quote) -> None:
    assert quote.tax_minor == sum(part.tax_minor for part in quote.taxes)
    assert quote.tax_minor == sum(line.tax_minor for line in quote.lines) + quote.shipping_tax_minor
    assert 0 <= quote.shipping_tax_minor <= quote.shipping_minor
    for part in quote.taxes:
        rate = Fraction(part.tax.basis_points, 10_000)
        exact = part.amount_minor * rate / (1 + rate) if part.tax.is_inclusive else part.amount_minor * rate
        assert part.tax_minor == round_half_up(exact)


def assert_promotions_add_up(
    quote: Quote, lines: list[PricedLine], shipping: Shipping, offers: list[Promotion]
) -> None:
    used = {applied.promotion_id for applied in quote.promotions}
    known = {offer.id: offer for offer in offers}
    assert quote.discount_minor == sum(applied.goods_minor for applied in quote.promotions)
    full = shipping.price_for(quote.goods_minor - quote.discount_minor, 0) if lines else 0
    assert quote.shipping_minor == full - sum(applied.shipping_minor for applied in quote.promotions) >= 0
    assert all(applied.saved_minor > 0 for applied in quote.promotions)
    assert all(promotions.missing(known[number], lines) is None for number in used)
    assert len(used) <= 1 or all(known[number].is_combinable for number in used)


def saved(
    lines: list[PricedLine], *offers: Promotion, shipping: Shipping = STANDARD
) -> list[tuple[int, int]]:
    """Which promotion saved how much."""
    quote = quoting.quote(lines, currency="GBP", shipping=shipping, promotions=offers)
    return [(applied.promotion_id, applied.saved_minor) for applied in quote.promotions]


def test_a_percentage_is_rounded_once_and_spread_over_the_lines() -> None:
    tenth = Promotion(1, "Ten", Kind.PERCENTAGE, basis_points=1000)
    lines = [PricedLine(number, 1, 33) for number in range(3)]
    quote = quoting.quote(lines, currency="GBP", shipping=STANDARD, promotions=[tenth])
    assert [line.discount_minor for line in quote.lines] == [4, 3, 3]
    assert (quote.discount_minor, quote.total_minor) == (10, 99 - 10 + 395)


def test_an_amount_never_takes_off_more_than_there_is() -> None:
    assert saved([PricedLine(1, 1, 300)], Promotion(1, "Five off", Kind.AMOUNT, amount_minor=500)) == [
        (1, 300)
    ]


def test_a_promotion_takes_off_only_what_it_covers() -> None:
    lines = [
        PricedLine(1, 1, 1000, 1, (1, 2)),
        PricedLine(2, 1, 1000, 2, (1,)),
        PricedLine(3, 1, 1000, 3, (5,)),
    ]
    half = Promotion(1, "Half", Kind.PERCENTAGE, basis_points=5000)
    of_category = replace(half, scope=Scope.CATEGORIES, target_ids=frozenset({1}))
    assert saved(lines, of_category) == [(1, 1000)]
    assert saved(lines, replace(of_category, target_ids=frozenset({2}))) == [(1, 500)]
    assert saved(lines, replace(half, scope=Scope.PRODUCTS, target_ids=frozenset({3, 9}))) == [(1, 500)]
    assert saved(lines, replace(half, scope=Scope.PRODUCTS)) == []


@pytest.mark.parametrize(
    ("buy", "get", "pieces", "off"),
    [
        (2, 1, [(1, 900), (1, 500), (1, 100)], 100),
        (2, 1, [(2, 900), (4, 100)], 100 + 100),
        (2, 1, [(3, 100), (3, 900)], 900 + 100),
        (2, 1, [(2, 900)], 0),
        (1, 1, [(5, 200)], 400),
        (2, 2, [(3, 200)], 200),
    ],
)
def test_of_every_group_the_cheapest_are_free(
    buy: int, get: int, pieces: list[tuple[int, int]], off: int
) -> None:
    offer = Promotion(1, "Free one", Kind.BUY_GET, buy_quantity=buy, get_quantity=get)
    lines = [PricedLine(number, quantity, price) for number, (quantity, price) in enumerate(pieces)]
    assert saved(lines, offer) == ([(1, off)] if off else [])


def test_what_one_gets_may_cost_something() -> None:
    offer = Promotion(1, "Second half price", Kind.BUY_GET, basis_points=5000, buy_quantity=1, get_quantity=1)
    assert saved([PricedLine(1, 2, 999)], offer) == [(1, 500)]


def test_more_goods_never_lessen_what_buying_several_saves() -> None:
    offer = Promotion(1, "3 for 2", Kind.BUY_GET, buy_quantity=2, get_quantity=1)
    assert saved([PricedLine(1, 3, 1000)], offer) == [(1, 1000)]
    assert saved([PricedLine(1, 3, 1000), PricedLine(2, 3, 100)], offer) == [(1, 1100)]


def test_free_delivery_saves_what_it_would_have_cost() -> None:
    free = Promotion(1, "Free delivery", Kind.FREE_SHIPPING)
    quote = quoting.quote([PricedLine(1, 1, 1000)], currency="GBP", shipping=STANDARD, promotions=[free])
    assert (quote.discount_minor, quote.shipping_minor, quote.total_minor, quote.saved_minor) == (
        0,
        0,
        1000,
        395,
    )
    assert saved([PricedLine(1, 1, 5000)], free) == []


def test_free_delivery_from_an_amount_looks_at_what_is_paid_for_the_goods() -> None:
    off = Promotion(1, "Ten", Kind.PERCENTAGE, basis_points=1000)
    quote = quoting.quote([PricedLine(1, 1, 5500)], currency="GBP", shipping=STANDARD, promotions=[off])
    assert (quote.shipping_minor, quote.left_to_free_shipping_minor, quote.total_minor) == (395, 50, 5345)


def test_a_discount_that_would_cost_more_in_delivery_is_not_used() -> None:
    off = Promotion(1, "One off", Kind.AMOUNT, amount_minor=100)
    quote = quoting.quote([PricedLine(1, 1, 5050)], currency="GBP", shipping=STANDARD, promotions=[off])
    assert (quote.promotions, quote.total_minor) == ((), 5050)


def test_promotions_that_combine_follow_each_other_by_priority() -> None:
    tenth = Promotion(1, "Ten", Kind.PERCENTAGE, basis_points=1000)
    five = Promotion(2, "Five off", Kind.AMOUNT, amount_minor=500)
    lines = [PricedLine(1, 1, 4000)]
    assert saved(lines, five, tenth) == [(1, 400), (2, 500)]
    assert saved(lines, replace(five, priority=1), tenth) == [(2, 500), (1, 350)]


def test_one_that_stands_alone_is_used_when_it_saves_more_than_the_others_together() -> None:
    tenth = Promotion(1, "Ten", Kind.PERCENTAGE, basis_points=1000)
    five = Promotion(2, "Five off", Kind.AMOUNT, amount_minor=500)
    alone = Promotion(3, "Alone", Kind.PERCENTAGE, basis_points=2000, is_combinable=False)
    assert saved([PricedLine(1, 1, 4000)], tenth, five, alone) == [(1, 400), (2, 500)]
    assert saved([PricedLine(1, 1, 5000)], tenth, five, alone) == [(1, 500), (2, 500)]
    assert saved([PricedLine(1, 1, 7000)], tenth, five, alone) == [(3, 1400)]


def test_what_a_basket_lacks_is_counted_on_what_the_promotion_covers() -> None:
    offer = Promotion(
        1, "Two", Kind.PERCENTAGE, scope=Scope.PRODUCTS, target_ids=frozenset({1}),
        minimum_goods_minor=2000, minimum_quantity=2,
    )  # fmt: skip
    assert promotions.missing(offer, [PricedLine(1, 5, 9999, 2)]) == Missing(has_none=True)
    assert promotions.missing(offer, [PricedLine(1, 1, 1500, 1), PricedLine(2, 9, 999, 2)]) == Missing(500, 1)
    assert promotions.missing(offer, [PricedLine(1, 2, 500, 1)]) == Missing(1000, 0)
    assert promotions.missing(offer, [PricedLine(1, 2, 1000, 1)]) is None
    three = Promotion(2, "3 for 2", Kind.BUY_GET, buy_quantity=2, get_quantity=1)
    assert promotions.missing(three, [PricedLine(1, 2, 1000)]) == Missing(0, 1)
