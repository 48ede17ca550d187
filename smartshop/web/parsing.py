"""Reading what a browser sent: query strings and form fields, refused with a reason when they make no sense."""

from enum import StrEnum
from typing import TypeVar

from flask import request
from flask_babel import gettext as _

from smartshop.kernel.errors import DomainError

Choice = TypeVar("Choice", bound=StrEnum)
LARGEST = 1_000_000
LONGEST = 9


class BadQuery(DomainError):
    """The address asks for something that cannot be."""

    code = "bad_query"
    status = 400


def page_number() -> int:
    """The ``page`` of the query string, from 1.

    Raises BadQuery.
    """
    text = request.args.get("page", "1")
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST and 1 <= int(text) <= LARGEST):
        raise BadQuery(_("The page must be a number from 1 up. Go back to the first page."))
    return int(text)


def choice(name: str, choices: type[Choice], default: Choice) -> Choice:
    """One of an enum's values from the query string.

    Raises BadQuery, which lists them.
    """
    text = request.args.get(name) or default.value
    try:
        return choices(text)
    except ValueError as error:
        raise BadQuery(
            _("%(name)s must be one of: %(all)s.", name=name, all=", ".join(c.value for c in choices))
        ) from error


def whole_number(text: str | None) -> int:
    """A form field that holds a number of at most nine digits; anything else is -1, which no rule accepts."""
    stripped = (text or "").strip()
    is_number = stripped.isascii() and stripped.isdigit() and len(stripped) <= LONGEST
    return int(stripped) if is_number else -1


def safe_path(target: str | None) -> str | None:
    """The target if it is a path on this site, else None: nobody is sent to another site from here."""
    is_path = bool(target) and target is not None and target.startswith("/")
    if not is_path or target is None or target.startswith(("//", "/\\")) or any(ord(c) < 32 for c in target):
        return None
    return target
