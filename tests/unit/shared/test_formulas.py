"""What is written into CSV and xlsx is never a formula to the program that opens it."""

from __future__ import annotations

import csv
import io
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from shared.formulas import RISKY, csv_file, csv_text
from shared.workbooks import saved, text_cell

CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=8)
MADE = datetime(2020, 11, 9, 8)  # noqa: DTZ001 (a workbook's clock has no zone)


@pytest.mark.parametrize(
    "text", ['=HYPERLINK("http://x";"y")', "+84 28", "-2+3", "@SUM(A1)", "\tx", "\r=1", "-", "=", "+5"]
)
def test_what_a_spreadsheet_would_compute_is_written_as_text(text: str) -> None:
    assert csv_text(text) == f"'{text}"
    sheet = Workbook().worksheets[0]
    cell = text_cell(sheet, 1, 1, text)
    assert (cell.data_type, cell.quotePrefix) == ("s", True)


@pytest.mark.parametrize("text", ["-2", "-0,25", "-0.25", "8,5", "Quận Đoàn 1", ""])
def test_a_number_stays_a_number_and_plain_text_stays_as_it_is(text: str) -> None:
    assert csv_text(text) == text


@given(st.text(max_size=40))
def test_no_text_of_a_csv_begins_as_a_formula_unless_it_is_a_number(text: str) -> None:
    written = csv_text(text)
    assert not written.startswith(RISKY) or written.lstrip("-").replace(",", "").replace(".", "").isdecimal()


@given(st.lists(st.lists(CELLS, min_size=1)))
def test_a_csv_file_is_read_again_cell_by_cell(rows: list[list[str]]) -> None:
    text = csv_file(rows).decode("utf-8-sig")
    read = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
    assert [line for line in read if line] == [[csv_text(cell) for cell in row] for row in rows]


def test_the_same_workbook_has_the_same_bytes_and_control_characters_do_not_break_it() -> None:
    def made() -> bytes:
        book = Workbook()
        text_cell(book.worksheets[0], 1, 1, "a\x00b\x1f")
        return saved(book, MADE)

    assert made() == made()
    assert load_workbook(io.BytesIO(made())).worksheets[0]["A1"].value == "a\ufffdb\ufffd"
