"""What staff may say of a product."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import count
from typing import Any

from smartshop.catalog.rules import traits
from smartshop.catalog.rules.tax_classes import STANDARD
from smartshop.catalog.rules.wording import slug
from smartshop.kernel.errors import Invalid
from smartshop.kernel.legible import is_legible

LONGEST_NAME = 200
LONGEST_VARIANT_NAME = 120
LONGEST_SKU = 80
LONGEST_DESCRIPTION = 10_000
HEAVIEST_GRAMS = 10_000_000
HIGHEST_PRICE_MINOR = 100_000_000_000
"""A thousand million of a currency with two decimals: of some of them that is a sofa."""
STATUSES = ("draft", "published")


@dataclass(frozen=True)
class ProductFacts:
    """What a product says of itself."""

    name: str
    description: str
    category_id: int
    status: str
    tax_class: str = STANDARD
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class VariantFacts:
    """What a variant says of itself; the price in minor units of the shop's currency, the weight in grams, -1 when it is none."""

    name: str
    price_minor: int
    is_active: bool
    weight_grams: int = 0
    options: Mapping[str, Any] = field(default_factory=dict)


def checked(
    product: ProductFacts, variants: Mapping[int, VariantFacts]
) -> tuple[ProductFacts, dict[int, VariantFacts]]:
    """The facts without stray blanks. Problems are named ``name`` or, of variant 7, ``price-7``.

    A published product needs an active variant, and a price above zero on each of those.

    Raises Invalid.
    """
    tidy = replace(
        product,
        name=" ".join(product.name.split()),
        description=product.description.replace("\r\n", "\n").strip(),
    )
    variants = {
        key: replace(variant, name=" ".join(variant.name.split())) for key, variant in variants.items()
    }
    problems = _problems_of(tidy)
    if wrong := next(filter(None, (traits.problem_of(one.options) for one in variants.values())), None):
        problems["options"] = wrong
    for key, variant in variants.items():
        problems |= {f"{field}-{key}": text for field, text in variant_problems(variant, tidy.status).items()}
    if tidy.status == "published" and not any(variant.is_active for variant in variants.values()):
        problems.setdefault("status", "Nothing of it is sold. Sell a variant, or keep it a draft.")
    if problems:
        raise Invalid("Something is not right yet. Nothing was saved.", problems)
    return tidy, variants


def checked_sku(sku: str) -> str:
    """A code for a variant.

    Raises Invalid.
    """
    code = sku.strip()
    if not code or len(code) > LONGEST_SKU or not code.isprintable() or " " in code:
        text = f"Give a code without blanks, in at most {LONGEST_SKU} characters."
        raise Invalid(text, {"sku": text})
    return code


def skus_of(stem: str, combinations: Sequence[Mapping[str, str]]) -> list[str]:
    """A code for each combination of values: ``MUG`` and ``Sky blue`` make ``MUG-SKY-BLUE``; no two are alike."""
    taken = set[str]()
    return [
        _free_sku("-".join([stem, *(slug(value).upper() for value in one.values())]), "-", taken)
        for one in combinations
    ]


def copied_sku(sku: str, taken: set[str]) -> str:
    """A code for a copy of a variant, which is taken from now on."""
    return _free_sku(f"{sku[: LONGEST_SKU - 10]}-COPY", "", taken)


def placed(order: Sequence[int], places: Mapping[int, int]) -> list[int]:
    """Ids in the order of the places wished for them, from 1; whoever moves passes the one that had the place."""

    def key(row_id: int) -> tuple[int, int]:
        had, wished = order.index(row_id) + 1, places.get(row_id, order.index(row_id) + 1)
        return wished, (wished > had) - (wished < had)

    return sorted(order, key=key)


def changes(before: Any, after: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """What differs between two facts of one kind: as it was, and as it is."""
    old, new = asdict(before), asdict(after)
    names = [name for name in old if old[name] != new[name]]
    return {name: old[name] for name in names}, {name: new[name] for name in names}


def _free_sku(sku: str, before_number: str, taken: set[str]) -> str:
    tails = (f"{before_number}{number}" if number > 1 else "" for number in count(1))
    found = next(code for tail in tails if (code := sku[: LONGEST_SKU - len(tail)] + tail) not in taken)
    taken.add(found)
    return found


def _problems_of(product: ProductFacts) -> dict[str, str]:
    problems = {}
    if not 1 <= len(product.name) <= LONGEST_NAME or not is_legible(product.name):
        problems["name"] = f"Give it a name, in at most {LONGEST_NAME} characters."
    if len(product.description) > LONGEST_DESCRIPTION:
        problems["description"] = f"Use at most {LONGEST_DESCRIPTION:,} characters."
    if product.status not in STATUSES:
        problems["status"] = "Choose whether it is a draft or published."
    if wrong := traits.problem_of(product.attributes):
        problems["attributes"] = wrong
    return problems


def variant_problems(variant: VariantFacts, status: str) -> dict[str, str]:
    """What is wrong with a variant of a product of this status, by field."""
    problems = {}
    if len(variant.name) > LONGEST_VARIANT_NAME or not is_legible(variant.name):
        problems["variant"] = f"Use at most {LONGEST_VARIANT_NAME} characters."
    lowest = 1 if variant.is_active and status == "published" else 0
    if not lowest <= variant.price_minor <= HIGHEST_PRICE_MINOR:
        problems["price"] = "Give a price such as 12.50; what is sold costs more than nothing."
    if not 0 <= variant.weight_grams <= HEAVIEST_GRAMS:
        problems["weight"] = "Give a weight in grams such as 390; delivery may be charged by it."
    return problems
