import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartshop.kernel import sheets
from smartshop.kernel.sheets import Row, UnreadableSheet

CELLS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12
) | st.sampled_from(
    ["=1+1", "'=1", "-5", "  @x", "''+", "a;b", 'say "so"', "two\nlines", "\ttab", "'", "'tis"]
)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), min_size=1, max_size=5))
def test_what_is_written_reads_back_the_same_and_runs_in_no_spreadsheet(rows: list[list[str]]) -> None:
    text = "".join(sheets.written(["a", "b"], rows))
    filled = [tuple(row) for row in rows if any(cell.strip() for cell in row)]
    if not filled:
        with pytest.raises(UnreadableSheet):
            sheets.read(text.encode())
        return
    table = sheets.read(text.encode())
    assert [row.cells for row in table.rows] == filled
    assert not any(
        sheets.neutral(cell).lstrip(" ").startswith(("=", "+", "-", "@", "\t"))
        for row in rows
        for cell in row
    )


@pytest.mark.parametrize(
    ("content", "cells"),
    [
        (b"a,b\n1,2\n", ("1", "2")),
        (b"\xef\xbb\xbfa;b\r\n1;2\r\n", ("1", "2")),
        (b"a\tb\n1\t2", ("1", "2")),
        (b'a|b\n"1\n1"|2', ("1\n1", "2")),
        (b"sep=;\r\na;b\r\n1;2", ("1", "2")),
        ("a,b\nTür,é".encode(), ("Tür", "é")),
    ],
)
def test_every_usual_kind_of_csv_is_read(content: bytes, cells: tuple[str, ...]) -> None:
    table = sheets.read(content)
    assert (table.header, [row.cells for row in table.rows], table.notes) == (("a", "b"), [cells], ())


def test_windows_text_is_read_and_that_is_said() -> None:
    table = sheets.read("a,b\nTür,é".encode("cp1252"))
    assert table.rows[0].cells == ("Tür", "é")
    assert "Windows-1252" in table.notes[0]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "no row under the header"),
        (b"a,b\n", "no row under the header"),
        (b"a,,b\n1,2,3", "Column 2 has no name"),
        (b"a,a\n1,2", "twice: a"),
        (b"PK\x03\x04", "a spreadsheet, not CSV"),
        ("a,b\n1,2".encode("utf-16"), "UTF-16 text, not CSV"),
        (b"a,b\n1,\x00", "no text, not CSV"),
        (b"a,b\n\x81,\x8d", "neither UTF-8 nor Windows-1252"),
        (b'a,b\n1,"x"y\n', "Row 2 cannot be read"),
    ],
)
def test_what_is_no_table_is_refused_with_what_to_do(content: bytes, told: str) -> None:
    with pytest.raises(UnreadableSheet, match=told):
        sheets.read(content)


def test_a_row_keeps_the_number_that_the_spreadsheet_shows() -> None:
    table = sheets.read(b'a,b\n"1\n1",2\n\n3,4\n')
    assert [row.number for row in table.rows] == [2, 4]


def test_an_unknown_column_is_refused_with_the_one_that_was_meant() -> None:
    with pytest.raises(UnreadableSheet, match=r"'Pirce' \(is it price\?\)"):
        sheets.check_columns(["sku", "Pirce"], ["sku", "price"], ["sku"], ["sku", "price"].__contains__)
    with pytest.raises(UnreadableSheet, match="needs a column sku"):
        sheets.check_columns(["price"], ["sku", "price"], ["sku"], ["sku", "price"].__contains__)


def test_rejected_rows_come_back_without_what_was_wrong() -> None:
    row = Row(7, ("1", "=x"))
    text = "".join(sheets.rejected_rows(["a", "b"], [sheets.Rejection(row, "b", "Why.")]))
    again = sheets.read(text.encode())
    assert again.rows[0].cells == ("7", "b: Why.", "1", "=x")
    assert sheets.cells_by_column(again.header, again.rows[0]) == {"a": "1", "b": "=x"}


def test_a_rejected_row_that_was_cut_short_says_nothing_of_what_it_did_not_have() -> None:
    header = ["sku", "price", "name"]
    text = "".join(sheets.rejected_rows(header, [sheets.Rejection(Row(2, ("A-1", "x")), "price", "Why.")]))
    again = sheets.read(text.encode())
    assert sheets.given_cells(again.header, again.rows[0]) == {"sku": "A-1", "price": "x"}


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_ROWS", 2)
    with pytest.raises(UnreadableSheet, match="more than 2 rows"):
        sheets.read(b"a\n1\n2\n3\n")
    monkeypatch.setattr(sheets, "LARGEST_BYTES", 3)
    with pytest.raises(UnreadableSheet, match="larger than"):
        sheets.read(b"a\n1\n")
