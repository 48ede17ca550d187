"""Read the lines of a history file; nothing is decided here but what a row says."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from smartshop.orders.operations import history_files
from smartshop.orders.operations.history_tables import Progress, Table, UnreadableFile
from smartshop.orders.rules.history import columns, values
from smartshop.orders.rules.history.lines import Line, Reason, RowReader

SAMPLE = 1000


@dataclass(frozen=True)
class ReadLines:
    """The lines of a file and the rows that are none; ``read`` counts both. The encoding is what it was read in."""

    lines: list[Line]
    rejected: dict[int, Reason]
    notes: tuple[str, ...]
    encoding: str

    @property
    def read(self) -> int:
        return len(self.lines) + len(self.rejected)


def read_lines(path: Path, mapping: Mapping[str, str], progress: Progress) -> ReadLines:
    """All lines of a file. Raises UnreadableFile and UnknownColumns."""
    for encoding in history_files.ENCODINGS:
        try:
            table = history_files.open_table(path, progress, encoding=encoding)
            return ReadLines(*_lines(table, mapping), encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFile(f"{path.name} is neither UTF-8 nor Windows-1252 text. Save it as 'CSV UTF-8'.")


def _lines(table: Table, mapping: Mapping[str, str]) -> tuple[list[Line], dict[int, Reason], tuple[str, ...]]:
    found = columns.recognise(table.header, mapping)
    notes = [f"Columns: {found.described()}.", *table.notes]
    sample = list(islice(table.rows, SAMPLE))
    price_at = found.places["price"]
    has_commas = table.has_comma_cells and values.has_decimal_commas(
        [row[price_at].strip() for _, row in sample if len(row) > price_at]
    )
    if has_commas:
        notes.append("Prices are read with a decimal comma.")
    reader = RowReader(found, has_decimal_commas=has_commas)
    lines: list[Line] = []
    rejected: dict[int, Reason] = {}
    for number, row in chain(sample, table.rows):
        read = reader.read(number, row)
        if isinstance(read, Line):
            lines.append(read)
        else:
            rejected[number] = read
    return lines, rejected, tuple(notes)
