"""What promotions take off a basket. Pure.

Promotions that combine are applied one after the other, highest priority first, each to what the ones before
left of the price. One that stands alone is never used with another. Of all the ways that are allowed, also of
using none, the basket gets the one that makes it cheapest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from smartshop.kernel.money import allocate, round_half_up
from smartshop.pricing.rules.lines import PricedLine

WHOLE = 10_000
"""Basis points in a whole: 100 %."""


class Kind(StrEnum):
    PERCENTAGE = "percentage"
    AMOUNT = "amount"
    BUY_GET = "buy_get"
    FREE_SHIPPING = "free_shipping"


class Scope(StrEnum):
    ORDER = "order"
    CATEGORIES = "categories"
    PRODUCTS = "products"


@dataclass(frozen=True)
class Promotion:
    """An offer as it bears on one basket; ``code`` is the one the customer gave, empty when none is needed.

    ``basis_points`` is what a percentage takes off, and how much off the goods one gets for those one buys.
    The minimum amount (before discounts) and quantity count only goods of its scope.
    """

    id: int
    name: str
    kind: Kind
    code: str = ""
    basis_points: int = WHOLE
    amount_minor: int = 0
    buy_quantity: int = 0
    get_quantity: int = 0
    scope: Scope = Scope.ORDER
    target_ids: frozenset[int] = frozenset()
    """Categories (each with all below it) or products."""
    minimum_goods_minor: int = 0
    minimum_quantity: int = 0
    is_combinable: bool = True
    priority: int = 0

    def covers(self, line: PricedLine) -> bool:
        if self.scope is Scope.CATEGORIES:
            return not self.target_ids.isdisjoint(line.category_ids)
        return self.scope is Scope.ORDER or line.product_id in self.target_ids


@dataclass(frozen=True)
class Applied:
    """What one promotion saved: ``goods_minor`` off the goods, ``shipping_minor`` off the delivery."""

    promotion_id: int
    name: str
    code: str
    kind: Kind
    goods_minor: int
    shipping_minor: int

    @property
    def saved_minor(self) -> int:
        return self.goods_minor + self.shipping_minor


@dataclass(frozen=True)
class Missing:
    """What a basket lacks for a promotion: an amount in minor units, pieces, or anything it covers at all."""

    goods_minor: int = 0
    quantity: int = 0
    has_none: bool = False


def missing(promotion: Promotion, lines: Sequence[PricedLine]) -> Missing | None:
    """What keeps the basket from this promotion; None when nothing does."""
    covered = [line for line in lines if promotion.covers(line)]
    if not covered:
        return Missing(has_none=True)
    goods = promotion.minimum_goods_minor - sum(line.gross_minor for line in covered)
    least = max(
        promotion.minimum_quantity, promotion.buy_quantity + 1 if promotion.kind is Kind.BUY_GET else 0
    )
    quantity = least - sum(line.quantity for line in covered)
    return Missing(max(0, goods), max(0, quantity)) if goods > 0 or quantity > 0 else None


def ways(promotions: Sequence[Promotion], lines: Sequence[PricedLine]) -> list[tuple[Promotion, ...]]:
    """The sets of promotions that may be used together, the preferred first among equals, using none last."""
    ready = sorted(
        (promotion for promotion in promotions if missing(promotion, lines) is None),
        key=lambda promotion: (-promotion.priority, promotion.id),
    )
    together = tuple(promotion for promotion in ready if promotion.is_combinable)
    alone = [(promotion,) for promotion in ready if not promotion.is_combinable]
    return [together, *alone, ()] if together else [*alone, ()]


def reduced(lines: Sequence[PricedLine], promotions: Sequence[Promotion]) -> tuple[list[int], list[Applied]]:
    """The discount of every line, and what each promotion took off; free delivery is not worked out here."""
    left = [line.gross_minor for line in lines]
    applied = []
    for promotion in promotions:
        parts = _parts(promotion, lines, left)
        left = [amount - part for amount, part in zip(left, parts, strict=True)]
        applied.append(Applied(promotion.id, promotion.name, promotion.code, promotion.kind, sum(parts), 0))
    return [line.gross_minor - rest for line, rest in zip(lines, left, strict=True)], applied


def _parts(promotion: Promotion, lines: Sequence[PricedLine], left: Sequence[int]) -> list[int]:
    """What it takes off each line: worked out and rounded on the whole, then spread by largest remainder."""
    bases = _bases(promotion, lines, left)
    reach = sum(bases)
    if promotion.kind is Kind.AMOUNT:
        total = min(promotion.amount_minor, reach)
    elif promotion.kind is Kind.FREE_SHIPPING:
        total = 0
    else:
        total = round_half_up(Fraction(reach * promotion.basis_points, WHOLE))
    return allocate(total, bases) if total else [0] * len(bases)


def _bases(promotion: Promotion, lines: Sequence[PricedLine], left: Sequence[int]) -> list[int]:
    """How much of what is left of each line's price the promotion bears on."""
    if promotion.kind is not Kind.BUY_GET:
        return [rest if promotion.covers(line) else 0 for line, rest in zip(lines, left, strict=True)]
    gained = _gained(promotion, lines)
    return [rest * got // line.quantity for line, rest, got in zip(lines, left, gained, strict=True)]


def _gained(promotion: Promotion, lines: Sequence[PricedLine]) -> list[int]:
    """How many pieces of each line one gets: the dearest pieces are grouped first, the last of each group are got."""
    gained, before = [0] * len(lines), 0
    covered = (place for place, line in enumerate(lines) if promotion.covers(line))
    for place in sorted(covered, key=lambda place: -lines[place].unit_price_minor):
        after = before + lines[place].quantity
        gained[place] = _got(promotion, after) - _got(promotion, before)
        before = after
    return gained


def _got(promotion: Promotion, pieces: int) -> int:
    groups, rest = divmod(pieces, promotion.buy_quantity + promotion.get_quantity)
    return groups * promotion.get_quantity + max(0, rest - promotion.buy_quantity)
