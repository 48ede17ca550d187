"""What an admin page is asked for, read from the query string; nonsense is refused with what would make sense."""

from collections.abc import Sequence
from datetime import date

from flask import request

from smartshop.insights.queries.customers import LARGEST_ID
from smartshop.web.admin.speaking import _
from smartshop.web.parsing import BadQuery

LONGEST_TEXT = 100
FIRST_DAY = date(1970, 1, 1)
LAST_DAY = date(2199, 12, 31)


def text(name: str = "q") -> str:
    """Words to look for.

    Raises BadQuery when they are too long or hold control characters.
    """
    words = request.args.get(name, "").strip()
    if len(words) > LONGEST_TEXT:
        raise BadQuery(_("Search with at most %(longest)s characters.", longest=LONGEST_TEXT))
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in words):
        raise BadQuery(_("Search with letters, digits and signs that can be seen."))
    return words


def one_of(name: str, allowed: Sequence[str], default: str = "") -> str:
    """One of the allowed values, or the default when the query string has none.

    Raises BadQuery, which lists them.
    """
    value = request.args.get(name, "") or default
    if value != default and value not in allowed:
        raise BadQuery(_("%(name)s must be one of: %(all)s.", name=name, all=", ".join(allowed)))
    return value


def length(allowed: Sequence[int], default: int) -> int:
    """How many days to look at.

    Raises BadQuery, which lists the lengths there are.
    """
    return int(one_of("days", [str(days) for days in allowed], str(default)))


def order(allowed: Sequence[str], default: str) -> tuple[str, bool]:
    """What to sort by and whether from the top: ``sort=-clv`` is from the top, ``sort=clv`` from the bottom.

    Raises BadQuery, which lists what there is to sort by.
    """
    value = request.args.get("sort", "") or default
    name = value.removeprefix("-")
    if name not in allowed:
        raise BadQuery(
            _("sort must be one of: %(all)s; a minus in front turns it round.", all=", ".join(allowed))
        )
    return name, value.startswith("-")


def day(name: str) -> date | None:
    """A day such as ``2026-11-20``, or None when the query string has none.

    Raises BadQuery.
    """
    value = request.args.get(name, "")
    if not value:
        return None
    try:
        found = date.fromisoformat(value)
    except ValueError:
        found = None
    if found is None or len(value) != 10 or not FIRST_DAY <= found <= LAST_DAY:
        raise BadQuery(_("%(name)s must be a day such as 2026-11-20.", name=name))
    return found


def span() -> tuple[date | None, date | None]:
    """The days ``from`` and ``to``; either may be missing.

    Raises BadQuery when they are the wrong way round.
    """
    since, until = day("from"), day("to")
    if since and until and since > until:
        raise BadQuery(
            _(
                "The first day (%(since)s) comes after the last (%(until)s). Swap them.",
                since=since,
                until=until,
            )
        )
    return since, until


def person() -> int | None:
    """The number of a customer, or None when the query string has none.

    Raises BadQuery.
    """
    value = request.args.get("person", "").strip()
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and len(value) <= 10 and 0 < int(value) <= LARGEST_ID):
        raise BadQuery(_("person must be the number of a customer, such as 123."))
    return int(value)
