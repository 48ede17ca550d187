"""Reading what a browser sent: query strings and form fields, refused with a reason when they make no sense."""

import re
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask, request
from flask_babel import gettext as _
from werkzeug.routing import IntegerConverter, Map

from smartshop.kernel.errors import DomainError
from smartshop.kernel.money import has_unclear_mark, may_part_thousands, to_major, to_minor

Choice = TypeVar("Choice", bound=StrEnum)
LARGEST = 1_000_000
LONGEST = 9
LONGEST_TOTAL = 15
AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,4})?")
LARGEST_ID = 2**31 - 1
NUL = "\x00"
NUL_IN_ADDRESS = (b"%00", b"\x00")


class BadQuery(DomainError):
    """The address asks for something that cannot be."""

    code = "bad_query"
    status = 400


class _RowId(IntegerConverter):
    """A number in a path that fits the database's integers; a larger one names nothing."""

    def __init__(self, map_: Map, **limits: Any) -> None:
        super().__init__(map_, **{"max": LARGEST_ID, **limits})


def install(app: Flask) -> None:
    """Refuse, for every page at once, what no database can hold."""
    app.url_map.converters["int"] = _RowId
    app.before_request(_refuse_nul)


def _refuse_nul() -> None:
    is_suspect = any(sign in request.query_string for sign in NUL_IN_ADDRESS)
    forms = [request.args] if is_suspect else []
    if request.method not in {"GET", "HEAD"}:
        forms.append(request.form)
    sent = (text for form in forms for pair in form.items(multi=True) for text in pair)
    if NUL in request.path or any(NUL in text for text in sent):
        raise BadQuery(_("There is an unreadable character in that. Take it out and send it again."))


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


def total(text: str | None) -> int:
    """A total in minor units, as a form that the shop wrote holds it; anything else is -1, which no total is."""
    stripped = (text or "").strip()
    is_number = stripped.isascii() and stripped.isdigit() and len(stripped) <= LONGEST_TOTAL
    return int(stripped) if is_number else -1


def amount(text: str | None, currency: str) -> int:
    """A form field that holds an amount such as ``12.50``, in minor units; anything else is -1, which no rule accepts.

    So is ``1,000``, which may be meant as ``1.00`` or as ``1000.00``.
    """
    typed = (text or "").strip()
    stripped = typed.replace(",", ".")
    if not AMOUNT.fullmatch(stripped) or has_unclear_mark(typed, currency):
        return -1
    value = Decimal(stripped)
    return to_minor(value, currency) if value == to_major(to_minor(value, currency), currency) else -1


def scaled(text: str | None, places: int) -> int:
    """A form field that holds a number such as ``5.5``, times ten to the power of ``places``; anything else is -1.

    So is a number with more decimals than that, and ``1,234``, which may be meant as ``1.234`` or as ``1234``.
    """
    typed = (text or "").strip()
    stripped = typed.replace(",", ".")
    if not AMOUNT.fullmatch(stripped) or may_part_thousands(typed, places):
        return -1
    value = Decimal(stripped).scaleb(places)
    return int(value) if value == int(value) else -1


def safe_path(target: str | None) -> str | None:
    """The target if it is a path on this site, else None: nobody is sent to another site from here."""
    is_path = bool(target) and target is not None and target.startswith("/")
    if not is_path or target is None or target.startswith(("//", "/\\")) or any(ord(c) < 32 for c in target):
        return None
    return target
