"""A list out of a spreadsheet, for a form to show before anything is stated: every bad cell is named.  Pure.

What a form can send by hand can come from a file; what is read is the form's content, to be looked at and
mended there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from marshmallow import Schema

from shared.batch import MalformedRow
from shared.commanding import Rows
from shared.decisions import Fault
from shared.files import grid
from shared.files.entries import (
    BAD,
    NEW,
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
from shared.files.values import CellRefused, plain


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the field it fills, its heading in our template, other plain words for it."""

    name: str
    heading: str
    read: Callable[[Cell], str]
    also: tuple[str, ...] = ()
    required: bool = True

    @property
    def headings(self) -> tuple[str, ...]:
        """The plain words that name it."""
        return (plain(self.heading), plain(self.name), *self.also)


@dataclass(frozen=True, slots=True)
class ListOf:
    """A kind of list.  The first column is the one by which a row is known; ``row``: schema of a row."""

    columns: tuple[Column, ...]
    row: type[Schema]


def entries_of(read: Grid, kind: ListOf) -> list[Entry]:
    """Every row of ``read`` in its order, what is wrong beside it; a sheet without headings is one."""
    seen: set[str] = set()
    found = [entry for sheet in read.sheets for entry in _of_sheet(sheet, kind, seen)]
    loaded = iter(Rows(kind.row).deserialize([dict(one.given) for one in found if not one.faults]))
    return [one if one.faults else _judged(one, next(loaded)) for one in found]


def _judged(entry: Entry, row: Any) -> Entry:
    """``entry`` with what the request's own schema says of it."""
    return replace(entry, faults=row.faults, becomes=BAD) if isinstance(row, MalformedRow) else entry


def _of_sheet(sheet: Sheet, kind: ListOf, seen: set[str]) -> Iterator[Entry]:
    heading = heading_row(sheet, kind.columns[0].headings)
    if heading is None:
        yield no_heading(sheet, kind.columns[0].heading)
        return
    places: dict[str, int] = {}
    for at in sorted(heading[0].cells):
        words = plain(heading[0].cells[at].text)
        one = next((column for column in kind.columns if words in column.headings), None)
        if one is None or one.name in places:
            yield column_fault(sheet, heading[0], at, twice=one is not None)
        else:
            places[one.name] = at
    for row in below(sheet, heading[0]):
        yield _entry(sheet, row, kind.columns, places, seen)


def _entry(
    sheet: Sheet, row: Row, columns: Sequence[Column], places: Mapping[str, int], seen: set[str]
) -> Entry:
    given: dict[str, str] = {}
    faults: list[Fault] = []
    for one in columns:
        cell = cell_at(row, places.get(one.name))
        if cell is None:
            if one.required:
                vi, en = f"Thiếu “{one.heading}”.", f'"{one.heading}" is missing.'
                faults.append(Fault("value-missing", vi, en, one.name))
            continue
        try:
            given[one.name] = one.read(cell)
        except CellRefused as refusal:
            faults.append(fault_of(refusal, one.name, cell))
    key = columns[0].name
    code = given.get(key, "")
    if code and code in seen:
        vi, en = f"Mã {code} đã có ở một hàng khác trong tệp.", f"The code {code} is in another row."
        return wrong(sheet, address(places[key], row.number), "row-twice", vi, en, code)
    seen.add(code)
    if row.hidden:
        faults.append(hidden_fault(key, cell_at(row, places[key]) or Cell(grid.TEXT, "")))
    cells = {name: address(at, row.number) for name, at in places.items()}
    return Entry(sheet.name, {"": cells[key], **cells}, given, tuple(faults), BAD if faults else NEW)
