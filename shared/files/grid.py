"""A file as it was read: sheets of cells, each with what stands in it, nothing interpreted yet.

What a cell *means* (a decimal, a day, a code) is asked by who knows its column (:mod:`.values`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.decisions import Refused

MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 2000
MAX_COLUMNS = 250
MAX_CELLS = 40_000
MAX_TEXT = 4000

TEXT, NUMBER, PERCENT, DAY, MOMENT = "text", "number", "percent", "day", "moment"
FORMULA, TRUTH, ERROR, MERGED, LONG = "formula", "truth", "error", "merged", "long"

_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell.  ``kind``: how it was stored there; ``text``: as one would type it.

    A ``number`` or ``percent`` is the exact decimal that the file holds, a ``day`` is ISO 8601, a
    ``formula`` begins with ``=``, ``merged`` is covered by the cell that ``text`` names.
    """

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """``number`` counts from 1, as the file's own program shows it; ``cells``: by column, from 1."""

    number: int
    cells: Mapping[int, Cell] = field(default_factory=dict)
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows with at least one cell, in order.  ``hidden_columns``: those that the program does not show."""

    name: str
    rows: tuple[Row, ...]
    hidden_columns: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Grid:
    """A whole file.  ``marks``: what a template of ours says of itself (ledger, body, rulebook)."""

    sheets: tuple[Sheet, ...]
    marks: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """For keeping; :meth:`of_json` makes the same grid again."""
        return {
            "marks": dict(self.marks),
            "sheets": [
                {
                    "name": sheet.name,
                    "hidden_columns": sorted(sheet.hidden_columns),
                    "rows": [
                        [
                            row.number,
                            row.hidden,
                            [[at, c.kind, c.text] for at, c in sorted(row.cells.items())],
                        ]
                        for row in sheet.rows
                    ],
                }
                for sheet in self.sheets
            ],
        }

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Grid:
        """The grid that :meth:`as_json` kept."""
        return cls(
            tuple(
                Sheet(
                    sheet["name"],
                    tuple(
                        Row(number, {at: Cell(kind, text) for at, kind, text in cells}, hidden)
                        for number, hidden, cells in sheet["rows"]
                    ),
                    frozenset(sheet["hidden_columns"]),
                )
                for sheet in kept["sheets"]
            ),
            kept["marks"],
        )

    def cell(self, sheet: str, written: str) -> Cell | None:
        """What stands at an address such as ``C7`` of the sheet of that name."""
        column, number = placed(written)
        rows = (row for one in self.sheets if one.name == sheet for row in one.rows if row.number == number)
        return next((row.cells.get(column) for row in rows), None)

    def mended(self, mends: Mapping[tuple[str, str], str]) -> Grid:
        """The grid with some cells typed anew: by (sheet, address), an empty text empties the cell.

        A cell that was typed anew has been seen: its row and column count as shown.
        """
        return Grid(
            tuple(_mended(sheet, mends) for sheet in self.sheets),
            self.marks,
        )


def _mended(sheet: Sheet, mends: Mapping[tuple[str, str], str]) -> Sheet:
    rows = {row.number: row for row in sheet.rows}
    shown: set[int] = set()
    for (name, address), text in mends.items():
        if name != sheet.name:
            continue
        column, number = placed(address)
        old = rows.get(number, Row(number))
        cells = {**old.cells, column: Cell(TEXT, text)} if text.strip() else dict(old.cells)
        if not text.strip():
            cells.pop(column, None)
        rows[number] = Row(number, cells)
        shown.add(column)
    return Sheet(sheet.name, tuple(rows[number] for number in sorted(rows)), sheet.hidden_columns - shown)


def address(column: int, row: int) -> str:
    """``C7`` for column 3, row 7."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


def placed(written: str) -> tuple[int, int]:
    """Column and row of an address such as ``C7``.  Raises ``ValueError`` for any other text."""
    found = _ADDRESS.fullmatch(written)
    if found is None:
        raise ValueError(f"not the address of a cell: {written!r}")
    column = 0
    for letter in found.group(1):
        column = column * 26 + ord(letter) - 64
    return column, int(found.group(2))


def check_size(rows: int, columns: int, cells: int) -> None:
    """Refuse a file that holds more than anybody fills in."""
    if rows > MAX_ROWS or columns > MAX_COLUMNS or cells > MAX_CELLS:
        raise unreadable(
            "file-too-large",
            f"Tệp có quá nhiều dữ liệu: nhiều nhất {MAX_ROWS} hàng, {MAX_COLUMNS} cột, {MAX_CELLS} ô. "
            "Xóa các hàng, cột thừa (kể cả ô trống có định dạng) hoặc chia tệp.",
            f"The file holds too much: at most {MAX_ROWS} rows, {MAX_COLUMNS} columns, {MAX_CELLS} cells. "
            "Delete what is not needed (formatted empty cells too), or split it.",
            status=413,
        )


def unreadable(rule: str, vi: str, en: str, *, status: int = 422, value: Any = None) -> Refused:
    """The refusal of a whole file: nothing of it is kept."""
    return Refused(rule, vi, en, field="file", value=value, status=status)


def only_empty(cells: Sequence[Cell | None]) -> bool:
    """Whether nothing stands in any of ``cells``."""
    return all(cell is None or (cell.kind == TEXT and not cell.text.strip()) for cell in cells)
