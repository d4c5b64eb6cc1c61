"""A grid of the unit register or of the departments as entries: each row registers one body, once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from marshmallow import Schema

from services.scores.board import Board
from services.scores.schemas import DepartmentSchema, UnitSchema
from shared.decisions import Fault
from shared.files import grid
from shared.files.entries import (
    CHANGED,
    NEW,
    SAME,
    Entry,
    below,
    cell_at,
    column_fault,
    fault_of,
    heading_row,
    hidden_fault,
    no_heading,
    wrong,
)
from shared.files.grid import Cell, Grid, Row, Sheet, address
from shared.files.values import CellRefused, code_of, day_of, folded_code, plain, words_of

UNITS, DEPARTMENTS = "units", "departments"


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a register: its name in requests, its heading, and how its cell is read."""

    name: str
    heading: str
    read: Callable[[Cell], Any]
    also: tuple[str, ...] = ()

    @property
    def headings(self) -> tuple[str, ...]:
        """The plain words that name it."""
        return (plain(self.heading), plain(self.name), *self.also)


@dataclass(frozen=True, slots=True)
class Register:
    """A kind of register.  The first field is the code by which a row is known."""

    kind: str
    operation: str
    event: str
    schema: type[Schema]
    fields: tuple[Field, ...]


def _codes(cell: Cell) -> list[str]:
    return [folded_code(part) for part in words_of(cell).replace(",", ";").split(";") if part.strip()]


def _word(cell: Cell) -> str:
    """A kind such as ``urban_district``: as it is written, in small letters."""
    return plain(words_of(cell)).replace(" ", "_")


REGISTERS: Final[Mapping[str, Register]] = {
    UNITS: Register(
        UNITS,
        "scores.register_unit",
        "unit.registered.v1",
        UnitSchema,
        (
            Field("unit", "Mã đơn vị", code_of, ("ma",)),
            Field("area", "Khu vực", code_of),
            Field("kind", "Loại hình", _word),
            Field("name", "Tên đơn vị", words_of, ("ten",)),
            Field("valid_from", "Hiệu lực từ", day_of),
            Field("valid_to", "Hiệu lực đến", day_of),
            Field("predecessors", "Đơn vị trước", _codes),
            Field("successor", "Đơn vị kế thừa", code_of),
        ),
    ),
    DEPARTMENTS: Register(
        DEPARTMENTS,
        "scores.register_department",
        "department.registered.v1",
        DepartmentSchema,
        (
            Field("code", "Mã", code_of, ("ma don vi", "ma ban")),
            Field("name", "Tên", words_of, ("ten ban", "ten don vi")),
            Field("kind", "Loại", _word, ("loai hinh",)),
            Field("entered_by", "Nhập thay bởi", code_of, ("nhap ho boi",)),
        ),
    ),
}


def register_entries(read: Grid, register: Register, board: Board) -> list[Entry]:
    """Every row of ``read`` as an entry; a row that says what the register has already is the same."""
    seen: set[str] = set()
    return [entry for sheet in read.sheets for entry in _sheet_entries(sheet, register, board, seen)]


def register_columns(sheet: Sheet, register: Register) -> tuple[int, int, dict[int, Field]] | None:
    """The row of the headings, the column of the codes, and which column holds what; None: no headings."""
    heading = heading_row(sheet, register.fields[0].headings)
    if heading is None:
        return None
    found = {at: _field(register, cell.text) for at, cell in heading[0].cells.items()}
    return heading[0].number, heading[1], {at: one for at, one in found.items() if one is not None}


def registered(register: Register, board: Board) -> list[dict[str, Any]]:
    """What the register has, as rows of a request, in the order in which they were registered."""
    return [
        {
            register.fields[0].name: note.subject.removeprefix("department:"),
            **{one.name: note.data[one.name] for one in register.fields[1:] if note.data.get(one.name)},
        }
        for note in board.noted(register.event)
    ]


def _field(register: Register, heading: str) -> Field | None:
    return next((one for one in register.fields if plain(heading) in one.headings), None)


def _sheet_entries(sheet: Sheet, register: Register, board: Board, seen: set[str]) -> Iterator[Entry]:
    heading = heading_row(sheet, register.fields[0].headings)
    if heading is None:
        yield no_heading(sheet, register.fields[0].heading)
        return
    columns: dict[str, int] = {}
    for at in sorted(heading[0].cells):
        one = _field(register, heading[0].cells[at].text)
        if one is None or one.name in columns:
            yield column_fault(sheet, heading[0], at, twice=one is not None)
        else:
            columns[one.name] = at
    known = {row[register.fields[0].name]: row for row in registered(register, board)}
    for row in below(sheet, heading[0]):
        yield _entry(sheet, row, register, columns, known, seen)


def _entry(
    sheet: Sheet,
    row: Row,
    register: Register,
    columns: Mapping[str, int],
    known: Mapping[str, dict[str, Any]],
    seen: set[str],
) -> Entry:
    given: dict[str, Any] = {}
    faults: list[Fault] = []
    for one in register.fields:
        cell = cell_at(row, columns.get(one.name))
        if cell is None:
            continue
        try:
            given[one.name] = one.read(cell)
        except CellRefused as refusal:
            faults.append(fault_of(refusal, one.name, cell))
    key = register.fields[0].name
    code = str(given.get(key, ""))
    places = {name: address(at, row.number) for name, at in columns.items()}
    cells = {"": places[key], **places}
    was = known.get(code, {})
    if code in seen and code:
        return wrong(
            sheet,
            places[key],
            "row-twice",
            f"Mã {code} đã có ở một hàng khác trong tệp.",
            f"The code {code} is in another row of the file.",
            code,
        )
    seen.add(code)
    if was and not faults and all(was.get(name) == value for name, value in given.items()):
        return Entry(sheet.name, cells, given, becomes=SAME, was=was)
    if row.hidden:
        faults.append(hidden_fault(key, cell_at(row, columns[key]) or Cell(grid.TEXT, "")))
    return Entry(sheet.name, cells, given, tuple(faults), CHANGED if was else NEW, was)
