"""Files of order lines: csv (plain, gz, xz), xlsx and parquet, read row by row as text."""

import csv
import gzip
import io
import lzma
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from smartshop.orders.operations import history_sheets
from smartshop.orders.operations.history_tables import Progress, Row, Table, UnreadableFile, without_progress

MAGIC = {b"\x1f\x8b": "gz", b"\xfd7zXZ\x00": "xz", b"PK\x03\x04": "xlsx", b"PAR1": "parquet"}
SUFFIXES = {".gz": "gz", ".xz": "xz", ".xlsx": "xlsx", ".parquet": "parquet"}
DELIMITERS = ",;\t|"
ENCODINGS = ("utf-8-sig", "cp1252")
"""UTF-8 when every byte of a file is, else Windows-1252 when every byte is that."""
CHUNK = 1 << 20
PROGRESS_EVERY = 8192
BROKEN_ARCHIVE = (EOFError, lzma.LZMAError, gzip.BadGzipFile, zlib.error)


def open_table(path: Path, progress: Progress = without_progress, *, encoding: str = ENCODINGS[0]) -> Table:
    """The table in a file; ``encoding`` is that of CSV, which alone has one.

    Raises UnreadableFile, and UnicodeDecodeError where the encoding is another; both also while rows are read.
    """
    kind = _kind(path)
    if kind == "xlsx":
        return history_sheets.spreadsheet(path)
    if kind == "parquet":
        return history_sheets.parquet(path, progress)
    return _csv(path, kind, encoding, progress)


def _kind(path: Path) -> str:
    """gz, xz, xlsx, parquet or csv, from the first bytes; a name that promises something else is refused."""
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            what = "a folder" if stat.S_ISDIR(mode) else "not an ordinary file"
            raise UnreadableFile(f"{path} is {what}. Name a file of order lines.")
        with path.open("rb") as file:
            start = file.read(8)
    except (OSError, ValueError) as error:
        raise UnreadableFile(
            f"{path} cannot be read: {getattr(error, 'strerror', None) or error}."
        ) from error
    if not start:
        raise UnreadableFile(f"{path.name} is empty.")
    kind = next((kind for magic, kind in MAGIC.items() if start.startswith(magic)), "csv")
    promised = SUFFIXES.get(path.suffix.lower(), kind)
    if promised != kind:
        raise UnreadableFile(f"{path.name} is not a valid {promised} file. Export or download it again.")
    return kind


def _csv(path: Path, kind: str, encoding: str, progress: Progress) -> Table:
    with (
        _unpacked(path, kind) as (unpacked, _),
        io.TextIOWrapper(unpacked, encoding=encoding, newline="") as text,
    ):
        first = text.readline(CHUNK)
    delimiter = max(DELIMITERS, key=first.count)
    rows = _csv_rows(path, kind, encoding, delimiter, progress)
    _, header = next(rows, (0, []))
    if not any(header):
        raise UnreadableFile(f"{path.name} has no header row.")
    notes = () if encoding == ENCODINGS[0] else ("The text is not UTF-8: it was read as Windows-1252.",)
    return Table(header, rows, has_comma_cells=delimiter != ",", notes=notes)


@contextmanager
def _unpacked(path: Path, kind: str) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """The unpacked bytes of a file and the raw file beneath them."""
    try:
        with path.open("rb") as raw:
            if kind == "csv":
                yield raw, raw
                return
            with gzip.GzipFile(fileobj=raw) if kind == "gz" else lzma.LZMAFile(raw) as unpacked:
                yield cast("IO[bytes]", unpacked), raw
    except BROKEN_ARCHIVE as error:
        raise UnreadableFile(
            f"{path.name} is damaged or cut short: {error}. Copy or download it again."
        ) from error


def _csv_rows(path: Path, kind: str, encoding: str, delimiter: str, progress: Progress) -> Iterator[Row]:
    """Rows that are not blank, with the line each begins on."""
    size = max(1, path.stat().st_size)
    with (
        _unpacked(path, kind) as (unpacked, raw),
        io.TextIOWrapper(unpacked, encoding=encoding, newline="") as text,
    ):
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        number = 1
        try:
            for row in reader:
                if row:
                    yield number, row
                number = reader.line_num + 1
                if number % PROGRESS_EVERY == 0:
                    progress("Reading", raw.tell() / size)
        except csv.Error as error:
            raise UnreadableFile(
                f"{path.name}, line {number}: {error}. A quote in a cell must be doubled and the cell quoted."
            ) from error
