"""Who the customers are: names, reserved e-mail addresses and plausible postal ones."""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

DOMAINS = ("example.com", "example.org", "example.net")
ROOT_CODES = "ABDEFGHJLNPQRSTUWXYZ"


@dataclass(frozen=True)
class PersonPlan:
    """A made-up person; the country is an ISO code and the e-mail domain is reserved for examples."""

    name: str
    email: str
    country: str
    line1: str
    city: str
    postcode: str


@cache
def _register() -> dict[str, Any]:
    with (Path(__file__).parent / "people.toml").open("rb") as file:
        return tomllib.load(file)


def invent(count: int, seed: int) -> list[PersonPlan]:
    """Return people with distinct e-mail addresses; equal arguments give equal people."""
    rng = np.random.default_rng([seed, 2])
    text = _register()
    first = rng.integers(0, len(text["first"]), count)
    last = rng.integers(0, len(text["last"]), count)
    countries = text["country"]
    shares = np.array([country["share"] for country in countries])
    country = rng.choice(len(countries), count, p=shares / shares.sum())
    draws = rng.integers(0, 2**31, (count, 5))
    taken: dict[str, int] = {}
    people = []
    for i in range(count):
        name = f"{text['first'][first[i]]} {text['last'][last[i]]}"
        land, draw = countries[country[i]], [int(value) for value in draws[i]]
        city, code = land["cities"][draw[0] % len(land["cities"])]
        people.append(
            PersonPlan(
                name=name,
                email=_email(name, DOMAINS[draw[1] % 3], taken),
                country=land["code"],
                line1=f"{1 + draw[2] % 140} {text['streets'][draw[3] % len(text['streets'])]}",
                city=city,
                postcode=_postcode(land["code"], code, draw[4]),
            )
        )
    return people


def _email(name: str, domain: str, taken: dict[str, int]) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    local = re.sub(r"[^a-z]+", ".", plain.replace("'", "")).strip(".")
    seen = taken[f"{local}@{domain}"] = taken.get(f"{local}@{domain}", 0) + 1
    return f"{local}@{domain}" if seen == 1 else f"{local}{seen}@{domain}"


def _postcode(country: str, area: str, draw: int) -> str:
    if country == "GB":
        return f"{area} {draw % 9 + 1}{ROOT_CODES[draw // 9 % 20]}{ROOT_CODES[draw // 180 % 20]}"
    if country == "IE":
        return f"{area} {ROOT_CODES[draw % 20]}{draw // 20 % 900 + 100}"
    return area
