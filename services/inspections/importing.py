"""A schedule out of a file: each row one unit's session, each bad cell named.  Pure; states nothing.

The columns are found by their headings, in any order: unit, team, day, session, and where wanted the hour and
the reason.  A row that names its unit and nothing else says nothing; one that says what stands already is
the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from services.inspections.calendar_form import SESSIONS
from services.inspections.commands import Schedule
from services.inspections.known import Known
from services.inspections.state import Slot, State
from shared.decisions import Fault
from shared.files.entries import (
    BAD,
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
)
from shared.files.grid import Cell, Grid, Row, Sheet, address
from shared.files.values import CellRefused, code_of, day_of, folded_code, plain, words_of

MOST_REASON: Final = 1000
_HALVES: Final = {"sang": SESSIONS[0], "morning": SESSIONS[0], "chieu": SESSIONS[1], "afternoon": SESSIONS[1]}
_HOUR: Final = re.compile(r"(\d{1,2})(?:[:hg.](\d{2})?)(?::00)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file: its name in requests, its heading, other headings, and how a cell is read.

    One without ``read`` is for people and says nothing.
    """

    name: str
    heading: str
    also: tuple[str, ...] = ()
    read: Callable[[Cell], str] | None = None

    @property
    def headings(self) -> tuple[str, ...]:
        """The plain words that name it."""
        return (plain(self.heading), self.name, *self.also)


def half_of(cell: Cell) -> str:
    """The half-day that ``cell`` names: Sáng, Chiều, MORNING, AFTERNOON.  Raises CellRefused."""
    words = words_of(cell)
    found = _HALVES.get(plain(words).removeprefix("buoi "))
    if found is None:
        raise CellRefused(
            "not-a-choice",
            f"“{words[:60]}” không phải buổi. Ghi Sáng hoặc Chiều.",
            f'"{words[:60]}" is no half-day. Write Sáng (morning) or Chiều (afternoon).',
        )
    return found


def hour_of(cell: Cell) -> str:
    """The local hour that ``cell`` names, ``08:00``: written 8:00, 8h00 or 8h.  Raises CellRefused."""
    words = words_of(cell)
    found = _HOUR.fullmatch(words.replace(" ", "").lower())
    if found is None:
        raise CellRefused(
            "not-a-choice",
            f"“{words[:60]}” không phải giờ, ví dụ 08:00.",
            f'"{words[:60]}" is no hour, such as 08:00.',
        )
    return f"{int(found.group(1)):02}:{found.group(2) or '00'}"


def reason_of(cell: Cell) -> str:
    """The reason.  Raises CellRefused when it is too long."""
    words = words_of(cell)
    if len(words) > MOST_REASON:
        raise CellRefused(
            "too-long",
            f"Lý do dài hơn {MOST_REASON} ký tự.",
            f"The reason is longer than {MOST_REASON} characters.",
        )
    return words


UNIT, TEAM, DATE, SESSION = "unit", "team", "date", "session"
COLUMNS: Final = (
    Column(UNIT, "Mã đơn vị", ("ma", "code"), code_of),
    Column("name", "Tên đơn vị", ("ten", "don vi")),
    Column(TEAM, "Đoàn", ("doan kiem tra", "ma doan"), code_of),
    Column(DATE, "Ngày", ("day", "ngay kiem tra"), day_of),
    Column(SESSION, "Buổi", ("half-day",), half_of),
    Column("starts", "Giờ", ("gio bat dau", "hour"), hour_of),
    Column("reason", "Lý do đổi lịch", ("ly do",), reason_of),
)
_NEEDED: Final = (TEAM, DATE, SESSION)


def entries_of(read: Grid, state: State, known: Known) -> list[Entry]:
    """Every row of ``read`` that says something, in order; ``given`` as ``schedule`` takes it."""
    seen: dict[str, str] = {}
    return [one for sheet in read.sheets for one in _sheet(sheet, state, known, seen)]


def commands_of(entries: Sequence[Entry]) -> list[tuple[int, Schedule]]:
    """The sessions to be stated, each with the index of its entry."""
    return [(n, Schedule(**one.given)) for n, one in enumerate(entries) if one.becomes in (NEW, CHANGED)]


def refused(entries: Sequence[Entry], places: Sequence[int], faults: Sequence[Fault]) -> list[Entry]:
    """``entries`` with what the deciders found: ``faults`` of ``sessions.N.field``, N into ``places``."""
    found = list(entries)
    for fault in faults:
        _, number, *path = (fault.field or "").split(".")
        at = places[int(number)]
        own = replace(fault, field=path[0] if path else None)
        found[at] = replace(found[at], faults=(*found[at].faults, own), becomes=BAD)
    return found


def _sheet(sheet: Sheet, state: State, known: Known, seen: dict[str, str]) -> Iterator[Entry]:
    heading = heading_row(sheet, COLUMNS[0].headings)
    if heading is None:
        yield no_heading(sheet, COLUMNS[0].heading)
        return
    at: dict[str, int] = {}
    for place in sorted(heading[0].cells):
        words = plain(heading[0].cells[place].text)
        one = next((column for column in COLUMNS if words in column.headings), None)
        if one is None or one.name in at:
            yield column_fault(sheet, heading[0], place, twice=one is not None)
        else:
            at[one.name] = place
    for row in below(sheet, heading[0]):
        entry = _row(sheet, row, at, heading[1], state, known)
        if entry is not None:
            yield _once(entry, seen)


def _once(entry: Entry, seen: dict[str, str]) -> Entry:
    unit = str(entry.given.get(UNIT, ""))
    if not unit:
        return entry
    if unit not in seen:
        seen[unit] = entry.address_of(UNIT)
        return entry
    fault = Fault(
        "row-twice",
        f"Đơn vị {unit} đã có ở ô {seen[unit]}; giữ một hàng.",
        f"Unit {unit} is at {seen[unit]} already; keep one row.",
        UNIT,
        unit,
    )
    return replace(entry, faults=(*entry.faults, fault), becomes=BAD)


def _row(
    sheet: Sheet, row: Row, at: Mapping[str, int], first: int, state: State, known: Known
) -> Entry | None:
    """The entry of ``row``; None for one that says nothing but its unit."""
    cells = {column.name: cell_at(row, at.get(column.name)) for column in COLUMNS if column.read}
    if cells[UNIT] is not None and all(cells[name] is None for name in cells if name != UNIT):
        return None
    places = {"": address(first, row.number)} | {name: address(n, row.number) for name, n in at.items()}
    given: dict[str, str] = {}
    faults: list[Fault] = []
    for column in COLUMNS:
        cell = cells.get(column.name)
        if column.read is None or cell is None:
            continue
        try:
            given[column.name] = column.read(cell)
        except CellRefused as refusal:
            faults.append(fault_of(refusal, column.name, cell))
        else:
            if row.hidden or at[column.name] in sheet.hidden_columns:
                faults.append(hidden_fault(column.name, cell))
    faults += [_missing(name) for name in (UNIT, *_NEEDED) if cells[name] is None]
    given |= {name: _as_known(given[name], codes) for name, codes in _codes(state, known) if name in given}
    slot = state.visit(given[UNIT]).slot if UNIT in given else None
    was = _words_of(slot) if slot else {}
    becomes = BAD if faults else NEW if slot is None else CHANGED
    if becomes == CHANGED and all(given[name] == was[name] for name in _NEEDED):
        becomes = SAME
    return Entry(sheet.name, places, given, tuple(faults), becomes, was)


def _missing(name: str) -> Fault:
    heading = next(column.heading for column in COLUMNS if column.name == name)
    return Fault("missing-field", f"Thiếu “{heading}”.", f'"{heading}" is missing.', name, "")


def _codes(state: State, known: Known) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The codes that there are, by their folded form: a file may write them in capitals."""
    yield UNIT, {folded_code(code): code for code in sorted(known.units)}
    yield TEAM, {folded_code(code): code for code in sorted(state.teams)}


def _as_known(code: str, codes: Mapping[str, str]) -> str:
    return codes.get(code, code)


def _words_of(slot: Slot) -> dict[str, str]:
    return {TEAM: slot.team, DATE: slot.day.isoformat(), SESSION: slot.session}
