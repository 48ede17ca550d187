"""What an address asks for, and what is wrong with an answer. Pure."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from smartshop.kernel.legible import is_legible

FIELDS: Mapping[str, tuple[int, bool]] = {
    "name": (120, True),
    "line1": (120, True),
    "line2": (120, False),
    "city": (80, True),
    "postcode": (16, True),
    "country": (2, True),
    "phone": (32, False),
}
"""Longest length, and whether it must be given."""

PROMPTS = {
    "name": "Enter the name of who receives the parcel.",
    "line1": "Enter the street and house number.",
    "city": "Enter the town or city.",
    "postcode": "Enter the postcode.",
    "country": "Choose a country.",
}


@dataclass(frozen=True)
class Address:
    name: str
    line1: str
    city: str
    postcode: str
    country: str
    line2: str = ""
    phone: str = ""

    def frozen(self) -> dict[str, str]:
        """The copy an order keeps."""
        return asdict(self)


def address_from(answers: Mapping[str, str], countries: frozenset[str]) -> tuple[Address, dict[str, str]]:
    """An address made of form answers, and what is wrong with it by field."""
    values = {name: re.sub(r"\s+", " ", answers.get(name, "")).strip() for name in FIELDS}
    problems: dict[str, str] = {}
    for name, (longest, is_required) in FIELDS.items():
        if is_required and not values[name]:
            problems[name] = PROMPTS[name]
        elif len(values[name]) > longest:
            problems[name] = f"Use at most {longest} characters."
        elif not is_legible(values[name]):
            problems[name] = "Use letters, digits and signs that can be seen."
    if values["country"] and values["country"] not in countries:
        problems["country"] = PROMPTS["country"]
    if values["phone"] and not re.fullmatch(r"[0-9+() ./-]{5,32}", values["phone"]):
        problems["phone"] = "Use digits, spaces and + only, such as +44 20 7946 0000."
    return Address(**values), problems
