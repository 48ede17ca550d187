"""Turning facts into words: an e-mail kind is a folder with subject.txt, body.txt and body.html."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from babel.numbers import format_currency
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from smartshop.kernel.money import to_major

MOST_ATTEMPTS = 8


@dataclass(frozen=True)
class Letter:
    subject: str
    text: str
    html: str


@cache
def _environment(folder: Path) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["money"] = _money
    return environment


def _money(minor: int, currency: str) -> str:
    return format_currency(to_major(minor, currency), currency, locale="en_GB")


def render(folder: Path, kind: str, facts: Mapping[str, Any]) -> Letter:
    """The letter of this kind with these facts; a fact a template needs and lacks is an error."""
    environment = _environment(folder)
    subject, text, html = (
        environment.get_template(f"{kind}/{part}").render(facts)
        for part in ("subject.txt", "body.txt", "body.html")
    )
    return Letter(" ".join(subject.split()), text, html)


def wait_after(attempts: int) -> timedelta:
    """How long to wait after this many failed attempts: 1, 2, 4, … minutes, at most 4 hours."""
    return timedelta(minutes=min(2 ** max(0, attempts - 1), 240))
