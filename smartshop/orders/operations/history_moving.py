"""By how many weeks the dates of a file move, so that all files of a history stay one history."""

from datetime import datetime

from smartshop.kernel.errors import Invalid
from smartshop.orders.rules.history import dates
from smartshop.orders.rules.history.judging import Judged


class MovedOtherwise(Invalid):
    """The file before was moved by so many weeks that this one would end in the future."""

    code = "moved_otherwise"


def weeks(judged: Judged, now: datetime, before: int | None, *, is_asked: bool) -> tuple[int, str]:
    """The weeks, and what is to be said of them; ``before`` is by how many the file before moved, None without one.

    The first file moves up to yesterday, later ones by as many weeks as it did. Raises MovedOtherwise.
    """
    moments = [sale.at for sale in judged.sales] + [credit.at for credit in judged.credits]
    if not moments:
        return 0, ""
    if not is_asked:
        return 0, _left_behind(before) if before else ""
    if before is None:
        return dates.weeks_to_yesterday(max(moments), now.date()), ""
    end = max(moments) + before * dates.WEEK
    if end > now:
        raise MovedOtherwise(
            f"The file before was moved by {before:,} weeks, with which this one would end in the future, on"
            f" {end:%Y-%m-%d}. Files of one history move together: import the one that ends last first, or all of them"
            " as one file."
        )
    return before, f"Dates move by {before:,} weeks because those of the file before did."


def _left_behind(before: int) -> str:
    return (
        f"The dates of the file before were moved by {before:,} weeks and these are not. If both are of one history, this"
        " one needs --shift-dates too."
    )
