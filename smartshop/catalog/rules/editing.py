"""What staff may say of a product."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from smartshop.catalog.rules.tax_classes import STANDARD
from smartshop.kernel.errors import Invalid

LONGEST_NAME = 200
LONGEST_VARIANT_NAME = 120
LONGEST_SKU = 80
LONGEST_DESCRIPTION = 10_000
HEAVIEST_GRAMS = 10_000_000
HIGHEST_PRICE_MINOR = 1_000_000_000
STATUSES = ("draft", "published")


@dataclass(frozen=True)
class ProductFacts:
    """What a product says of itself."""

    name: str
    description: str
    category_id: int
    status: str
    tax_class: str = STANDARD


@dataclass(frozen=True)
class VariantFacts:
    """What a variant says of itself; the price in minor units of the shop's currency, the weight in grams, -1 when it is none."""

    name: str
    price_minor: int
    is_active: bool
    weight_grams: int = 0


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
    for key, variant in variants.items():
        problems |= {
            f"{field}-{key}": text for field, text in _variant_problems(variant, tidy.status).items()
        }
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


def changes(before: Any, after: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """What differs between two facts of one kind: as it was, and as it is."""
    old, new = asdict(before), asdict(after)
    names = [name for name in old if old[name] != new[name]]
    return {name: old[name] for name in names}, {name: new[name] for name in names}


def _problems_of(product: ProductFacts) -> dict[str, str]:
    problems = {}
    if not 1 <= len(product.name) <= LONGEST_NAME or not product.name.isprintable():
        problems["name"] = f"Give it a name, in at most {LONGEST_NAME} characters."
    if len(product.description) > LONGEST_DESCRIPTION:
        problems["description"] = f"Use at most {LONGEST_DESCRIPTION:,} characters."
    if product.status not in STATUSES:
        problems["status"] = "Choose whether it is a draft or published."
    return problems


def _variant_problems(variant: VariantFacts, status: str) -> dict[str, str]:
    problems = {}
    if len(variant.name) > LONGEST_VARIANT_NAME or not variant.name.isprintable():
        problems["variant"] = f"Use at most {LONGEST_VARIANT_NAME} characters."
    lowest = 1 if variant.is_active and status == "published" else 0
    if not lowest <= variant.price_minor <= HIGHEST_PRICE_MINOR:
        problems["price"] = "Give a price such as 12.50; what is sold costs more than nothing."
    if not 0 <= variant.weight_grams <= HEAVIEST_GRAMS:
        problems["weight"] = "Give a weight in grams such as 390; delivery may be charged by it."
    return problems
