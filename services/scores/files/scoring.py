"""A grid of scores as entries: each cell of a criterion is one statement, or already stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.scores.board import Board, Value
from services.scores.deciding.setup import unknown_unit
from services.scores.files.columns import (
    BASIS,
    RULEBOOK_HEADING,
    TARGET,
    UNIT_HEADING,
    UNIT_HEADINGS,
    VALUE,
    Column,
    ignored,
    leaves_of,
    named,
    stage_of,
)
from services.scores.kept.bodies import OFFICE, UNIT, Body
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
from shared.files.values import CellRefused, code_of, decimal_of, folded_code, plain, words_of
from shared.rulebook import Leaf, Rulebook
from shared.rulebook.values import NO_TARGET

_COUNTED = ("value", "target", "state")


@dataclass(frozen=True, slots=True)
class Context:
    """What a grid of scores is read against.  ``book``: the rulebook in force; ``moment``: now, written.

    ``reason``, ``document``: asked once for the file.  ``entered_by``: who filled it in, when a head states
    it.  ``rulebook``: the digest under which the file was looked at.
    """

    board: Board
    book: Rulebook
    body: Body
    moment: str
    rulebook: str
    reason: str | None = None
    document: str | None = None
    entered_by: str | None = None


def score_entries(read: Grid, context: Context) -> list[Entry]:
    """Every entry of ``read``, sheet by sheet, row by row.  Empty cells say nothing."""
    seen: set[tuple[str, str]] = set()
    found: list[Entry] = []
    for sheet in read.sheets:
        found.extend(_sheet_entries(sheet, context, seen))
    return found


def score_columns(sheet: Sheet, book: Rulebook) -> tuple[int, int, dict[int, Column]] | None:
    """The row of the headings, the column of the units, and which column holds what; None: no headings."""
    heading = heading_row(sheet, UNIT_HEADINGS)
    if heading is None:
        return None
    columns = {at: named(cell.text, book) for at, cell in heading[0].cells.items()}
    known = {at: column for at, column in columns.items() if column is not None}
    return heading[0].number, heading[1], known


def stated_rulebook(read: Grid) -> str | None:
    """The digest of the rulebook that the file says it was made under, None when it says nothing."""
    if read.marks:
        return read.marks.get("rulebook")
    for sheet in read.sheets:
        heading = heading_row(sheet, UNIT_HEADINGS)
        for at, cell in heading[0].cells.items() if heading else ():
            if plain(cell.text) == plain(RULEBOOK_HEADING) and heading is not None:
                stated = (cell_at(row, at) for row in below(sheet, heading[0]))
                return next((one.text.strip() for one in stated if one is not None), None)
    return None


def _sheet_entries(sheet: Sheet, context: Context, seen: set[tuple[str, str]]) -> Iterator[Entry]:
    heading = heading_row(sheet, UNIT_HEADINGS)
    if heading is None:
        yield no_heading(sheet, UNIT_HEADING)
        return
    row, unit_at = heading
    own = {
        leaf.id: leaf for leaf in leaves_of(context.book, context.board.state, context.body, context.moment)
    }
    columns: dict[str, dict[str, int]] = {}
    for at in sorted(row.cells):
        cell = row.cells[at]
        if at == unit_at or ignored(cell.text) or cell.kind == grid.MERGED:
            continue
        column = named(cell.text, context.book)
        if column is None or column.part in columns.get(column.criterion, {}):
            yield column_fault(sheet, row, at, twice=column is not None)
        elif column.criterion not in own:
            yield _not_yours(sheet, row, at, column.criterion, context.body)
        else:
            columns.setdefault(column.criterion, {})[column.part] = at
    units = {folded_code(code): code for code in context.board.state.units}
    for line in below(sheet, row):
        yield from _row_entries(sheet, line, unit_at, columns, own, units, context, seen)


def _row_entries(
    sheet: Sheet,
    row: Row,
    unit_at: int,
    columns: Mapping[str, Mapping[str, int]],
    own: Mapping[str, Leaf],
    units: Mapping[str, str],
    context: Context,
    seen: set[tuple[str, str]],
) -> Iterator[Entry]:
    filled = [
        criterion
        for criterion, parts in columns.items()
        if any(cell_at(row, at) is not None for at in parts.values())
    ]
    if not filled:
        return
    unit = _unit(sheet, row, unit_at, units, context.body)
    if isinstance(unit, Entry):
        yield unit
        return
    for criterion in filled:
        parts = columns[criterion]
        if (unit, criterion) in seen:
            at = min(parts.values())
            yield wrong(
                sheet,
                address(at, row.number),
                "row-twice",
                f"{unit} đã có giá trị của tiêu chí {criterion} ở một hàng khác trong tệp.",
                f"{unit} has a value of criterion {criterion} in another row of the file.",
                unit,
            )
            continue
        seen.add((unit, criterion))
        entry = _entry(sheet, row, unit_at, unit, own[criterion], parts, context)
        if entry is not None:
            yield entry


def _unit(sheet: Sheet, row: Row, at: int, units: Mapping[str, str], body: Body) -> str | Entry:
    place, cell = address(at, row.number), cell_at(row, at)
    if cell is None:
        return wrong(sheet, place, "unit-missing", "Hàng này thiếu mã đơn vị.", "This row names no unit.", "")
    try:
        code = units.get(code_of(cell))
    except CellRefused as refusal:
        return wrong(sheet, place, refusal.rule, refusal.vi, refusal.en, cell.text)
    if code is None:
        fault = unknown_unit(cell.text[:64]).faults[0]
        return wrong(sheet, place, fault.rule, fault.vi, fault.en, cell.text)
    if body.kind == UNIT and code != body.code:
        return wrong(
            sheet,
            place,
            "not-your-unit",
            f"Tệp này là của {body.code}; hàng của {code} không được nhận.",
            f"This file is {body.code}'s; a row of {code} is not taken.",
            cell.text,
        )
    return code


def _not_yours(sheet: Sheet, row: Row, at: int, criterion: str, body: Body) -> Entry:
    return wrong(
        sheet,
        address(at, row.number),
        "criterion-not-yours",
        f"Tiêu chí {criterion} không do {body.code} chấm; xóa cột này.",
        f"Criterion {criterion} is not scored by {body.code}; delete the column.",
        criterion,
    )


def _entry(
    sheet: Sheet,
    row: Row,
    unit_at: int,
    unit: str,
    leaf: Leaf,
    parts: Mapping[str, int],
    context: Context,
) -> Entry | None:
    """What a row says of one criterion; None when it says nothing but a basis that stands anyway."""
    stage = stage_of(leaf, context.body)
    standing = context.board.standing(unit, leaf.id, stage)
    said, faults = _said({part: cell_at(row, at) for part, at in parts.items()}, context.book)
    was = _shown(standing)
    first = parts.get(VALUE, min(parts.values()))
    places = {part: address(at, row.number) for part, at in parts.items()}
    cells = {"": address(first, row.number), **places, "unit": address(unit_at, row.number)}
    if not faults and was and _same(said, was):
        return Entry(sheet.name, cells, {"unit": unit, "criterion": leaf.id, **was}, becomes=SAME, was=was)
    if not faults and not any(name in said for name in _COUNTED):
        faults = [_value_missing()]
    if row.hidden or not sheet.hidden_columns.isdisjoint(parts.values()):
        faults.append(hidden_fault(VALUE, cell_at(row, first) or Cell(grid.TEXT, "")))
    given = {
        "unit": unit,
        "criterion": leaf.id,
        "stage": stage,
        "rulebook": context.rulebook,
        **said,
        **_about(leaf, standing, context),
    }
    return Entry(sheet.name, cells, given, tuple(faults), CHANGED if was else NEW, was)


def _said(cells: Mapping[str, Cell | None], book: Rulebook) -> tuple[dict[str, str], list[Fault]]:
    """The fields that the cells of one criterion hold, and what is wrong with them."""
    said: dict[str, str] = {}
    faults: list[Fault] = []
    for part, cell in cells.items():
        if cell is None:
            continue
        try:
            if part == BASIS:
                said[part] = words_of(cell)
            elif _says_no_target(cell, book):
                said["state"] = NO_TARGET
            else:
                said[part] = decimal_of(cell)
        except CellRefused as refusal:
            faults.append(fault_of(refusal, part, cell))
    if "state" in said and (VALUE in said or TARGET in said):
        label = book.labels.get(NO_TARGET, NO_TARGET)
        faults.append(
            Fault(
                "target-not-allowed",
                f"Đã ghi “{label}” thì để trống ô giá trị và chỉ tiêu.",
                "Where no target was set, the value and the target stay empty.",
                VALUE if VALUE in said else TARGET,
                said.get(VALUE, said.get(TARGET)),
            )
        )
    return said, faults


def _says_no_target(cell: Cell, book: Rulebook) -> bool:
    return cell.kind == grid.TEXT and plain(cell.text) in (
        "no_target",
        "khong giao chi tieu",
        "kgct",
        plain(book.labels.get(NO_TARGET, NO_TARGET)),
    )


def _shown(standing: Value | None) -> dict[str, Any]:
    if standing is None:
        return {}
    return {name: standing.data[name] for name in (*_COUNTED, BASIS) if name in standing.data}


def _same(said: Mapping[str, str], was: Mapping[str, Any]) -> bool:
    """Whether a file says again what stands: the same amounts; an empty basis leaves the old one."""
    amounts = all(_amount(said.get(name)) == _amount(was.get(name)) for name in _COUNTED)
    return amounts and said.get(BASIS, was.get(BASIS)) == was.get(BASIS)


def _amount(text: str | None) -> str | None:
    try:
        return None if text is None else decimal_of(Cell(grid.NUMBER, text))
    except ValueError:
        return text


def _value_missing() -> Fault:
    return Fault(
        "value-missing",
        "Có chỉ tiêu hoặc căn cứ nhưng thiếu giá trị.",
        "There is a target or a basis, but no value.",
        VALUE,
        "",
    )


def _about(leaf: Leaf, standing: Value | None, context: Context) -> dict[str, Any]:
    """What comes along without standing in a cell; the evidence of a corrected value stays cited."""
    about: dict[str, Any] = {}
    if leaf.period is not None:
        about["period"] = leaf.period
    if standing is not None:
        about["reason"] = context.reason
        if "evidence" in standing.data:
            about["evidence"] = list(standing.data["evidence"])
    if on_behalf(context.body, context.board):
        about["document"] = context.document
    about["entered_by"] = context.entered_by
    return {name: value for name, value in about.items() if value is not None}


def on_behalf(body: Body, board: Board) -> bool:
    """Whether what ``body`` states is another's: the Office for a department that is not itself."""
    return body.kind == OFFICE and body.code not in board.state.offices
