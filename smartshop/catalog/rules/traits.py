"""Names with values: what a product says of itself, and the options that tell its variants apart."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Any

from smartshop.kernel.errors import Invalid
from smartshop.kernel.legible import is_legible

LONGEST_NAME = 60
LONGEST_VALUE = 120
MOST = 40
MOST_COMBINATIONS = 100
BETWEEN = " | "
"""Stands between the values of a name that has several."""
Options = dict[str, str]


def read(rows: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The values by name; several of one name, parted by bars or in rows of their own, are a list. Empty rows are none.

    A row that lacks its name or its value is kept as it is, for `problem_of` to tell.
    """
    found: dict[str, list[str]] = {}
    for name, text in rows:
        tidy, values = " ".join(name.split()), parts(text)
        if tidy or values:
            found.setdefault(tidy, []).extend(values)
    lists = {name: list(dict.fromkeys(values)) for name, values in found.items()}
    return {name: values if len(values) > 1 else (values or [""])[0] for name, values in lists.items()}


def written(value: Any) -> str:
    """A value as text, a list parted by bars."""
    return BETWEEN.join(map(str, value)) if isinstance(value, list) else str(value)


def parts(text: str) -> list[str]:
    """The values of a text that parts them by bars."""
    return [part for part in (" ".join(part.split()) for part in text.split("|")) if part]


def problem_of(traits: Mapping[str, Any]) -> str | None:
    """What is wrong with them, said to who wrote them."""
    if len(traits) > MOST:
        return f"Use at most {MOST} names."
    for name, value in traits.items():
        if not name:
            return f"Give {written(value)[:40]!r} a name, such as Material or Colour."
        if not value:
            return f"Give {name[:40]!r} a value, or clear its name."
        texts = [name, *(value if isinstance(value, list) else [value])]
        if len(name) > LONGEST_NAME or any(len(str(text)) > LONGEST_VALUE for text in texts):
            return f"Names have at most {LONGEST_NAME} characters, and values {LONGEST_VALUE}."
        if not all(is_legible(str(text)) for text in texts):
            return "Use letters, digits and signs that can be seen."
    return None


def combinations(rows: Sequence[tuple[str, str]], known: Sequence[Mapping[str, Any]]) -> list[Options]:
    """Every combination of the options' values that no known variant has yet, in the order they were written.

    Raises Invalid (field ``options``): no option, one without name or values, too many combinations, nothing new.
    """
    options = read(rows)
    text = problem_of(options) if options else "Give at least one option, such as Colour with Blue | Green."
    lists = [value if isinstance(value, list) else [value] for value in options.values()]
    number = 1
    for values in lists:
        number *= len(values)
    if text is None and number > MOST_COMBINATIONS:
        text = f"These are {number:,} variants. Make at most {MOST_COMBINATIONS} at a time."
    if text is None:
        made = [dict(zip(options, values, strict=True)) for values in product(*lists)]
        new = [one for one in made if one not in known]
        if new:
            return new
        text = "There is a variant for each of these already."
    raise Invalid(text, {"options": text})
