"""What a session would mean if it were stated now; nothing is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.inspections.board import Board
from services.inspections.commands import Batch, Schedule
from services.inspections.decider import decide, decide_batch
from services.inspections.deciding.notices import Move, Notice, move_of, notices_of
from services.inspections.importing import commands_of, entries_of, refused
from services.inspections.known import Known
from services.inspections.state import State
from shared.access.tokens import TokenMissing
from shared.batch import PARTIAL, BatchResult
from shared.deciding import Caller
from shared.decisions import Fault, Refused
from shared.events.envelope import instant
from shared.files.entries import BAD, CHANGED, NEW, SAME, Entry
from shared.files.grid import Grid, placed
from shared.web.commands import Act
from shared.web.runtime import Reader

SCHEDULE = "inspections.schedule"


@dataclass(frozen=True, slots=True)
class Supposed:
    """``faults``: why it would be refused; else ``move``, what it does to the pack, and ``notices``."""

    faults: tuple[Fault, ...] = ()
    move: Move | None = None
    notices: tuple[Notice, ...] = ()


def as_if(who: Reader, now: datetime, acting_as: str | None) -> Act:
    """``who`` as a caller of commands that are decided and not stated.  Raises TokenMissing for nobody."""
    if who.principal is None:
        raise TokenMissing("no Authorization header")
    return Act(
        ledger=who.ledger,
        operation=SCHEDULE,
        principal=who.principal,
        grants=who.grants,
        command_id="",
        now=now,
        demo=False,
        acting_as=acting_as,
    )


def session_supposed(state: State, known: Known, command: Schedule, caller: Caller) -> Supposed:
    """``command`` decided on what stands.  Raises ``AccessDenied``, ``HatNeeded``."""
    try:
        drafts = decide(state, known, command, caller)
    except Refused as refusal:
        return Supposed(refusal.faults)
    return Supposed(
        move=move_of(state, known, drafts[0], caller.now),
        notices=tuple(notices_of(state, known, drafts, caller.now)),
    )


def sessions_supposed(
    state: State, known: Known, commands: Sequence[Schedule], caller: Caller
) -> tuple[BatchResult | tuple[Fault, ...], tuple[Notice, ...]]:
    """What would become of each of ``commands``, or the faults when none of them stands; and the notices."""
    if not commands:
        return (), ()
    try:
        result = decide_batch(state, known, Batch(tuple(commands), PARTIAL), caller)
    except Refused as refusal:
        return refusal.faults, ()
    return result, tuple(notices_of(state, known, result.drafts, caller.now))


def file_body(read: Grid, board: Board, caller: Caller) -> dict[str, Any]:
    """What a file of sessions says on what stands, as JSON data.  While a cell is wrong there are no
    ``sessions`` to state."""
    entries = entries_of(read, board.state, board.known)
    asked = commands_of(entries)
    result, notices = sessions_supposed(board.state, board.known, [one for _, one in asked], caller)
    faults = result if isinstance(result, tuple) else [fault for row in result.rows for fault in row.faults]
    entries = refused(entries, [at for at, _ in asked], faults)
    counts = Counter(one.becomes for one in entries)
    good = not counts[BAD]
    return {
        "rows": [_entry_row(one, board.known) for one in entries],
        "counts": {kind: counts[kind] for kind in (NEW, CHANGED, SAME, BAD)},
        "sessions": [dict(entries[at].given) for at, _ in asked] if good else [],
        "warnings": notice_rows(notices),
    }


def _entry_row(entry: Entry, known: Known) -> dict[str, Any]:
    unit = str(entry.given.get("unit", ""))
    return {
        "sheet": entry.sheet,
        "row": placed(entry.cells[""])[1],
        "unit": unit,
        "name": known.units[unit].name if unit in known.units else "",
        "becomes": entry.becomes,
        "given": dict(entry.given),
        "was": dict(entry.was),
        "faults": [_cell_fault(entry, fault) for fault in entry.faults],
    }


def _cell_fault(entry: Entry, fault: Fault) -> dict[str, Any]:
    cell = entry.address_of(fault.field)
    column, row = placed(cell)
    return {
        "sheet": entry.sheet,
        "cell": cell,
        "row": row,
        "column": column,
        "rule": fault.rule,
        "value": str(fault.value or "")[:80],
        "message": fault.vi,
        "message_en": fault.en,
    }


def notice_rows(notices: Sequence[Notice]) -> list[dict[str, str]]:
    """Notices as JSON data."""
    return [{"rule": one.rule, "unit": one.unit, "message": one.vi, "message_en": one.en} for one in notices]


def supposed_body(supposed: Supposed) -> dict[str, Any]:
    """What was supposed, as JSON data; instants as written."""
    move = supposed.move
    return {
        "possible": not supposed.faults,
        "errors": [
            {"rule": one.rule, "field": one.field, "message": one.vi, "message_en": one.en}
            for one in supposed.faults
        ],
        "due_before": None if move is None or move.before is None else instant(move.before),
        "due_of_day": None if move is None else instant(move.of_day),
        "due_after": None if move is None else instant(move.after),
        "warnings": notice_rows(supposed.notices),
    }
