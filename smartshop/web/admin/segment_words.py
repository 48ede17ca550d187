"""Moves between segments and the table of segments in words."""

from math import ceil

from smartshop.insights.queries.moves import Move, Moves
from smartshop.web.admin.speaking import _, ngettext
from smartshop.web.presenting import number

SHADES = 10


def segment(name: str | None) -> str:
    """A segment, or that there is none."""
    return name or _("none")


def recency(score: int) -> str:
    """A row of the table."""
    return {
        5: _("5 · bought just now"),
        4: "4",
        3: "3",
        2: "2",
        1: _("1 · longest ago"),
    }[score]


def value(score: int) -> str:
    """A column of the table."""
    return {1: _("1 · least"), 5: _("5 · most")}.get(score, str(score))


def shade(count: int, moves: Moves) -> int:
    """How strongly a cell of the moves is coloured, from 0 to 10."""
    return min(SHADES, ceil(SHADES * count / moves.most)) if moves.most else 0


def moved(moves: Moves, days: int) -> str:
    """What the moves of a period come to."""
    if not moves.total:
        return _("Nobody changed their segment in these %(days)s days", days=days)
    return _(
        "In %(days)s days %(better)s moved up and %(worse)s down",
        days=days,
        better=number(moves.better),
        worse=number(moves.worse),
    )


def cause(move: Move) -> str:
    """Why somebody moved."""
    return {
        "training": _("by what they did"),
        "rollback": _("with a model that was taken back"),
        "table": _("with another table of segments"),
    }[move.cause]


def changing(count: int) -> str:
    """How many customers another table would move."""
    if not count:
        return _("No customer would change their segment")
    return ngettext(
        "%(shown)s customer would change their segment",
        "%(shown)s customers would change their segment",
        count,
        shown=number(count),
    )


def saved(count: int) -> str:
    """What another table did the moment it was saved."""
    return ngettext(
        "The table holds from now on: %(shown)s customer is in another segment.",
        "The table holds from now on: %(shown)s customers are in another segment.",
        count,
        shown=number(count),
    )
