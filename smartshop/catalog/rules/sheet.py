"""The product sheet: one row a variant, what its columns mean, and what makes a row wrong.

A column that is missing changes nothing. An empty cell takes away a text (description, variant, code, attribute,
option) and leaves everything else as it is.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from smartshop.catalog.rules.editing import (
    HIGHEST_PRICE_MINOR,
    LONGEST_DESCRIPTION,
    LONGEST_NAME,
    LONGEST_SKU,
    LONGEST_VARIANT_NAME,
    STATUSES,
)
from smartshop.kernel.legible import is_legible
from smartshop.kernel.money import exponent, has_unclear_mark, to_major, to_minor

PRODUCT_COLUMNS = ("product_code", "slug", "name", "description", "category", "status", "tax_class")
VARIANT_COLUMNS = ("variant", "price", "weight_grams", "is_active")
COLUMNS = ("sku", *PRODUCT_COLUMNS, *VARIANT_COLUMNS, "attribute:Material", "option:Colour")
ATTRIBUTE, OPTION = "attribute:", "option:"
LONGEST_CODE = 80
LONGEST_LABEL = 60
LONGEST_VALUE = 500
HEAVIEST_GRAMS = 1_000_000
AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,4})?")
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
YES, NO = frozenset({"yes", "y", "true", "1"}), frozenset({"no", "n", "false", "0"})
BETWEEN = " | "
"""Stands between the values of an attribute that has several."""


class BadCell(ValueError):
    """What is wrong with a cell, said to who wrote it."""


@dataclass(frozen=True)
class VariantState:
    """A variant as it is, or as it is to be; ``id`` None when it is new."""

    id: int | None
    sku: str
    name: str = ""
    options: Mapping[str, Any] | None = None
    price_minor: int = 0
    weight_grams: int = 0
    is_active: bool = True
    position: int = 0


@dataclass(frozen=True)
class ProductState:
    """A product as it is, or as it is to be; ``id`` None when it is new."""

    id: int | None
    slug: str = ""
    product_code: str | None = None
    name: str = ""
    description: str = ""
    category_id: int = 0
    status: str = "draft"
    attributes: Mapping[str, Any] | None = None
    updated_at: datetime | None = None
    tax_class: str = "standard"


@dataclass(frozen=True)
class Surroundings:
    """What cells are read against: the currency, the categories' paths by id, and the codes of tax classes."""

    currency: str
    paths: Mapping[int, str]
    tax_classes: tuple[str, ...]

    def category(self, text: str) -> int:
        """The id of the category with this path, capitals aside; raises BadCell."""
        wanted = " > ".join(part.strip() for part in text.split(">")).casefold()
        found = next((key for key, path in self.paths.items() if path.casefold() == wanted), None)
        if found is None:
            raise BadCell(f"There is no category {text.strip()[:80]!r}. Use one there is, or make it first.")
        return found

    def tax_class(self, text: str) -> str:
        """The code of a tax class; raises BadCell."""
        wanted = text.strip().lower()
        if wanted not in self.tax_classes:
            raise BadCell(f"Write one of: {', '.join(self.tax_classes)}.")
        return wanted


def is_column(name: str) -> bool:
    """Whether the product sheet knows a column."""
    label = name.partition(":")[2]
    is_named = name.startswith((ATTRIBUTE, OPTION)) and 0 < len(label.strip()) <= LONGEST_LABEL
    return is_named or name in COLUMNS[:-2]


def is_of_product(name: str) -> bool:
    """Whether a column says something of the product, and so the same in all of its rows."""
    return name in PRODUCT_COLUMNS or name.startswith(ATTRIBUTE)


def text_of(column: str, product: ProductState, variant: VariantState, around: Surroundings) -> str:
    """What a column of the sheet says of a variant and its product as they are."""
    if column.startswith(ATTRIBUTE):
        return several((product.attributes or {}).get(column.removeprefix(ATTRIBUTE), ""))
    if column.startswith(OPTION):
        return several((variant.options or {}).get(column.removeprefix(OPTION), ""))
    texts = {
        "sku": variant.sku,
        "variant": variant.name,
        "price": f"{to_major(variant.price_minor, around.currency):f}",
        "weight_grams": str(variant.weight_grams),
        "is_active": "yes" if variant.is_active else "no",
        "category": around.paths.get(product.category_id, ""),
        "product_code": product.product_code or "",
    }
    return texts[column] if column in texts else str(getattr(product, column))


def several(value: Any) -> str:
    """A value as text, a list parted by bars."""
    return BETWEEN.join(map(str, value)) if isinstance(value, list) else str(value)


def with_product_cell(product: ProductState, column: str, text: str, around: Surroundings) -> ProductState:
    """The product with what a cell says of it; raises BadCell."""
    if column.startswith(ATTRIBUTE):
        return replace(product, attributes=_with_value(product.attributes, column, text))
    if not text.strip() and column in {"slug", "name", "category", "status", "tax_class"}:
        return product
    if column == "category":
        return replace(product, category_id=around.category(text))
    if column == "tax_class":
        return replace(product, tax_class=around.tax_class(text))
    values: dict[str, Any] = {column: PRODUCT_CELLS[column](text)}
    return replace(product, **values)


def with_variant_cell(variant: VariantState, column: str, text: str, around: Surroundings) -> VariantState:
    """The variant with what a cell says of it; raises BadCell."""
    if column.startswith(OPTION):
        return replace(variant, options=_with_value(variant.options, column, text))
    if column == "variant":
        return replace(variant, name=_line(text, LONGEST_VARIANT_NAME))
    if not text.strip():
        return variant
    if column == "price":
        return replace(variant, price_minor=price(text, around.currency))
    if column == "weight_grams":
        return replace(variant, weight_grams=_whole(text, HEAVIEST_GRAMS))
    return replace(variant, is_active=_yes_or_no(text))


def price(text: str, currency: str) -> int:
    """``12.50``, ``12,50`` and ``1.234,50`` in minor units; raises BadCell, also for more decimals than there are.

    A lone mark before three digits is refused where it may part thousands.
    """
    bare = text.strip().replace(" ", "").replace("\u00a0", "")
    if has_unclear_mark(bare, currency):
        raise BadCell(_how_to_write(bare, currency))
    comma, point = bare.rfind(","), bare.rfind(".")
    if comma >= 0 and point >= 0:
        bare = bare.replace("." if comma > point else ",", "")
    bare = bare.replace(",", ".")
    if AMOUNT.fullmatch(bare):
        amount = Decimal(bare)
        minor = to_minor(amount, currency)
        if to_major(minor, currency) == amount and minor <= HIGHEST_PRICE_MINOR:
            return minor
    raise BadCell(f"{text.strip()[:40]!r} is no price in {currency}. Write it like 12.50 or 12,50.")


def _how_to_write(unclear: str, currency: str) -> str:
    places = exponent(currency)
    small = Decimal(unclear.replace(",", "."))
    readings = [value for value in (small, small * 1000) if value == round(value, places)]
    written = " or ".join(f"{value:.{places}f}" for value in readings)
    return f"{unclear!r} is unclear: its mark may part thousands or decimals. Write {written}."


def sku(text: str) -> str:
    """A variant's code; raises BadCell."""
    code = text.strip()
    if not code or len(code) > LONGEST_SKU or not code.isprintable() or " " in code:
        raise BadCell(f"Give a code without blanks, in at most {LONGEST_SKU} characters.")
    return code


def wrong_variant(product: ProductState, variants: Sequence[VariantState]) -> tuple[str, str, str] | None:
    """(sku, column, reason) of what a published product may not have; the sku is empty when it is no one variant's."""
    if product.status != "published":
        return None
    if not any(variant.is_active for variant in variants):
        return "", "is_active", "Nothing of it is sold. Sell a variant, or keep it a draft."
    for variant in variants:
        if variant.is_active and variant.price_minor < 1:
            return variant.sku, "price", "What is sold costs more than nothing."
    return None


def missing(product: ProductState) -> tuple[str, str] | None:
    """(column, reason) of what a product cannot be without."""
    if not product.name:
        return "name", "A new product needs a name."
    if not product.category_id:
        return "category", "A new product needs a category."
    return None


def _with_value(values: Mapping[str, Any] | None, column: str, text: str) -> dict[str, Any]:
    label, after = column.partition(":")[2], dict(values or {})
    parts = [part for part in (_line(part, LONGEST_VALUE) for part in text.split("|")) if part]
    if parts:
        after[label] = parts if len(parts) > 1 else parts[0]
    else:
        after.pop(label, None)
    return after


def _line(text: str, longest: int) -> str:
    line = " ".join(text.split())
    if len(line) > longest or not is_legible(line):
        raise BadCell(f"Use at most {longest} characters, in one line.")
    return line


def _code(text: str) -> str | None:
    return _line(text, LONGEST_CODE) or None


def _slug(text: str) -> str:
    found = text.strip()
    if not SLUG.fullmatch(found) or len(found) > 160:
        raise BadCell("Write an address in small letters, digits and hyphens, such as blue-mug.")
    return found


def _description(text: str) -> str:
    found = text.replace("\r\n", "\n").strip()
    if len(found) > LONGEST_DESCRIPTION:
        raise BadCell(f"Use at most {LONGEST_DESCRIPTION:,} characters.")
    return found


def _status(text: str) -> str:
    found = text.strip().lower()
    if found not in STATUSES:
        raise BadCell(f"Write one of: {', '.join(STATUSES)}.")
    return found


def _whole(text: str, most: int) -> int:
    found = text.strip()
    if not (found.isascii() and found.isdigit() and len(found) <= 9 and int(found) <= most):
        raise BadCell(f"Write a whole number from 0 to {most:,}.")
    return int(found)


def _yes_or_no(text: str) -> bool:
    found = text.strip().lower()
    if found not in YES | NO:
        raise BadCell("Write yes or no.")
    return found in YES


PRODUCT_CELLS = {
    "product_code": _code,
    "slug": _slug,
    "name": lambda text: _line(text, LONGEST_NAME),
    "description": _description,
    "status": _status,
}
"""How each plain cell of a product is read."""
