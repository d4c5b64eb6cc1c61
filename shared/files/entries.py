"""What every kind of file is read into: entries, each to be stated or refused, with the cells it is from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.decisions import Fault
from shared.files import grid
from shared.files.grid import Cell, Row, Sheet, address
from shared.files.values import CellRefused, plain

WITHIN = 20
"""The heading of the columns is looked for in so many rows."""

NEW, CHANGED, SAME, BAD = "new", "changed", "same", "bad"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that the file says.

    ``cells``: the address of each field's cell, ``""`` for all that is not there.  ``given``: the row as
    the request schema takes it.  ``faults``: why it cannot even be asked, ``field`` as in ``cells``.
    ``becomes``: ``same`` when it stands already, else ``new`` or ``changed``.  ``was``: what stands now.
    """

    sheet: str
    cells: Mapping[str, str]
    given: Mapping[str, Any] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    becomes: str = NEW
    was: Mapping[str, Any] = field(default_factory=dict)

    def address_of(self, field_name: str | None) -> str:
        """The cell where ``field_name`` stands; of a nested name its first part counts."""
        name = (field_name or "").split(".", 1)[0]
        return self.cells.get(name, self.cells[""])


def wrong(sheet: Sheet, place: str, rule: str, vi: str, en: str, value: str) -> Entry:
    """An entry that is nothing but a fault at one cell: a heading, a unit, a row."""
    return Entry(sheet.name, {"": place}, faults=(Fault(rule, vi, en, None, value),), becomes=BAD)


def fault_of(refusal: CellRefused, name: str, cell: Cell) -> Fault:
    """The fault that a cell's refusal is."""
    return Fault(refusal.rule, refusal.vi, refusal.en, name, cell.text)


def heading_row(sheet: Sheet, first: Sequence[str]) -> tuple[Row, int] | None:
    """The row that names the columns, and the column named by one of ``first`` (plain words)."""
    for row in sheet.rows:
        if row.number > WITHIN:
            return None
        for column in sorted(row.cells):
            cell = row.cells[column]
            if cell.kind == grid.TEXT and plain(cell.text) in first:
                return row, column
    return None


def no_heading(sheet: Sheet, wanted: str) -> Entry:
    """The fault of a sheet that does not name its columns."""
    first = sheet.rows[0]
    column = min(first.cells)
    return wrong(
        sheet,
        address(column, first.number),
        "heading-missing",
        f"Không thấy hàng tiêu đề có cột “{wanted}” trong {WITHIN} hàng đầu của trang tính này. "
        "Dùng tệp mẫu, hoặc xóa trang tính thừa.",
        f'No row of headings with "{wanted}" in the first {WITHIN} rows of this sheet. Use the template, '
        "or delete a sheet that does not belong.",
        first.cells[column].text[:80],
    )


def column_fault(sheet: Sheet, row: Row, column: int, *, twice: bool) -> Entry:
    """The fault of a heading that names nothing, or what another one names already."""
    text = row.cells[column].text[:80]
    if twice:
        return wrong(
            sheet,
            address(column, row.number),
            "column-twice",
            f"Cột “{text}” có hai lần; xóa bớt một cột.",
            f'The column "{text}" is there twice; delete one.',
            text,
        )
    return wrong(
        sheet,
        address(column, row.number),
        "column-unknown",
        f"Không có cột tên “{text}”. Sửa tên như trong tệp mẫu, hoặc xóa cột.",
        f'There is no column "{text}". Name it as in the template, or delete it.',
        text,
    )


def below(sheet: Sheet, heading: Row) -> Iterator[Row]:
    """The rows below the heading, but for those where only spaces stand."""
    for row in sheet.rows:
        if row.number > heading.number and not grid.only_empty(list(row.cells.values())):
            yield row


def cell_at(row: Row, column: int | None) -> Cell | None:
    """The cell of ``row`` in ``column``; None for no column, no cell, and for spaces."""
    cell = None if column is None else row.cells.get(column)
    return None if cell is None or grid.only_empty([cell]) else cell


def hidden_fault(name: str, cell: Cell) -> Fault:
    """The fault of what changes something where nobody sees it."""
    return Fault(
        "hidden-cell",
        "Ô nằm trong hàng, cột hoặc trang tính đang ẩn. Bỏ ẩn để xem lại, hoặc gõ lại giá trị tại đây.",
        "The cell lies in a hidden row, column or sheet. Show it and look, or type the value here again.",
        name,
        cell.text,
    )
