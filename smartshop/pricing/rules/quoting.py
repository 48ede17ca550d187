"""The quote engine: what a basket costs, with parts that always sum to the whole. Pure."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from smartshop.kernel.money import allocate
from smartshop.pricing.rules.lines import PricedLine
from smartshop.pricing.rules.promotions import Applied, Kind, Promotion, reduced, ways
from smartshop.pricing.rules.shipping import Shipping
from smartshop.pricing.rules.tax import NO_TAXES, Tax, Taxes


@dataclass(frozen=True)
class QuotedLine:
    """``total_minor`` is what the line costs after ``discount_minor``."""

    variant_id: int
    quantity: int
    unit_price_minor: int
    discount_minor: int
    total_minor: int
    tax_minor: int
    tax_basis_points: int


@dataclass(frozen=True)
class TaxPart:
    """One rate's part of a quote: ``tax_minor`` on (or inside) ``amount_minor`` of goods and delivery."""

    tax: Tax
    amount_minor: int
    tax_minor: int

    def frozen(self) -> dict[str, Any]:
        """The copy an order keeps."""
        return {**asdict(self.tax), "amount_minor": self.amount_minor, "tax_minor": self.tax_minor}


@dataclass(frozen=True)
class Quote:
    """Minor units throughout: total = goods - discount + shipping + added tax.

    ``tax_minor`` is all tax in the total; ``added_tax_minor`` the part of it that shown prices do not contain.
    ``taxes`` has a part for every rate that something falls under and that is not nothing. Free delivery from an
    amount on looks at the goods after discounts. ``promotions`` are those that saved something.
    """

    currency: str
    lines: tuple[QuotedLine, ...]
    goods_minor: int
    discount_minor: int
    shipping_minor: int
    shipping_tax_minor: int
    tax_minor: int
    added_tax_minor: int
    total_minor: int
    shipping: Shipping
    taxes: tuple[TaxPart, ...]
    promotions: tuple[Applied, ...] = ()

    @property
    def saved_minor(self) -> int:
        """What the promotions took off goods and delivery."""
        return sum(promotion.saved_minor for promotion in self.promotions)

    @property
    def left_to_free_shipping_minor(self) -> int:
        """How much more makes shipping free; 0 when it is free or never will be."""
        threshold = self.shipping.free_over_minor
        paid_for_goods = self.goods_minor - self.discount_minor
        return 0 if threshold is None or not self.shipping_minor else max(0, threshold - paid_for_goods)

    @property
    def tax_name(self) -> str:
        """The names of the taxes in it."""
        return ", ".join(dict.fromkeys(part.tax.name for part in self.taxes))


def quote(
    lines: Sequence[PricedLine],
    *,
    currency: str,
    shipping: Shipping,
    tax: Taxes = NO_TAXES,
    promotions: Sequence[Promotion] = (),
) -> Quote:
    """Price a basket the cheapest way that its promotions allow."""
    quotes = [
        _quoted(lines, currency=currency, shipping=shipping, tax=tax, used=way)
        for way in ways(promotions, lines)
    ]
    return min(quotes, key=lambda found: found.total_minor)


def _quoted(
    lines: Sequence[PricedLine],
    *,
    currency: str,
    shipping: Shipping,
    tax: Taxes,
    used: Sequence[Promotion],
) -> Quote:
    """Price a basket. Each tax is rounded once on all it falls on, then spread so that the parts sum to it."""
    discounts, applied = reduced(lines, used)
    totals = [line.gross_minor - less for line, less in zip(lines, discounts, strict=True)]
    weight = sum(line.quantity * line.weight_grams for line in lines)
    full_shipping = shipping.price_for(sum(totals), weight) if lines else 0
    shipping_minor, applied = _shipped(full_shipping, applied)
    of_lines = [tax.of_class(line.tax_class) for line in lines]
    parts, spread = _taxed(of_lines, totals, tax, shipping_minor)
    added = sum(part.tax_minor for part in parts if not part.tax.is_inclusive)
    return Quote(
        currency=currency,
        lines=tuple(
            QuotedLine(
                line.variant_id, line.quantity, line.unit_price_minor, less, total, part, rate.basis_points
            )
            for line, less, total, part, rate in zip(
                lines, discounts, totals, spread[:-1], of_lines, strict=True
            )
        ),
        goods_minor=sum(line.gross_minor for line in lines),
        discount_minor=sum(discounts),
        shipping_minor=shipping_minor,
        shipping_tax_minor=spread[-1],
        tax_minor=sum(part.tax_minor for part in parts),
        added_tax_minor=added,
        total_minor=sum(totals) + shipping_minor + added,
        shipping=shipping,
        taxes=parts,
        promotions=tuple(promotion for promotion in applied if promotion.saved_minor),
    )


def _shipped(price_minor: int, applied: Sequence[Applied]) -> tuple[int, list[Applied]]:
    """What the delivery costs, and the promotions with what the first that makes it free saved of it."""
    place = next((n for n, each in enumerate(applied) if each.kind is Kind.FREE_SHIPPING), None)
    if place is None:
        return price_minor, list(applied)
    freed = replace(applied[place], shipping_minor=price_minor)
    return 0, [freed if each is applied[place] else each for each in applied]


def _taxed(
    of_lines: Sequence[Tax], totals: Sequence[int], taxes: Taxes, shipping_minor: int
) -> tuple[tuple[TaxPart, ...], list[int]]:
    """The taxes of the whole, and how much of them each line and, last, the shipping bears."""
    falls_under, amounts = [*of_lines, taxes.of_shipping], [*totals, shipping_minor]
    spread, parts = [0] * len(amounts), []
    for tax in dict.fromkeys(falls_under):
        places = [place for place, other in enumerate(falls_under) if other == tax]
        amount = sum(amounts[place] for place in places)
        whole = tax.of(amount)
        if whole:
            parts.append(TaxPart(tax, amount, whole))
            for place, share in zip(places, allocate(whole, [amounts[p] for p in places]), strict=True):
                spread[place] = share
    return tuple(parts), spread
