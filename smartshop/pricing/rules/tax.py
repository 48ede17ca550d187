"""The taxes of one place: a rate for each class of goods. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from smartshop.kernel.money import round_half_up

BASIS = 10_000
STANDARD = "standard"


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


def label(name: str, basis_points: int) -> str:
    """What a rate is called: ``VAT 20%``."""
    return f"{name} {basis_points / 100:g}%"


NO_TAX = Tax("", 0, is_inclusive=True)


@dataclass(frozen=True)
class Taxes:
    """What each class of goods is taxed; ``default`` for a class without a rate of its own."""

    default: Tax = NO_TAX
    rates: Mapping[str, Tax] = field(default_factory=dict)
    shipping_class: str = STANDARD

    def of_class(self, tax_class: str) -> Tax:
        return self.rates.get(tax_class, self.default)

    @property
    def of_shipping(self) -> Tax:
        return self.of_class(self.shipping_class)


NO_TAXES = Taxes()
