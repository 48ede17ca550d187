"""Moments and money as whole numbers, so that no engine and no order of rows can change a sum.

Every part of the expression works on rows that are ``known`` from a second on, and opens them out to the moments
that know them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis
from ibis import _

if TYPE_CHECKING:
    from collections.abc import Sequence

SECONDS_A_DAY = 86_400
MICROS = 1_000_000
"""Money is summed in millionths of a major unit: below the minor unit of every currency, and exact."""


def whole(number: Any) -> Any:
    """A sum or count as a 64-bit integer."""
    return number.cast("int64")


def micros(money: Any) -> Any:
    """Major units as whole millionths."""
    return (money * MICROS).round().cast("int64")


def second(moment: Any) -> Any:
    """Whole seconds since the epoch; a part of a second is let go."""
    return moment.epoch_seconds().cast("int64")


def days(length: int) -> int:
    """Days as seconds."""
    return length * SECONDS_A_DAY


def opened(rows: Any, at: Sequence[int], *, within_days: int | None = None) -> Any:
    """``rows`` once for every moment ``at`` that knows them: strictly after ``known``, and no later than ``gone``.

    With ``within_days`` only rows whose ``known`` lies at most so many days before the moment.
    """
    each = rows.mutate(at=ibis.array([ibis.literal(moment, type="int64") for moment in at]).unnest())
    known = each.filter(each.known < each["at"])
    if within_days is not None:
        known = known.filter(_["at"] - _.known <= days(within_days))
    return known.filter(_.gone.isnull() | (_.gone >= _["at"])) if "gone" in rows.columns else known


def first_moment(known: Any, at: Sequence[int]) -> Any:
    """The earliest of the sorted moments ``at`` that knows a row; null when none does."""
    return ibis.cases(*[(known < moment, ibis.literal(moment, type="int64")) for moment in at])


def since_first(rows: Any, at: Sequence[int]) -> Any:
    """Rows summed up by `first_moment` (column ``first_at``), once for every moment from it on."""
    each = rows.mutate(at=ibis.array([ibis.literal(moment, type="int64") for moment in at]).unnest())
    return each.filter(each.first_at <= each["at"])
