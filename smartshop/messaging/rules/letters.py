"""Turning facts into words: an e-mail kind is a folder with subject.txt, body.txt and body.html.

Staff may word a kind anew, so every template runs in a sandbox: it sees the facts and nothing behind them, calls
nothing, multiplies nothing and has only the filters that letters need.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.numbers import format_currency
from jinja2 import (
    FileSystemLoader,
    StrictUndefined,
    Template,
    TemplateError,
    TemplateSyntaxError,
    select_autoescape,
)
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from smartshop.kernel.money import to_major

STATES = ("queued", "sent", "failed")
MOST_ATTEMPTS = 8
LOCALE = "en_GB"
PARTS: Mapping[str, str] = {"subject": "subject.txt", "text": "body.txt", "html": "body.html"}
LONGEST: Mapping[str, int] = {"subject": 200, "text": 10_000, "html": 20_000}


@dataclass(frozen=True)
class Wording:
    """The templates of a kind of e-mail: its subject, its text and its HTML."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Letter:
    subject: str
    text: str
    html: str


FILTERS = frozenset(
    {"default", "e", "escape", "first", "join", "last", "length", "lower", "title", "trim", "upper"}
)


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, without calls and without the operators that make much of little."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def is_safe_callable(self, obj: Any) -> bool:  # noqa: ARG002
        return False

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ARG002
        raise SecurityError(f"{operator} is not allowed here")


@cache
def _environment(folder: Path) -> _Sandbox:
    environment = _Sandbox(
        loader=FileSystemLoader(folder),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.clear()
    environment.filters = {name: environment.filters[name] for name in FILTERS} | {
        "money": _money,
        "country": _country,
    }
    return environment


def _money(minor: int, currency: str) -> str:
    return format_currency(to_major(minor, currency), currency, locale=LOCALE)


def _country(code: str) -> str:
    return str(Locale.parse(LOCALE).territories.get(code, code))


def wording(folder: Path, kind: str) -> Wording:
    """The words that the program comes with for a kind of e-mail."""
    return Wording(*((folder / kind / name).read_text(encoding="utf-8") for name in PARTS.values()))


def kinds(folder: Path) -> list[str]:
    """Every kind of e-mail there is."""
    return sorted(path.name for path in folder.iterdir() if path.is_dir())


def render(folder: Path, kind: str, facts: Mapping[str, Any], own: Wording | None = None) -> Letter:
    """The letter of this kind with these facts, in the shop's own words if there are any.

    A fact that a template needs and lacks is an error.
    """
    environment = _environment(folder)
    if own is None:
        templates = [environment.get_template(f"{kind}/{name}") for name in PARTS.values()]
        subject, text, html = (template.render(facts) for template in templates)
    else:
        subject, text = (_plain(folder, source).render(facts) for source in (own.subject, own.text))
        html = environment.overlay(autoescape=True).from_string(own.html).render(facts)
    return Letter(" ".join(subject.split()), text, html)


def _plain(folder: Path, source: str) -> Template:
    return _environment(folder).overlay(autoescape=False).from_string(source)


def problems(folder: Path, kind: str, own: Wording, facts: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with the shop's own words, by part: they must make a letter of these sample facts."""
    found: dict[str, str] = {}
    whole = wording(folder, kind)
    for part in PARTS:
        source = getattr(own, part)
        if not source.strip():
            found[part] = "Write something, or go back to the words the program comes with."
        elif len(source) > LONGEST[part]:
            found[part] = f"Use at most {LONGEST[part]} characters."
        else:
            trouble = _trouble(folder, kind, replace(whole, **{part: source}), facts)
            if trouble:
                found[part] = trouble
    return found


def _trouble(folder: Path, kind: str, own: Wording, facts: Mapping[str, Any]) -> str:
    try:
        render(folder, kind, facts, own)
    except TemplateSyntaxError as error:
        return f"Line {error.lineno}: {error.message}"
    except (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        return f"This cannot be filled in: {error}"
    return ""


def wait_after(attempts: int) -> timedelta:
    """How long to wait after this many failed attempts: 1, 2, 4, … minutes, at most 4 hours."""
    return timedelta(minutes=min(2 ** max(0, attempts - 1), 240))
