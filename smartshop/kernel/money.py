"""Money: integer minor units and an ISO 4217 currency. Nothing else in the program rounds an amount."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache
from typing import Self

from babel.numbers import get_currency_precision

GROUPED = re.compile(r"[1-9][0-9]{0,2}[,.][0-9]{3}")


class CurrencyMismatch(ValueError):
    """Two currencies met in one sum."""


@cache
def exponent(currency: str) -> int:
    """Decimal places of a currency: 2 for GBP, 0 for JPY, 3 for KWD (CLDR)."""
    return get_currency_precision(currency)


def has_unclear_mark(text: str, currency: str) -> bool:
    """Whether the one mark of an amount may part thousands as well as decimals: ``1,234``, or ``1.234``.

    The point is clear in a currency of three decimals.
    """
    return may_part_thousands(text, exponent(currency))


def may_part_thousands(text: str, places: int) -> bool:
    """Whether the one mark of a number of at most ``places`` decimals may part thousands: ``1,234``.

    The point is clear where there are three decimals.
    """
    return GROUPED.fullmatch(text) is not None and not (places == 3 and "." in text)


def round_half_up(value: Decimal | Fraction | int) -> int:
    """The nearest integer; a half goes away from zero."""
    if isinstance(value, int):
        return value
    if isinstance(value, Fraction):
        doubled = 2 * abs(value.numerator) + value.denominator
        magnitude = doubled // (2 * value.denominator)
        return magnitude if value >= 0 else -magnitude
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def to_minor(amount: Decimal, currency: str) -> int:
    """Major units to minor ones: ``Decimal("12.345")`` GBP is 1235."""
    return round_half_up(amount.scaleb(exponent(currency)))


def to_major(minor: int, currency: str) -> Decimal:
    """Minor units to major ones, exactly: 1235 GBP is ``Decimal("12.35")``."""
    return Decimal(minor).scaleb(-exponent(currency))


def allocate(total: int, weights: Sequence[int]) -> list[int]:
    """Split ``total`` in proportion to ``weights`` so that the parts sum to it.

    Largest-remainder method (Hamilton): floor every share, then give the units left over to the
    largest remainders, the earlier one first among equals. All-zero weights share evenly.
    """
    if not weights:
        if total:
            raise ValueError("nothing to allocate to")
        return []
    if min(weights) < 0:
        raise ValueError("weights must not be negative")
    shares = list(weights) if any(weights) else [1] * len(weights)
    whole, sign = sum(shares), -1 if total < 0 else 1
    parts = [abs(total) * share // whole for share in shares]
    remainders = [abs(total) * share % whole for share in shares]
    left = abs(total) - sum(parts)
    for index in sorted(range(len(shares)), key=lambda i: (-remainders[i], i))[:left]:
        parts[index] += 1
    return [sign * part for part in parts]


@dataclass(frozen=True, order=False)
class Money:
    """An amount in minor units of one currency; refuses to mix two."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.minor, int) or isinstance(self.minor, bool):
            raise TypeError("an amount is an integer of minor units")

    def _same(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} do not add up")

    def __add__(self, other: "Money") -> Self:
        self._same(other)
        return type(self)(self.minor + other.minor, self.currency)

    def __sub__(self, other: "Money") -> Self:
        self._same(other)
        return type(self)(self.minor - other.minor, self.currency)

    def __mul__(self, quantity: int) -> Self:
        return type(self)(self.minor * quantity, self.currency)

    def __lt__(self, other: "Money") -> bool:
        self._same(other)
        return self.minor < other.minor

    def __bool__(self) -> bool:
        return self.minor != 0

    @property
    def major(self) -> Decimal:
        return to_major(self.minor, self.currency)
