"""Whether a page of figures is what is computed now: the same words, the same numbers to the digits printed."""

import math
import re
from itertools import zip_longest

from benchmarks.evaluation.writing import BEFORE_TIMES

NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?")


def differences(committed: str, fresh: str) -> list[str]:
    """Where the two differ, a line each; what follows the heading of the times is not compared.

    A decimal may differ by one in its last printed digit, since another machine may round the other way; whole
    numbers may not.
    """
    pairs = zip_longest(_compared(committed), _compared(fresh), fillvalue="")
    return [
        f"line {index}: committed {old!r}, computed {new!r}"
        for index, (old, new) in enumerate(pairs, start=1)
        if not _is_same(old, new)
    ]


def _compared(page: str) -> list[str]:
    return page.split(f"\n{BEFORE_TIMES}\n", maxsplit=1)[0].rstrip().split("\n")


def _is_same(old: str, new: str) -> bool:
    if NUMBER.split(old) != NUMBER.split(new):
        return False
    return all(map(_is_near, NUMBER.findall(old), NUMBER.findall(new)))


def _is_near(old: str, new: str) -> bool:
    digits = len(old.partition(".")[2])
    if digits != len(new.partition(".")[2]) or not digits:
        return old == new
    return math.isclose(
        float(old.replace(",", "")), float(new.replace(",", "")), rel_tol=0, abs_tol=1.5 / 10**digits
    )
