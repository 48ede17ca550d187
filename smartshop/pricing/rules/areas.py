"""What staff may say of a country's taxes. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from smartshop.kernel.errors import Invalid
from smartshop.kernel.legible import is_legible
from smartshop.pricing.rules.tax import BASIS, STANDARD

LONGEST_NAME = 40


@dataclass(frozen=True)
class AreaFacts:
    """The taxes of a country; an empty code is every other one.

    ``rates`` are in basis points by class; None is taxed at the standard rate, -1 is what could not be read.
    """

    country: str
    name: str
    is_inclusive: bool
    shipping_class: str
    rates: Mapping[str, int | None]

    def plain(self) -> dict[str, object]:
        """As the audit log keeps it."""
        return {**vars(self), "rates": dict(self.rates)}


def checked(facts: AreaFacts, countries: frozenset[str]) -> AreaFacts:
    """The facts without stray blanks. A problem with the rate of class ``reduced`` is named ``rate-reduced``.

    Raises Invalid.
    """
    tidy = replace(facts, name=" ".join(facts.name.split()))
    problems: dict[str, str] = {}
    if tidy.country and tidy.country not in countries:
        problems["country"] = "Choose one of the countries."
    if not 1 <= len(tidy.name) <= LONGEST_NAME or not is_legible(tidy.name):
        problems["name"] = (
            f"Say what the tax is called there, such as VAT, in at most {LONGEST_NAME} characters."
        )
    if tidy.shipping_class not in tidy.rates:
        problems["shipping_class"] = "Choose one of the classes."
    for tax_class, rate in tidy.rates.items():
        if rate is None and tax_class == STANDARD:
            problems[f"rate-{tax_class}"] = "Give a rate; the other classes fall back on it."
        elif rate is not None and not 0 <= rate <= BASIS:
            problems[f"rate-{tax_class}"] = "Give a rate from 0 to 100, such as 20 or 5.5."
    if problems:
        raise Invalid("Something is not right yet. Nothing was saved.", problems)
    return tidy
