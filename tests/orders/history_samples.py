"""A small order history in every kind of file, and the ways in which files are broken."""

import csv
import gzip
import lzma
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

HEADER = [
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
]
ROWS = [
    ["1", "85123A", "WHITE LAMP", "6", "2011-05-02 08:26:00", "2.55", "17850", "France"],
    ["1", "POST", "POSTAGE", "1", "2011-05-02 08:26:00", "18", "17850", "France"],
    ["2", "85123a", "WHITE LAMP", "4", "2011-05-03 10:00:00", "2.65", "17850", "France"],
    ["3", "22423", "RED MUG", "2", "2011-05-04 09:00:00", "1.25", "", "Germany"],
    ["4", "22423", "RED MUG", "1", "2011-05-05 09:00:00", "1.25", "buyer@shop.example", "Germany"],
    ["5", "22423", "damaged", "-9", "2011-05-05 10:00:00", "0", "", "Germany"],
    ["C6", "85123A", "WHITE LAMP", "-2", "2011-05-06 09:00:00", "2.55", "17850", "France"],
    ["C7", "22423", "RED MUG", "-1", "2011-05-06 09:00:00", "1.25", "buyer@shop.example", "Germany"],
    ["C8", "22423", "RED MUG", "-1", "2011-05-06 09:00:00", "1.25", "17850", "France"],
]
Write = Callable[[Path, Sequence[Sequence[str]]], Path]


def write_csv(path: Path, rows: Sequence[Sequence[str]] = ROWS, header: Sequence[str] = HEADER) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def write_gz(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    path.write_bytes(gzip.compress(write_csv(path.with_name("plain.csv"), rows).read_bytes()))
    return path


def write_xz(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    path.write_bytes(lzma.compress(write_csv(path.with_name("plain.csv"), rows).read_bytes()))
    return path


def write_semicolons(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=";").writerows(
            [HEADER, *([*row[:5], row[5].replace(".", ","), *row[6:]] for row in rows)]
        )
    return path


def typed(row: Sequence[str]) -> list[object]:
    customer: object = float(row[6]) if row[6].isdigit() else row[6] or None
    code: object = int(row[1]) if row[1].isdigit() else row[1]
    return [
        row[0],
        code,
        row[2],
        int(row[3]),
        datetime.fromisoformat(row[4]),
        float(row[5]),
        customer,
        row[7],
    ]


def write_xlsx(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    book = openpyxl.Workbook()
    sheets = [book.active, book.create_sheet("more")]
    for sheet, part in zip(sheets, (rows[:4], rows[4:]), strict=True):
        assert sheet is not None
        for row in [HEADER, *map(typed, part)]:
            sheet.append(row)
    book.save(path)
    return path


def write_two_years(path: Path, earlier: Sequence[Sequence[str]], later: Sequence[Sequence[str]]) -> Path:
    """A workbook of a sheet a year with the column names of Online Retail II."""
    header = ["Invoice", *HEADER[1:5], "Price", "Customer ID", "Country"]
    book = openpyxl.Workbook()
    for sheet, rows in ((book.active, earlier), (book.create_sheet("Year 2010-2011"), later)):
        assert sheet is not None
        for row in [header, *map(typed, rows)]:
            sheet.append(row)
    book.save(path)
    return path


def write_parquet(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    columns = list(zip(*map(typed, rows), strict=True))
    arrays = [pa.array([None if v is None else str(v) for v in column]) for column in columns]
    arrays[3] = pa.array(columns[3], pa.int64())
    arrays[4] = pa.array(columns[4], pa.timestamp("ns"))
    arrays[5] = pa.array(columns[5], pa.float64())
    pq.write_table(pa.table(dict(zip(HEADER, arrays, strict=True))), path)
    return path


def spoil(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def broken_files(folder: Path) -> dict[str, Path]:
    plain = write_csv(folder / "good.csv").read_bytes()
    many = write_csv(folder / "many.csv", ROWS * 2000).read_bytes()
    header = ",".join(HEADER).encode()
    xlsx = write_xlsx(folder / "good.xlsx", ROWS).read_bytes()
    parquet = write_parquet(folder / "good.parquet", ROWS).read_bytes()
    (folder / "folder.csv").mkdir()
    return {
        "cannot be read": folder / "missing.csv",
        "is a folder": folder / "folder.csv",
        "is empty": spoil(folder / "empty.csv", b""),
        "has no header": spoil(folder / "blank.csv", b"\n\n"),
        "has a header but no lines": spoil(folder / "header.csv", header + b"\r\n"),
        "damaged or cut short": spoil(folder / "cut.csv.xz", lzma.compress(many)[:-200]),
        "short": spoil(folder / "cut.csv.gz", gzip.compress(many)[:-200]),
        "not a valid gz": spoil(folder / "not.csv.gz", plain),
        "spreadsheet that can be read": spoil(folder / "cut.xlsx", xlsx[: len(xlsx) // 2]),
        "not a valid xlsx": spoil(folder / "not.xlsx", plain),
        "Parquet file that can be read": spoil(folder / "cut.parquet", parquet[: len(parquet) // 2]),
        "not a valid parquet": spoil(folder / "not.parquet", plain),
        "No column was recognised": spoil(folder / "columns.csv", b"a,b\n1,2\n"),
        "neither UTF-8 nor": spoil(folder / "utf16.csv", b"\x81\x8d" + plain.decode().encode("utf-16")),
        "line 11": spoil(folder / "quote.csv", plain + b'9,"A,LAMP,1,2011-05-02,1,7,France\r\n'),
        "None of the 2 lines": spoil(folder / "letters.csv", header + b"\r\n1,A,x,a,b,c,d,e\r\n1,A,x\r\n"),
    }
