"""The quote engine: what a basket costs, with parts that always sum to the whole. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from smartshop.kernel.money import allocate, round_half_up

BASIS = 10_000


@dataclass(frozen=True)
class PricedLine:
    """What is asked for: ``quantity`` of a variant at ``unit_price_minor`` as shown."""

    variant_id: int
    quantity: int
    unit_price_minor: int


@dataclass(frozen=True)
class Shipping:
    """A way to send it; free from ``free_over_minor`` of goods when that is set."""

    code: str
    name: str
    description: str
    price_minor: int
    free_over_minor: int | None = None

    def price_for(self, goods_minor: int) -> int:
        is_free = self.free_over_minor is not None and goods_minor >= self.free_over_minor
        return 0 if is_free else self.price_minor


@dataclass(frozen=True)
class Tax:
    """A tax in basis points (2000 is 20 %); inclusive when the shown prices contain it."""

    name: str
    basis_points: int
    is_inclusive: bool

    def of(self, amount_minor: int) -> int:
        """The tax on (or, when inclusive, inside) an amount, half up.

        Inclusive: amount × rate ÷ (1 + rate). Exclusive: amount × rate.
        """
        whole = BASIS + self.basis_points if self.is_inclusive else BASIS
        return round_half_up(Fraction(amount_minor * self.basis_points, whole))


NO_TAX = Tax("", 0, is_inclusive=True)


@dataclass(frozen=True)
class QuotedLine:
    variant_id: int
    quantity: int
    unit_price_minor: int
    total_minor: int
    tax_minor: int


@dataclass(frozen=True)
class Quote:
    """Minor units throughout: total = goods - discount + shipping + added tax.

    ``tax_minor`` is all tax in the total; ``added_tax_minor`` the part of it that shown prices do not contain.
    """

    currency: str
    lines: tuple[QuotedLine, ...]
    goods_minor: int
    discount_minor: int
    shipping_minor: int
    tax_minor: int
    added_tax_minor: int
    total_minor: int
    shipping: Shipping
    tax: Tax

    @property
    def left_to_free_shipping_minor(self) -> int:
        """How much more makes shipping free; 0 when it is free or never will be."""
        threshold = self.shipping.free_over_minor
        return 0 if threshold is None or not self.shipping_minor else max(0, threshold - self.goods_minor)


def quote(lines: Sequence[PricedLine], *, currency: str, shipping: Shipping, tax: Tax = NO_TAX) -> Quote:
    """Price a basket. Tax is rounded once on the whole, then spread so that the parts sum to it."""
    totals = [line.quantity * line.unit_price_minor for line in lines]
    goods = sum(totals)
    shipping_minor = shipping.price_for(goods) if lines else 0
    tax_minor = tax.of(goods + shipping_minor)
    spread = allocate(tax_minor, [*totals, shipping_minor]) if tax_minor else [0] * (len(totals) + 1)
    added = 0 if tax.is_inclusive else tax_minor
    return Quote(
        currency=currency,
        lines=tuple(
            QuotedLine(line.variant_id, line.quantity, line.unit_price_minor, total, part)
            for line, total, part in zip(lines, totals, spread[:-1], strict=True)
        ),
        goods_minor=goods,
        discount_minor=0,
        shipping_minor=shipping_minor,
        tax_minor=tax_minor,
        added_tax_minor=added,
        total_minor=goods + shipping_minor + added,
        shipping=shipping,
        tax=tax,
    )
