"""Rows as CSV: UTF-8, RFC 4180, ISO dates, decimal money, and nothing that a spreadsheet would execute."""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime

from smartshop.insights.queries.reports.declared import Amount, Report, Value, Wanted
from smartshop.kernel.money import to_major

EXECUTED = ("=", "+", "-", "@", "\t", "\r", "\n")
ROWS_AT_ONCE = 200


class _Lines:
    """A file for csv.writer that hands its lines on instead of keeping them."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def write(self, line: str) -> None:
        self._lines.append(line)

    def take(self) -> str:
        text = "".join(self._lines)
        self._lines.clear()
        return text


def as_csv(report: Report, wanted: Wanted, *, with_personal: bool) -> Iterator[str]:
    """The report as text, some rows at a time, its header first; without personal columns unless asked for.

    Raises Invalid before the first piece when the report does not know a filter.
    """
    report.check(wanted)
    return _pieces(report, wanted, with_personal=with_personal)


def _pieces(report: Report, wanted: Wanted, *, with_personal: bool) -> Iterator[str]:
    """Nothing is read before the first piece is asked for, so that columns and rows see one snapshot."""
    columns = [column for column in report.columns(wanted) if with_personal or not column.is_personal]
    lines = _Lines()
    writer = csv.writer(lines)
    writer.writerow([column.name for column in columns])
    for count, row in enumerate(report.rows(wanted), start=1):
        writer.writerow([cell(column.read(row)) for column in columns])
        if count % ROWS_AT_ONCE == 0:
            yield lines.take()
    yield lines.take()


def cell(value: Value | Amount) -> str:
    """One value as text: ``2026-11-20T12:00:00Z``, ``1234.50``, shares with six decimals; None is empty.

    Text that begins like a formula gets an apostrophe in front (OWASP, CSV injection); numbers stay numbers.
    """
    match value:
        case None:
            text = ""
        case Amount():
            text = f"{to_major(value.minor, value.currency):f}"
        case datetime():
            text = value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        case date():
            text = value.isoformat()
        case float():
            text = f"{value:.6f}"
        case int():
            text = str(value)
        case str():
            text = neutral(value)
        case _:
            text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text


def neutral(text: str) -> str:
    """Text that a spreadsheet shows instead of running; an e-mail or a name is not changed otherwise."""
    return f"'{text}" if text.lstrip(" ").startswith(EXECUTED) else text
