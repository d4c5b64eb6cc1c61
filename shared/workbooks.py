"""What every workbook of this suite has in common: its texts are texts, and its bytes are its content's."""

from __future__ import annotations

import io
import re
from datetime import datetime
from zipfile import ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.xml.functions import tostring

from shared.formulas import RISKY

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def text_cell(sheet: Worksheet, row: int, column: int, value: str) -> Cell:
    """A cell that holds text and nothing else, whatever it begins with."""
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)  # merged cells are never written twice
    cell.value = _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", value)
    cell.data_type = "s"
    cell.quotePrefix = value.startswith(RISKY)
    return cell


def saved(book: Workbook, made_at: datetime) -> bytes:
    """``book`` as xlsx, made at ``made_at`` (no zone): the same content gives the same bytes.

    No clock of this machine and no compressor's version shows in it.
    """
    book.properties.creator = "Bảng Vàng"
    book.properties.created = made_at
    out = io.BytesIO()
    book.save(out)
    book.properties.modified = made_at  # saving put the clock of this machine there
    return _timeless(out.getvalue(), tostring(book.properties.to_tree()), made_at)


def _timeless(made: bytes, properties: bytes, at: datetime) -> bytes:
    out = io.BytesIO()
    with ZipFile(io.BytesIO(made)) as old, ZipFile(out, "w") as new:
        for entry in old.infolist():
            content = properties if entry.filename == "docProps/core.xml" else old.read(entry)
            new.writestr(ZipInfo(entry.filename, at.timetuple()[:6]), content)
    return out.getvalue()
