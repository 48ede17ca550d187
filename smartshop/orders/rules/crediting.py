"""The taxes of what is credited, by rate, so that the parts of all credit notes of an order sum to its own. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from smartshop.kernel.money import allocate
from smartshop.orders.rules.aftercare import part

Part = Mapping[str, Any]
"""What one rate falls on, as an order freezes it: name, basis_points, is_inclusive, amount_minor, tax_minor."""

UNTAXED = 0
"""The rate, in basis points, of what bears no tax."""


def worth(taxed: Part) -> int:
    """What is paid for all that falls under a rate, in minor units with the tax."""
    return int(taxed["amount_minor"]) + (0 if taxed["is_inclusive"] else int(taxed["tax_minor"]))


def by_rate(taxes: Iterable[Part], total_minor: int) -> Counter[int]:
    """What was paid at each rate, of this total; the rest bears no tax."""
    paid = Counter({int(taxed["basis_points"]): worth(taxed) for taxed in taxes})
    paid[UNTAXED] += total_minor - paid.total()
    return paid


def rates_of(
    amount_minor: int, lines: Iterable[tuple[int | None, int]], left: Mapping[int, int]
) -> Counter[int]:
    """How an amount that is credited falls on the rates.

    ``lines`` are (rate, worth) of the goods that come back, ``left`` what is not yet credited at each rate. Goods
    take from their own rate as far as it goes. The rest of the amount (delivery, a price that is let go, goods whose
    rate was not kept) is spread over what is left.
    """
    open_minor, found = Counter(left), Counter[int]()
    for rate, minor in lines:
        fits = 0 if rate is None else min(minor, open_minor[rate], amount_minor - found.total())
        taken = max(0, fits)
        found[rate or UNTAXED] += taken
        open_minor[rate or UNTAXED] -= taken
    rates = sorted(open_minor)
    rest = amount_minor - found.total()
    for rate, minor in zip(rates, allocate(rest, [max(0, open_minor[rate]) for rate in rates]), strict=True):
        found[rate] += minor
    return found


def parts(
    taxes: Sequence[Part], credited: Mapping[int, int], before: Mapping[int, int]
) -> list[dict[str, Any]]:
    """The part of each rate in a credit of ``credited`` at each rate, after ``before`` was credited.

    The tax on the first k of all that was paid at a rate is tax × k ÷ all, half up; a part is the difference of two
    such values.
    """
    found = []
    for taxed in taxes:
        rate, whole = int(taxed["basis_points"]), worth(taxed)
        gone, minor = before.get(rate, 0), credited.get(rate, 0)
        tax = part(taxed["tax_minor"], gone + minor, whole) - part(taxed["tax_minor"], gone, whole)
        if minor:
            amount = minor if taxed["is_inclusive"] else minor - tax
            found.append({**taxed, "amount_minor": amount, "tax_minor": tax})
    return found
