"""An upload as a page shows it: each sheet a table, each cell with what becomes of it and what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.scores.board import Board
from services.scores.deciding.setup import in_force
from services.scores.files.columns import BASIS, TARGET, VALUE
from services.scores.files.desk import Looked
from services.scores.files.keeping import SCORES
from services.scores.files.register import REGISTERS, register_columns
from services.scores.files.scoring import score_columns
from shared.decisions import Fault
from shared.files import grid
from shared.files.entries import BAD, CHANGED, below
from shared.files.grid import Cell, Row, Sheet, address
from shared.files.values import folded_code
from shared.rulebook import Rulebook
from shared.web.i18n import number, tr

HELD = "held"
"""A cell that is right but waits for a wrong one beside it."""


@dataclass(frozen=True, slots=True)
class Box:
    """A cell.  ``becomes``: new, changed, same, held, bad; empty: it says nothing.  ``was``: until now."""

    place: str
    anchor: str
    text: str
    becomes: str = ""
    was: str = ""
    faults: tuple[Fault, ...] = ()
    words: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A row: its number in the file, the body that it is about, and its cells in order of the columns."""

    number: int
    first: Box
    name: str
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Columns that belong together: a criterion with its parts, or one field of a register."""

    heading: str
    label: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet.  ``first``: heading of the column of codes; ``empty``: how many rows say nothing."""

    name: str
    label: str
    first: str
    groups: tuple[Group, ...]
    lines: tuple[Line, ...]
    empty: int


@dataclass(frozen=True, slots=True)
class Pointed:
    """A fault with the link to its cell; ``anchor`` empty: the cell is not in a table (a heading)."""

    sheet: str
    cell: str
    anchor: str
    value: str
    fault: Fault


def tables(seen: Looked) -> list[Table]:
    """The sheets whose columns are known."""
    marks, faults = _marks(seen), _faults(seen)
    found = []
    for place, sheet in enumerate(seen.upload.grid.sheets):
        layout = _layout(sheet, seen)
        if layout is not None:
            found.append(_table(place, sheet, layout, seen, marks, faults))
    return found


def pointed(seen: Looked, shown: Sequence[Table]) -> list[Pointed]:
    """Every fault, with a link where its cell is on the page."""
    anchors = {box.anchor for table in shown for line in table.lines for box in (line.first, *line.boxes)}
    places = {sheet.name: place for place, sheet in enumerate(seen.upload.grid.sheets)}
    listed = []
    for one in seen.preview.faults:
        anchor = _anchor(places[one.sheet], one.cell)
        value = "" if one.fault.value is None else str(one.fault.value)
        listed.append(Pointed(one.sheet, one.cell, anchor if anchor in anchors else "", value, one.fault))
    return listed


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where a sheet has what.  ``columns``: in order, which of them hold words."""

    heading: int
    first_at: int
    first: str
    groups: tuple[Group, ...]
    columns: tuple[tuple[int, bool], ...]
    names: Mapping[str, str]


_Marks = Mapping[tuple[str, str], tuple[str, str]]
_Faults = Mapping[tuple[str, str], Sequence[Fault]]


def _layout(sheet: Sheet, seen: Looked) -> _Layout | None:
    kind = seen.upload.kind
    return _score_layout(sheet, seen.board) if kind == SCORES else _register_layout(sheet, kind)


def _score_layout(sheet: Sheet, board: Board) -> _Layout | None:
    book = in_force(board.state)
    layout = score_columns(sheet, book)
    if layout is None:
        return None
    heading, unit_at, columns = layout
    by_criterion: dict[str, list[int]] = {}
    for at in sorted(columns):
        by_criterion.setdefault(columns[at].criterion, []).append(at)
    parts = {VALUE: tr("Giá trị", "Value"), TARGET: tr("Chỉ tiêu", "Target"), BASIS: tr("Căn cứ", "Basis")}
    return _Layout(
        heading,
        unit_at,
        tr("Đơn vị", "Unit"),
        tuple(
            Group(criterion, book.leaf[criterion].label, tuple(parts[columns[at].part] for at in ats))
            for criterion, ats in by_criterion.items()
        ),
        tuple((at, columns[at].part == BASIS) for ats in by_criterion.values() for at in ats),
        {code: unit.name for code, unit in board.state.units.items()},
    )


def _register_layout(sheet: Sheet, kind: str) -> _Layout | None:
    register = REGISTERS[kind]
    layout = register_columns(sheet, register)
    if layout is None:
        return None
    heading, first_at, fields = layout
    rest = [at for at in sorted(fields) if at != first_at]
    return _Layout(
        heading,
        first_at,
        register.fields[0].heading,
        tuple(Group(fields[at].heading, "", ()) for at in rest),
        tuple((at, True) for at in rest),
        {},
    )


def _table(place: int, sheet: Sheet, layout: _Layout, seen: Looked, marks: _Marks, faults: _Faults) -> Table:
    def box(row: Row, at: int, words: bool) -> Box:
        where = address(at, row.number)
        becomes, was = marks.get((sheet.name, where), ("", ""))
        wrong = tuple(faults.get((sheet.name, where), ()))
        text = _text(row.cells.get(at))
        if not text and not was:
            becomes = ""
        return Box(where, _anchor(place, where), text, BAD if wrong else becomes, was, wrong, words)

    lines, empty = [], 0
    heading = next(row for row in sheet.rows if row.number == layout.heading)
    for row in below(sheet, heading):
        first = box(row, layout.first_at, True)
        boxes = tuple(box(row, at, words) for at, words in layout.columns)
        if first.faults or any(one.text or one.faults for one in boxes):
            lines.append(Line(row.number, first, layout.names.get(folded_code(first.text), ""), boxes))
        else:
            empty += 1
    book = seen.board.state.rulebook()
    return Table(sheet.name, _label(sheet.name, book), layout.first, layout.groups, tuple(lines), empty)


def _label(name: str, book: Rulebook | None) -> str:
    return book.area[name].label if book is not None and name in book.area else name


def _marks(seen: Looked) -> dict[tuple[str, str], tuple[str, str]]:
    marks = {}
    for entry in seen.preview.entries:
        becomes = HELD if entry.becomes == BAD else entry.becomes
        for name, place in entry.cells.items():
            if name not in ("", "unit") or seen.upload.kind != SCORES:
                was = _was(entry.was, name) if entry.becomes == CHANGED else ""
                marks[entry.sheet, place] = (becomes, was)
    return marks


def _was(was: Mapping[str, Any], name: str) -> str:
    text = str(was.get(name, was.get("state", "") if name == TARGET else ""))
    return number(text) if text and name in (VALUE, TARGET) and text[-1].isdigit() else text


def _faults(seen: Looked) -> dict[tuple[str, str], list[Fault]]:
    found: dict[tuple[str, str], list[Fault]] = {}
    for one in seen.preview.faults:
        found.setdefault((one.sheet, one.cell), []).append(one.fault)
    return found


def _text(cell: Cell | None) -> str:
    """A cell as a person would type it: numbers with a comma in Vietnamese, days as dd/MM/yyyy."""
    if cell is None or cell.kind == grid.MERGED:
        return ""
    if cell.kind in (grid.NUMBER, grid.PERCENT):
        return tr(cell.text.replace(".", ","), cell.text)
    if cell.kind == grid.DAY:
        year, month, day = cell.text.split("-")
        return f"{day}/{month}/{year}"
    return cell.text


def _anchor(place: int, where: str) -> str:
    return f"s{place}-{where}"
