"""Order lines from spreadsheets and Parquet files."""

import zipfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from smartshop.orders.operations.history_tables import Progress, Row, Table, UnreadableFile
from smartshop.orders.rules.history.values import cell_text

BATCH = 20_000


def spreadsheet(path: Path) -> Table:
    """The first sheet, followed by the others that have the same header."""
    from python_calamine import CalamineError, load_workbook

    try:
        if bad := zipfile.ZipFile(path).testzip():
            raise UnreadableFile(f"{path.name} is damaged: its part {bad} cannot be read.")
        workbook = load_workbook(str(path))
        sheets = [workbook.get_sheet_by_name(name) for name in workbook.sheet_names]
    except (CalamineError, zipfile.BadZipFile, OSError, EOFError, ValueError) as error:
        raise UnreadableFile(f"{path.name} is not a spreadsheet that can be read: {error}.") from error
    tables = [_cells(sheet) for sheet in sheets]
    headers = [next(table, (0, [])) for table in tables]
    header = _without_empty_end(headers[0][1])
    if not header:
        raise UnreadableFile(f"The first sheet of {path.name} is empty.")
    same = [at for at, (_, names) in enumerate(headers) if _without_empty_end(names) == header]
    rows = _numbered(chain.from_iterable(tables[at] for at in same), len(header))
    left_out = [workbook.sheet_names[at] for at in range(len(headers)) if at not in same and headers[at][1]]
    notes = [f"Sheets read: {', '.join(workbook.sheet_names[at] for at in same)}."] if len(same) > 1 else []
    if left_out:
        notes.append(f"Sheets with another header were not read: {', '.join(left_out)}.")
    return Table(header, rows, has_comma_cells=False, notes=tuple(notes))


def _cells(sheet: Any) -> Iterator[Row]:
    for number, row in enumerate(sheet.iter_rows(), (sheet.start or (0, 0))[0] + 1):
        texts = [cell_text(cell) for cell in row]
        if any(texts):
            yield number, texts


def _numbered(rows: Iterator[Row], width: int) -> Iterator[Row]:
    """Rows of several sheets as one: numbers go on where the sheet before ended."""
    last, base = 1, 0
    for number, row in rows:
        if base + number <= last:
            base = last - 1
        last = base + number
        yield last, row[:width] if not any(row[width:]) else row


def _without_empty_end(names: list[str]) -> list[str]:
    while names and not names[-1].strip():
        names = names[:-1]
    return names


def parquet(path: Path, progress: Progress) -> Table:
    """All columns of a Parquet file; row numbers count from 1."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise UnreadableFile(f"{path.name} is not a Parquet file that can be read: {error}.") from error
    return Table(file.schema_arrow.names, _parquet_rows(path, file, progress), has_comma_cells=False)


def _parquet_rows(path: Path, file: Any, progress: Progress) -> Iterator[Row]:
    import pyarrow as pa

    total, number = max(1, file.metadata.num_rows), 0
    try:
        for batch in file.iter_batches(batch_size=BATCH):
            columns = [map(cell_text, _plain(column).to_pylist()) for column in batch.columns]
            for row in zip(*columns, strict=True):
                number += 1
                yield number, list(row)
            progress("Reading", number / total)
    except (pa.ArrowException, OSError) as error:
        raise UnreadableFile(f"{path.name} is damaged: {error}.") from error


def _plain(column: Any) -> Any:
    """Times in microseconds, which is what Python keeps."""
    import pyarrow as pa

    if pa.types.is_timestamp(column.type):
        return column.cast(pa.timestamp("us", column.type.tz), safe=False)
    return column
