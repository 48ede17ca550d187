"""Tables that people edit in a spreadsheet: CSV in, with everything spreadsheets do to it, and CSV out.

What goes out comes back the same: text that a spreadsheet would run gets an apostrophe in front, which is taken
away again on the way in.
"""

import csv
import difflib
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from smartshop.kernel.errors import Conflict, Invalid

MOST_ROWS = 100_000
LARGEST_BYTES = 64 * 1024 * 1024
SHOWN_PROBLEMS = 200
DELIMITERS = ",;\t|"
ROWS_AT_ONCE = 200
RUN = re.compile(r"'* *[=+\-@\t\r\n]")
"""Text that a spreadsheet may run (OWASP, CSV injection), with any apostrophes already in front of it."""
FOR_READING = ("row", "problem")
"""Columns of the file of rejected rows: read by people, skipped when it comes back."""
NOT_UTF8 = (
    "The text is not UTF-8, so it was read as Windows-1252. Look at the accents before you go on; "
    "'CSV UTF-8' is the safe way to save it."
)
OTHER_FILES = {
    b"PK\x03\x04": "a spreadsheet",
    b"\xff\xfe": "UTF-16 text",
    b"\xfe\xff": "UTF-16 text",
    b"\x1f\x8b": "a compressed file",
    b"%PDF": "a PDF",
}


class UnreadableSheet(Invalid):
    """The file is no table that can be read; the message says how to save one."""

    code = "unreadable_sheet"

    def __init__(self, message: str) -> None:
        super().__init__(message, {"file": message})


class Moved(Conflict):
    """The file would do something else by now than what was agreed to."""

    code = "sheet_moved"


@dataclass(frozen=True)
class Row:
    """One row under the header; ``number`` is the row of the spreadsheet, where the header is 1."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """A header, its rows, and what a reader should know of how they were read."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rejection:
    """A row that cannot be taken, the column it fails at and what to do about it."""

    row: Row
    column: str
    reason: str


@dataclass(frozen=True)
class Report:
    """What a file would do, or did. ``seen`` tells this outcome from any other."""

    header: tuple[str, ...]
    added: int
    changed: int
    unchanged: int
    rejected: tuple[Rejection, ...]
    notes: tuple[str, ...]
    seen: str
    examples: tuple[tuple[str, str, str, str], ...] = field(default=())
    """Some of the changes: what, which column, before, after."""

    @property
    def rows(self) -> int:
        return self.added + self.changed + self.unchanged + len(self.rejected)

    @property
    def does_something(self) -> bool:
        return bool(self.added or self.changed)

    def to_json(self) -> dict[str, object]:
        """The counts and the first rejected rows, for machines."""
        shown = [
            {"row": found.row.number, "column": found.column, "reason": found.reason}
            for found in self.rejected[:SHOWN_PROBLEMS]
        ]
        counts = {name: getattr(self, name) for name in ("rows", "added", "changed", "unchanged")}
        return {**counts, "rejected": len(self.rejected), "notes": list(self.notes), "problems": shown}


def check_seen(report: Report, seen: str | None) -> None:
    """Raises Moved unless the report is the one that was seen; None agrees to any."""
    if seen is not None and seen != report.seen:
        raise Moved(
            "The shop has changed since you looked: the file would do something else now. Look again."
        )


def neutral(text: str) -> str:
    """Text that a spreadsheet shows instead of running."""
    return f"'{text}" if RUN.match(text) else text


def plain(text: str) -> str:
    """What ``neutral`` made of a text, undone; other text stays as it is."""
    return text[1:] if text.startswith("'") and RUN.match(text[1:]) else text


def read(content: bytes) -> Sheet:
    """The table in a file: UTF-8 or Windows-1252, parted by comma, semicolon, tab or bar; blank rows are skipped.

    Raises UnreadableSheet.
    """
    text, notes = _decoded(content)
    delimiter, text = _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number, header, rows = 0, tuple[str, ...](), list[Row]()
    try:
        for number, cells in enumerate(reader, start=1):
            if not header:
                header = tuple(plain(cell).strip() for cell in cells)
                _check_header(header)
            elif any(cell.strip() for cell in cells):
                rows.append(Row(number, tuple(plain(cell) for cell in cells)))
            if len(rows) > MOST_ROWS:
                raise UnreadableSheet(f"The file has more than {MOST_ROWS:,} rows. Split it.")
    except csv.Error as error:
        raise UnreadableSheet(
            f"Row {number + 1} cannot be read: {error}. A quote inside a cell is doubled and the cell quoted."
        ) from error
    if not rows:
        raise UnreadableSheet("There is no row under the header. Fill in at least one.")
    return Sheet(header, tuple(rows), notes)


def _decoded(content: bytes) -> tuple[str, tuple[str, ...]]:
    if len(content) > LARGEST_BYTES:
        raise UnreadableSheet(f"The file is larger than {LARGEST_BYTES // 1024**2} MB. Split it.")
    kind = next((name for magic, name in OTHER_FILES.items() if content.startswith(magic)), "")
    if kind or b"\x00" in content:
        raise UnreadableSheet(
            f"This is {kind or 'no text'}, not CSV. In the spreadsheet, choose 'Save as' and then 'CSV UTF-8'."
        )
    try:
        return content.decode("utf-8-sig"), ()
    except UnicodeDecodeError:
        pass
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError as error:
        raise UnreadableSheet(
            "The text is neither UTF-8 nor Windows-1252. In the spreadsheet, save it as 'CSV UTF-8'."
        ) from error
    return text, (NOT_UTF8,)


def _delimiter(text: str) -> tuple[str, str]:
    """What parts the cells, and the text without a line that says so (``sep=;``)."""
    first, _, rest = text.partition("\n")
    said = re.fullmatch(r"\"?sep=([,;\t|])\"?", first.strip("\r "))
    return (said[1], rest) if said else (max(DELIMITERS, key=first.count), text)


def _check_header(header: tuple[str, ...]) -> None:
    if not any(header):
        raise UnreadableSheet("The first row has to name the columns.")
    if "" in header:
        raise UnreadableSheet(f"Column {header.index('') + 1} has no name. Name it or delete it.")
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise UnreadableSheet(f"These columns are there twice: {', '.join(twice)}. Keep one of each.")


def check_columns(
    header: Sequence[str], known: Sequence[str], needed: Sequence[str], is_known: Callable[[str], bool]
) -> None:
    """Make sure that a header names what is needed and nothing unknown.

    Raises UnreadableSheet, which names the nearest column there is.
    """
    unknown = [name for name in header if not is_known(name) and name not in FOR_READING]
    if unknown:
        told = "; ".join(_suggested(name, known) for name in unknown[:10])
        raise UnreadableSheet(f"Unknown columns: {told}. There are: {', '.join(known)}.")
    missing = [name for name in needed if name not in header]
    if missing:
        raise UnreadableSheet(f"The file needs a column {missing[0]}.")


def _suggested(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.6)
    return f"{name[:60]!r}" + (f" (is it {near[0]}?)" if near else "")


def cells_by_column(header: Sequence[str], row: Row) -> dict[str, str]:
    """A row's cells by column, short rows filled up; ``problem`` and ``row`` are left out."""
    cells = (*row.cells, *("" for _ in range(len(header) - len(row.cells))))
    return {name: cell for name, cell in zip(header, cells, strict=False) if name not in FOR_READING}


def given_cells(header: Sequence[str], row: Row) -> dict[str, str]:
    """A row's cells by column without those that a row cut short does not have: it says nothing of them."""
    return {name: cell for name, cell in zip(header, row.cells, strict=False) if name not in FOR_READING}


def written(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table as CSV text, some rows at a time; every cell neutral."""
    lines = io.StringIO(newline="")
    writer = csv.writer(lines)
    writer.writerow([neutral(name) for name in header])
    for count, row in enumerate(rows, start=1):
        writer.writerow([neutral(cell) for cell in row])
        if count % ROWS_AT_ONCE == 0:
            yield _taken(lines)
    yield _taken(lines)


def _taken(lines: io.StringIO) -> str:
    text = lines.getvalue()
    lines.seek(0)
    lines.truncate()
    return text


def rejected_rows(header: Sequence[str], rejected: Iterable[Rejection]) -> Iterator[str]:
    """The rejected rows as CSV that can be corrected and sent again; a row that was cut short still is."""
    rows = (
        [
            str(found.row.number),
            f"{found.column}: {found.reason}" if found.column else found.reason,
            *given_cells(header, found.row).values(),
        ]
        for found in rejected
    )
    return written([*FOR_READING, *(name for name in header if name not in FOR_READING)], rows)
