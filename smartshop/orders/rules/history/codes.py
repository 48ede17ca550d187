"""Stock codes that are not goods: a rule table from the codes that gift-shop exports use."""

import re
from functools import cache

SHIPPING, FEE, PRODUCT, BAD_DEBT, TEST = "shipping", "fee", "product", "bad_debt", "test"

RULES: tuple[tuple[str, str], ...] = (
    (r"POST|POSTAGE|SHIPPING|DOT|C2|C3", SHIPPING),  # postage, the web shop's postage, carriage
    (r"B", BAD_DEBT),  # adjustments of the books
    (r"TEST[\W_]*\d*", TEST),
    (r"M|MANUAL|D|S|ADJUST\d*", FEE),  # manual entries, discounts, samples, adjustments
    (r"BANK CHARGES|AMAZON ?FEE|CRUK", FEE),  # charges, commission, donations
    (r"PADS|DCGS.*|GIFT_\d+.*", FEE),  # padding lines, another shop's goods, gift vouchers
)
_COMPILED = tuple((re.compile(pattern, re.ASCII), meaning) for pattern, meaning in RULES)


@cache
def meaning(code: str) -> str:
    """What a stock code in capitals stands for: product, shipping, fee, bad_debt or test."""
    return next((meaning for pattern, meaning in _COMPILED if pattern.fullmatch(code)), PRODUCT)
