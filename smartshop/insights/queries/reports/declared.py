"""What a report is: columns declared once, in order, each with the way to take its value from a row."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Any

from smartshop.kernel.errors import Invalid

Value = str | int | float | date | datetime | None | Mapping[str, Any]


@dataclass(frozen=True)
class Amount:
    """Minor units of a currency, to be written as a decimal number."""

    minor: int
    currency: str


@dataclass(frozen=True)
class Column:
    """One column: its name in the header, how to read it from a row, and whether it tells who somebody is."""

    name: str
    read: Callable[[Any], Value | Amount]
    is_personal: bool = False


@dataclass(frozen=True)
class Wanted:
    """What part of a report is wanted, and in which currency it counts money. Empty means everything.

    What staff changed is left out unless it is asked for: it is for who may read the audit log.
    """

    currency: str
    segment: str = ""
    risk: str = ""
    since: date | None = None
    until: date | None = None
    is_with_changes: bool = False

    @property
    def filters(self) -> dict[str, str]:
        """What narrows the report, as text; only what was asked for."""
        asked = {name: getattr(self, name) for name in ("segment", "risk", "since", "until")}
        return {name: str(value) for name, value in asked.items() if value}


@dataclass(frozen=True)
class Report:
    """A report: its columns, its rows (read while they are written), and the filters it knows."""

    name: str
    columns: Callable[[Wanted], tuple[Column, ...]]
    rows: Callable[[Wanted], Iterator[Any]]
    filters: frozenset[str] = frozenset()

    def check(self, wanted: Wanted) -> None:
        """Raises Invalid when a filter is asked for that this report does not know."""
        unknown = sorted(wanted.filters.keys() - self.filters)
        if unknown:
            known = ", ".join(sorted(self.filters)) or "none"
            raise Invalid(f"The report '{self.name}' has no filter '{unknown[0]}'. Its filters: {known}.")


def money(currency: str, minor: int | None) -> Amount | None:
    """An amount, unless there is none."""
    return None if minor is None else Amount(minor, currency)


def plain(*fields: str) -> tuple[Column, ...]:
    """Columns that are attributes of the row, under their own names."""
    return tuple(Column(field, attrgetter(field)) for field in fields)
