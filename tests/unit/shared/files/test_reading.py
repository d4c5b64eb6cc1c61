"""Files as they come: what is read of them, and which are refused before anything is looked at."""

from __future__ import annotations

import io
from datetime import date, datetime
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from shared.decisions import Refused
from shared.files.grid import (
    DAY,
    FORMULA,
    MAX_BYTES,
    MAX_ROWS,
    MERGED,
    MOMENT,
    NUMBER,
    PERCENT,
    TEXT,
    TRUTH,
    Cell,
    Grid,
    address,
    placed,
)
from shared.files.reading import read_file

TEN_O_CLOCK = datetime(2020, 12, 31, 10)  # noqa: DTZ001 (a cell of Excel has no zone)


def xlsx(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def one_sheet() -> tuple[Workbook, Worksheet]:
    book = Workbook()
    return book, book.worksheets[0]


def refused(content: bytes) -> str:
    with pytest.raises(Refused) as refusal:
        read_file(content)
    return refusal.value.rule


def read_or_refused(content: bytes) -> bool:
    """Whether the file was read, or refused with words; anything else is raised."""
    try:
        return isinstance(read_file(content), Grid)
    except Refused as refusal:
        return bool(refusal.faults[0].vi)


def rewritten(content: bytes, part: str, change: tuple[bytes, bytes]) -> bytes:
    """The workbook with one of its parts changed."""
    out = io.BytesIO()
    with ZipFile(io.BytesIO(content)) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for entry in old.infolist():
            data = old.read(entry)
            new.writestr(entry.filename, data.replace(*change) if entry.filename == part else data)
    return out.getvalue()


def cells(content: bytes) -> dict[str, Cell]:
    found = read_file(content)
    return {
        address(column, row.number): cell
        for sheet in found.sheets
        for row in sheet.rows
        for column, cell in row.cells.items()
    }


def test_each_cell_is_read_as_it_was_stored_numbers_exactly() -> None:
    book, sheet = one_sheet()
    sheet.append(["chữ", 8.5, 1e16, 0.1, True, "=1+1", date(2020, 12, 31), TEN_O_CLOCK])
    sheet["A2"], sheet["A2"].number_format = 0.85, "0%"
    sheet["B2"] = "8,5"
    assert cells(xlsx(book)) == {
        "A1": Cell(TEXT, "chữ"),
        "B1": Cell(NUMBER, "8.5"),
        "C1": Cell(NUMBER, "10000000000000000"),
        "D1": Cell(NUMBER, "0.1"),
        "E1": Cell(TRUTH, "TRUE"),
        "F1": Cell(FORMULA, "=1+1"),
        "G1": Cell(DAY, "2020-12-31"),
        "H1": Cell(MOMENT, "2020-12-31T10:00:00"),
        "A2": Cell(PERCENT, "0.85"),
        "B2": Cell(TEXT, "8,5"),
    }


@given(st.decimals(-1000, 1000, places=4))
@settings(max_examples=25, deadline=None)
def test_a_number_of_excel_is_the_decimal_that_was_typed(value: object) -> None:
    book, sheet = one_sheet()
    sheet["A1"] = float(str(value))
    shown = cells(xlsx(book))["A1"].text
    assert float(shown) == float(str(value))
    assert "e" not in shown.lower()


def test_a_number_that_excel_stored_with_its_noise_is_what_one_sees() -> None:
    book, sheet = one_sheet()
    sheet["A1"] = 8.45
    noisy = rewritten(xlsx(book), "xl/worksheets/sheet1.xml", (b"<v>8.45</v>", b"<v>8.4499999999999993</v>"))
    assert cells(noisy)["A1"] == Cell(NUMBER, "8.45")


def test_merged_cells_say_with_which_and_hidden_rows_columns_and_sheets_are_known() -> None:
    book, sheet = one_sheet()
    for row in (("a", 1, 2), ("b", 3, 4), ("c", 5, 6)):
        sheet.append(row)
    sheet.merge_cells("B1:B2")
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["C"].hidden = True
    hidden = book.create_sheet("ẩn")
    hidden["A1"] = 1
    hidden.sheet_state = "hidden"
    read = read_file(xlsx(book))
    first, second = read.sheets
    assert first.rows[1].cells[2] == Cell(MERGED, "B1")
    assert [row.hidden for row in first.rows] == [False, False, True]
    assert first.hidden_columns == {3}
    assert second.rows[0].hidden


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_a_csv_is_read_by_the_delimiter_of_its_heading_quotes_and_line_ends_included(delimiter: str) -> None:
    lines = [["a", "b", "c"], ['"x""y"', '"1\n2"', "8.5"]]
    text = "\r\n".join(delimiter.join(line) for line in lines)
    assert cells(text.encode())["A2"] == Cell(TEXT, 'x"y')
    assert cells(text.encode())["B2"] == Cell(TEXT, "1\n2")


def test_the_apostrophe_that_keeps_a_text_from_being_a_formula_is_taken_off_again() -> None:
    assert cells("a;b\n'=1+1;'thường".encode())["A2"] == Cell(TEXT, "=1+1")
    assert cells("a;b\n'=1+1;'thường".encode())["B2"] == Cell(TEXT, "'thường")


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "file-empty"),
        (b"\xef\xbb\xbf\r\n", "file-empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "file-type"),
        (b"%PDF-1.7\n1 0 obj", "file-type"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "file-type"),
        (b"PK\x03\x04" + b"x" * 100, "file-broken"),
        (b'a;b\n"1;2', "file-broken"),
        (b"a;b\n" * (MAX_ROWS + 1), "file-too-large"),
        (b"x" * (MAX_BYTES + 1), "file-too-large"),
        ((";".join("a" * 1 for _ in range(300))).encode(), "file-too-large"),
    ],
)
def test_what_is_no_fit_file_is_refused_whole(content: bytes, rule: str) -> None:
    assert refused(content) == rule


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    out = io.BytesIO()
    with ZipFile(out, "w") as archive:
        archive.writestr("readme.txt", "x")
    assert refused(out.getvalue()) == "file-type"


def test_a_zip_bomb_is_refused_while_it_inflates_whatever_it_says_of_its_size() -> None:
    book, sheet = one_sheet()
    sheet["A1"] = 1
    out = io.BytesIO(xlsx(book))
    with ZipFile(out, "a", ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.png", b"\0" * (45 * 1024 * 1024))
    assert len(out.getvalue()) < 100_000
    assert refused(out.getvalue()) == "file-too-large"


def test_more_cells_than_we_take_are_refused_before_they_are_read() -> None:
    book, sheet = one_sheet()
    for _ in range(400):
        sheet.append([1] * 200)
    assert refused(xlsx(book)) == "file-too-large"


@pytest.mark.parametrize(
    "change",
    [
        (b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "ha">]><worksheet'),
        (b"<?xml", b"<?xml"),
    ],
)
def test_declared_entities_are_refused_and_plain_xml_is_not(change: tuple[bytes, bytes]) -> None:
    book, sheet = one_sheet()
    sheet["A1"] = 1
    content = rewritten(xlsx(book), "xl/worksheets/sheet1.xml", change)
    if b"ENTITY" in change[1]:
        assert refused(content) == "file-broken"
    else:
        assert cells(content)["A1"] == Cell(NUMBER, "1")


def test_a_part_in_another_encoding_could_hide_a_declaration_and_is_refused() -> None:
    book, sheet = one_sheet()
    sheet["A1"] = 1
    with ZipFile(io.BytesIO(xlsx(book))) as archive:
        text = archive.read("xl/worksheets/sheet1.xml")
    wide = b'<?xml version="1.0" encoding="utf-16"?>'.decode().encode("utf-16") + text.decode().encode(
        "utf-16-le"
    )
    assert refused(rewritten(xlsx(book), "xl/worksheets/sheet1.xml", (text, wide))) == "file-broken"
    ebcdic = b'<?xml version="1.0" encoding="cp037"?>' + text
    assert refused(rewritten(xlsx(book), "xl/worksheets/sheet1.xml", (text, ebcdic))) == "file-broken"


@given(st.binary(max_size=300))
@settings(max_examples=60, deadline=None)
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for given_bytes in (content, b"PK\x03\x04" + content):
        assert read_or_refused(given_bytes)


@given(st.integers(0, 30_000), st.binary(min_size=1, max_size=40))
@settings(max_examples=40, deadline=None)
def test_a_damaged_workbook_is_read_or_refused(place: int, noise: bytes) -> None:
    book, sheet = one_sheet()
    sheet.append(["a", 1, "=1"])
    content = bytearray(xlsx(book))
    at = place % len(content)
    content[at : at + len(noise)] = noise
    assert read_or_refused(bytes(content))


def test_a_grid_is_kept_and_comes_back_the_same_with_cells_typed_anew() -> None:
    book, sheet = one_sheet()
    sheet.append(["a", 1, 2])
    sheet.append(["b", 3, 4])
    sheet.row_dimensions[2].hidden = True
    read = read_file(xlsx(book))
    assert Grid.of_json(read.as_json()) == read
    mended = read.mended({("Sheet", "B2"): "8,5", ("Sheet", "C1"): " "})
    assert mended.cell("Sheet", "B2") == Cell(TEXT, "8,5")
    assert mended.cell("Sheet", "C1") is None
    assert not mended.sheets[0].rows[1].hidden
    assert load_workbook(io.BytesIO(xlsx(book))).worksheets[0]["B2"].value == 3


@given(st.integers(1, 16_384), st.integers(1, 1_048_576))
def test_an_address_names_its_column_and_row(column: int, row: int) -> None:
    assert placed(address(column, row)) == (column, row)


def test_the_columns_are_named_as_in_excel() -> None:
    assert [address(n, 7) for n in (1, 26, 27, 702, 703)] == ["A7", "Z7", "AA7", "ZZ7", "AAA7"]
