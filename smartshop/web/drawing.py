"""What templates call most often, made cheap: translated words, and parts that are drawn once for the same arguments."""

from functools import lru_cache
from string import ascii_lowercase
from typing import Any

from flask import Flask, request
from flask.globals import _cv_app
from flask_babel import get_locale, get_translations
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from jinja2.runtime import Macro
from markupsafe import Markup

MOST_PARTS = 6000
MOST_WORDS = 3000
DEFAULT_LOCALE = "en_GB"


@lru_cache(MOST_PARTS)
def ground(name: str) -> tuple[str, int, int]:
    """What stands for a thing that has no picture: two initials, one of six tones and one of six shapes."""
    words = (name or "?").replace("-", " ").split()
    initials = "".join(word[0].upper() for word in words if word[0].isalnum())
    mixed = 0
    for letter in name.lower():
        mixed = mixed * 3 % 1009 + ascii_lowercase.find(letter) + 2
    return initials[:2], mixed % 6 + 1, mixed // 6 % 6 + 1


def install(app: Flask) -> None:
    app.jinja_env.filters["ground"] = ground
    words = {"_": translated, "gettext": translated, "ngettext": counted}
    app.jinja_env.globals.update(words, kept=kept)


def locale_name() -> str:
    """The locale of this request; it is chosen once."""
    own = _cv_app.get().g
    name: str | None = own.get("locale_name")
    if name is None:
        name = own.locale_name = str(get_locale() or DEFAULT_LOCALE)
    return name


@pass_eval_context
def translated(context: EvalContext, text: str, **facts: object) -> str:
    """The text in the language of this request, its ``%(name)s`` filled in; escaped where the template is."""
    if not context.autoescape:
        return _said(locale_name(), text) % facts
    return Markup(_said(locale_name(), text)) % facts if facts else _plain(locale_name(), text)  # noqa: S704


@pass_eval_context
def counted(context: EvalContext, singular: str, plural: str, num: float, **facts: object) -> str:
    """The text for so many in the language of this request, ``%(num)d`` and its ``%(name)s`` filled in."""
    text = _said_of(locale_name(), singular, plural, num)
    return (Markup(text) if context.autoescape else text) % {"num": num, **facts}  # noqa: S704 - the program's own words


@lru_cache(MOST_WORDS)
def _said_of(_locale: str, singular: str, plural: str, num: float) -> str:
    return str(get_translations().ungettext(singular, plural, num))


@lru_cache(MOST_WORDS)
def _said(_locale: str, text: str) -> str:
    return str(get_translations().gettext(text))


@lru_cache(MOST_WORDS)
def _plain(locale: str, text: str) -> Markup:
    return Markup(_said(locale, text)) % {}  # noqa: S704 - the program's own words


def kept(macro: Macro, *arguments: Any, is_personal: bool = False, **named: Any) -> Markup:
    """What the macro draws, drawn once for the same arguments, which must be hashable; what is personal is drawn anew.

    Only for macros that look at nothing but their arguments: no token, no message, no address of the request.
    """
    if is_personal:
        return Markup(macro(*arguments, **named))  # noqa: S704 - macros escape what they are given
    own = _cv_app.get().g
    place = own.get("drawn_for")
    if place is None:
        place = own.drawn_for = (locale_name(), request.script_root)
    return _drawn(place, macro, *arguments, **named)


@lru_cache(MOST_PARTS, typed=True)
def _drawn(_place: tuple[str, str], macro: Macro, *arguments: Any, **named: Any) -> Markup:
    return Markup(macro(*arguments, **named))  # noqa: S704 - macros escape what they are given
