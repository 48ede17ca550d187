"""Dates of a history. How 3/4/2011 reads is decided once for the whole file, from all of its dates."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

SLASHED = re.compile(
    r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?:[ T,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(?: ?([AP]M))?)?",
    re.ASCII | re.IGNORECASE,
)
WRITTEN = ("%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y", "%d %b %y")
TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p")
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
WEEK = timedelta(weeks=1)


@dataclass(frozen=True)
class DateReading:
    """Every date text of a file with its moment in UTC (None: it is not a date), and how they were read."""

    moments: Mapping[str, datetime | None]
    note: str


def read(texts: Collection[str], *, dayfirst: bool = False) -> DateReading:
    """Read all date texts of one file the same way.

    Dates such as 3/4/2011 are month first unless ``dayfirst`` is set, or more of the file's dates can only
    be day first (13/4/2011) than only month first (4/13/2011), or they are separated by dots.
    """
    slashed = [match for text in texts if (match := SLASHED.fullmatch(text))]
    days_lead, note = _order(slashed, dayfirst=dayfirst)
    return DateReading({text: _moment(text, days_lead=days_lead) for text in texts}, note)


def _order(matches: Iterable[re.Match[str]], *, dayfirst: bool) -> tuple[bool, str]:
    day, month, dotted, seen = 0, 0, 0, 0
    for match in matches:
        seen += 1
        first, second = int(match[1]), int(match[3])
        day += first > 12 >= second
        month += second > 12 >= first
        dotted += match[2] == "."
    if not seen:
        return dayfirst, "Dates are ISO or written out."
    if dayfirst:
        return True, "Dates are read day first, as asked."
    if day != month:
        return (
            day > month,
            f"Dates are read {'day' if day > month else 'month'} first, as most of them can only be.",
        )
    if dotted * 2 > seen:
        return True, "Dates are read day first, as usual with dots."
    return (
        False,
        "Dates do not tell whether day or month comes first: read month first; --dayfirst reads the other way.",
    )


def _moment(text: str, *, days_lead: bool) -> datetime | None:
    match = SLASHED.fullmatch(text)
    try:
        found = _from_parts(match, days_lead=days_lead) if match else _from_words(text)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _from_parts(match: re.Match[str], *, days_lead: bool) -> datetime:
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    if len(match[4]) == 2:
        year += 2000 if year < 70 else 1900
    hour = int(match[5] or 0)
    if match[8]:
        if not 1 <= hour <= 12:
            raise ValueError("an hour before or after noon is 1 to 12")
        hour = hour % 12 + (12 if match[8].upper() == "PM" else 0)
    day, month = (first, second) if days_lead else (second, first)
    return datetime(year, month, day, hour, int(match[6] or 0), int(match[7] or 0), tzinfo=UTC)


def _from_words(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        words = " ".join(re.sub(r"[-,/]", " ", text).split())
    for form in (day + time for day in WRITTEN for time in TIMES):
        try:
            return datetime.strptime(words, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    raise ValueError("not a date")


def weeks_to_yesterday(last: datetime, today: date) -> int:
    """The largest number of whole weeks by which ``last`` can move and still be yesterday or earlier."""
    return (today - timedelta(days=1) - last.date()).days // 7
