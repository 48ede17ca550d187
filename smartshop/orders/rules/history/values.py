"""The cells of a row: text in, exact values out."""

import math
import re
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

INTEGER = re.compile(r"[+-]?\d+(?:\.0*)?", re.ASCII)
NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)", re.ASCII)
TENTHED = re.compile(r"\d+\.0", re.ASCII)
NOBODY = frozenset({"", "nan", "null", "none", "na", "n/a"})
LARGEST_QUANTITY = 2**31 - 1
LARGEST_TOTAL = 10**13
"""In minor units: sums over a million such lines still fit 64 bits."""
MOST_DIGITS = 18


class BadNumber(ValueError):
    """The text is not a number."""


class NumberTooLarge(ValueError):
    """The number is larger than the shop can keep."""


def cell_text(value: Any) -> str:
    """The text of a spreadsheet or Parquet cell: 17850.0 is ``17850``, nothing and NaN are empty."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, float):
        return _float_text(value)
    if isinstance(value, date):
        return value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _float_text(value: float) -> str:
    if math.isnan(value):
        return ""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


@cache
def quantity(text: str) -> int:
    """A whole number; ``6`` and ``6.0`` are 6. Raises BadNumber, NumberTooLarge (beyond 32 bits)."""
    if not INTEGER.fullmatch(text):
        raise BadNumber
    digits = text.partition(".")[0]
    if len(digits) > MOST_DIGITS or abs(int(digits)) > LARGEST_QUANTITY:
        raise NumberTooLarge
    return int(digits)


@cache
def price(text: str) -> Decimal:
    """An exact amount of major units. Raises BadNumber, NumberTooLarge (beyond 18 digits)."""
    if not NUMBER.fullmatch(text):
        raise BadNumber
    if sum(map(str.isdigit, text)) > MOST_DIGITS:
        raise NumberTooLarge
    return Decimal(text)


def has_decimal_commas(texts: list[str]) -> bool:
    """Whether prices are written 2,55: some hold one comma, none a dot, and all are numbers then."""
    dotted = [text.replace(",", ".") for text in texts if text]
    return (
        any("," in text for text in texts)
        and not any("." in text for text in texts)
        and all(NUMBER.fullmatch(text) for text in dotted)
    )


@cache
def customer(text: str) -> str:
    """A customer's key: 17850.0 is ``17850``, an e-mail address in lower case, nobody is empty."""
    stripped = text.strip()
    if stripped.lower() in NOBODY:
        return ""
    if "@" in stripped:
        return stripped.lower()
    return stripped[:-2] if TENTHED.fullmatch(stripped) else stripped


@cache
def invoice(text: str) -> str:
    """An invoice number; 536365.0 is ``536365``."""
    stripped = text.strip()
    return stripped[:-2] if TENTHED.fullmatch(stripped) else stripped
