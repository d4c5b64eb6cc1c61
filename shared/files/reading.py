"""From the bytes of a file to its grid: which format it is, within bounds, nothing executed or fetched."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import warnings
import zlib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from zipfile import BadZipFile, ZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell as OpenpyxlCell
from openpyxl.cell import MergedCell
from openpyxl.worksheet.worksheet import Worksheet

from shared.files import grid
from shared.files.encoding import decoded
from shared.files.grid import Cell, Grid, Row, Sheet, check_size, unreadable
from shared.formulas import RISKY

MARKS = "_bangvang"
"""The hidden sheet in which a template of ours says for which ledger, body and rulebook it was made."""
LISTS = "_danhsach"
"""The hidden sheet with the values of our drop-downs."""
CSV_SHEET = "CSV"

_MAX_INFLATED = 40 * 1024 * 1024
_MAX_PARTS = 400
_CHUNK = 64 * 1024
_CELL = re.compile(rb"<(?:\w+:)?c[ >/]")
_ROW = re.compile(rb"<(?:\w+:)?row[ >/]")
_DECLARED = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']+)[\"']")
_DELIMITERS = (";", ",", "\t")


def read_file(content: bytes) -> Grid:
    """The grid of an xlsx or CSV file, told apart by what it is, not by its name.

    Raises :class:`~shared.decisions.Refused` for a file that is empty, too large, of another format, or
    broken.
    """
    if len(content) > grid.MAX_BYTES:
        raise unreadable(
            "file-too-large",
            "Tệp lớn hơn 5 MB. Bỏ hình ảnh và trang tính thừa, hoặc chia tệp.",
            "The file is larger than 5 MB. Remove pictures and sheets that are not needed, or split it.",
            status=413,
        )
    if not content.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise unreadable("file-empty", "Tệp trống.", "The file is empty.")
    if content.startswith(b"PK\x03\x04"):
        return _xlsx(content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise unreadable(
            "file-type",
            "Tệp .xls đời cũ, hoặc .xlsx có mật khẩu. Mở bằng Excel, bỏ mật khẩu và lưu lại dạng .xlsx.",
            "An old .xls, or an .xlsx with a password. Open it in Excel, remove the password, save as .xlsx.",
        )
    return _csv(decoded(content))


# --- CSV


def _csv(text: str) -> Grid:
    if "\x00" in text or text.lstrip().startswith(("%PDF", "<", "{\\rtf")):
        raise _another_format()
    header = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(_DELIMITERS, key=header.count)
    lines: list[list[str]] = []
    cells = widest = 0
    try:
        for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            lines.append(line)
            widest, cells = max(widest, len(line)), cells + sum(1 for cell in line if cell)
            check_size(len(lines), widest, cells)
    except csv.Error as error:
        raise unreadable(
            "file-broken",
            f"Tệp CSV hỏng gần dòng {len(lines) + 1}: dấu ngoặc kép không khớp hoặc ô quá dài.",
            f"The CSV is broken near line {len(lines) + 1}: a quote is not closed, or a cell is too long.",
        ) from error
    rows = tuple(
        Row(number, {column: _written(cell) for column, cell in enumerate(line, start=1) if cell.strip()})
        for number, line in enumerate(lines, start=1)
        if any(cell.strip() for cell in line)
    )
    return Grid((Sheet(CSV_SHEET, rows),))


def _written(cell: str) -> Cell:
    """A cell of CSV; the apostrophe that keeps a text from being a formula is not part of it."""
    if cell.startswith("'") and cell[1:].startswith(RISKY):
        cell = cell[1:]
    return _text(cell)


def _text(text: str) -> Cell:
    short = len(text) <= grid.MAX_TEXT
    return Cell(grid.TEXT, text) if short else Cell(grid.LONG, text[: grid.MAX_TEXT])


def _another_format() -> Exception:
    return unreadable(
        "file-type",
        "Chỉ nhận tệp .xlsx và .csv.",
        "Only .xlsx and .csv files are taken.",
    )


# --- xlsx


def _xlsx(content: bytes) -> Grid:
    _check_archive(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about what openpyxl does not keep, and nobody here reads
            book = load_workbook(io.BytesIO(content), keep_links=False)
            return _grid(book)
    except (MemoryError, RecursionError):
        raise
    except Exception as error:  # a damaged part can fail in any way; nothing of it was kept
        if hasattr(error, "faults"):
            raise
        raise _broken() from error


def _broken() -> Exception:
    return unreadable(
        "file-broken",
        "Không đọc được tệp .xlsx này. Mở bằng Excel hoặc LibreOffice, lưu lại rồi gửi lại.",
        "This .xlsx cannot be read. Open it in Excel or LibreOffice, save it again, and send that.",
    )


def _check_archive(content: bytes) -> None:
    """Refuse an archive that inflates too far, declares entities, or holds more cells than we take.

    Sizes are counted while inflating: what the archive says of itself is not believed.  A part in another
    encoding than UTF-8 is refused, for a declaration could hide in it.
    """
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            if "[Content_Types].xml" not in names or len(names) > _MAX_PARTS:
                raise _another_format()
            left = _MAX_INFLATED
            for entry in archive.infolist():
                if entry.flag_bits & 1:
                    raise _broken()
                with archive.open(entry) as part:
                    left = _check_part(entry.filename, iter(partial(part.read, _CHUNK), b""), left)
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError) as error:
        raise _broken() from error


def _check_part(name: str, chunks: Iterator[bytes], left: int) -> int:
    is_xml = name.endswith((".xml", ".rels", ".vml"))
    is_sheet = is_xml and "worksheets/" in name
    cells = rows = 0
    before = b""
    for n, chunk in enumerate(chunks):
        left -= len(chunk)
        if left < 0:
            raise unreadable(
                "file-too-large",
                "Tệp giải nén ra quá lớn.",
                "The file is too large once unpacked.",
                status=413,
            )
        if not is_xml:
            continue
        seen = before + chunk
        declared = _DECLARED.match(seen.lstrip(b"\xef\xbb\xbf")) if n == 0 else None
        foreign = declared is not None and declared.group(1).lower() not in (b"utf-8", b"us-ascii", b"ascii")
        if foreign or b"<!" in seen.replace(b"<!--", b"").replace(b"<![CDATA[", b"") or b"\x00" in chunk:
            raise unreadable(
                "file-broken",
                "Tệp .xlsx có khai báo XML không được phép. Lưu lại bằng Excel rồi gửi lại.",
                "The .xlsx declares XML that is not allowed. Save it again with Excel, then send it.",
            )
        if is_sheet:
            fresh = before[-12:] + chunk
            cells += len(_CELL.findall(fresh)) - len(_CELL.findall(before[-12:]))
            rows += len(_ROW.findall(fresh)) - len(_ROW.findall(before[-12:]))
            check_size(rows, 0, cells)
        before = chunk[-64:]
    return left


def _grid(book: Workbook) -> Grid:
    marks: dict[str, str] = {}
    sheets = []
    for sheet in book.worksheets:
        if sheet.title == MARKS:
            pairs = sheet.iter_rows(max_col=2, max_row=20, values_only=True)
            marks = {str(key): str(value) for key, value in pairs if key and value}
        elif sheet.title != LISTS:
            check_size(0, sheet.max_column, 0)
            found = _sheet(sheet)
            if found.rows:
                sheets.append(found)
    check_size(
        max((len(sheet.rows) for sheet in sheets), default=0),
        0,
        sum(len(row.cells) for sheet in sheets for row in sheet.rows),
    )
    return Grid(tuple(sheets), marks)


def _sheet(sheet: Worksheet) -> Sheet:
    merged = {
        (row, column): part.start_cell.coordinate
        for part in sheet.merged_cells.ranges
        for row, column in part.cells
        if (row, column) != (part.min_row, part.min_col)
    }
    by_row: dict[int, dict[int, Cell]] = {}
    for (number, column), one in sorted(sheet._cells.items()):  # iter_rows would make every empty cell
        found = _cell(one, merged)
        if found is not None:
            by_row.setdefault(number, {})[column] = found
    invisible = sheet.sheet_state != "visible"
    hidden_rows = {number for number, row in sheet.row_dimensions.items() if row.hidden}
    rows = tuple(Row(number, cells, invisible or number in hidden_rows) for number, cells in by_row.items())
    hidden_columns = {
        column
        for dimension in sheet.column_dimensions.values()
        if dimension.hidden
        for column in range(dimension.min or 0, min(dimension.max or 0, grid.MAX_COLUMNS) + 1)
    }
    return Sheet(unicodedata.normalize("NFC", sheet.title), rows, frozenset(hidden_columns))


def _cell(cell: OpenpyxlCell | MergedCell, merged: dict[tuple[int, int], str]) -> Cell | None:
    if isinstance(cell, MergedCell):
        return Cell(grid.MERGED, merged[cell.row or 0, cell.column or 0])
    value: Any = cell.value
    if cell.data_type == "f":
        return Cell(grid.FORMULA, value if isinstance(value, str) else "=…")
    if value is None or value == "":
        return None
    match value:
        case bool():
            return Cell(grid.TRUTH, str(value).upper())
        case int() | float():
            return Cell(grid.PERCENT if "%" in cell.number_format else grid.NUMBER, _exact(value))
        case datetime():
            whole = (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0)
            return Cell(grid.DAY, value.date().isoformat()) if whole else Cell(grid.MOMENT, value.isoformat())
        case date():
            return Cell(grid.DAY, value.isoformat())
        case str() if cell.data_type == "e":
            return Cell(grid.ERROR, value)
        case str():
            return _text(unicodedata.normalize("NFC", value))
        case timedelta():
            return Cell(grid.TEXT, str(value))
        case _:  # a time of day
            return Cell(grid.TEXT, str(value))


def _exact(value: int | float) -> str:
    """The decimal that a spreadsheet stored: the shortest that gives this number again, in plain digits."""
    return format(Decimal(repr(value)), "f")
