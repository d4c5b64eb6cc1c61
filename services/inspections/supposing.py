"""What a session would mean if it were stated now; nothing is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.inspections.commands import Batch, Schedule
from services.inspections.decider import decide, decide_batch
from services.inspections.deciding.notices import Move, Notice, move_of, notices_of
from services.inspections.known import Known
from services.inspections.state import State
from shared.access.tokens import TokenMissing
from shared.batch import PARTIAL, BatchResult
from shared.deciding import Caller
from shared.decisions import Fault, Refused
from shared.events.envelope import instant
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
    try:
        result = decide_batch(state, known, Batch(tuple(commands), PARTIAL), caller)
    except Refused as refusal:
        return refusal.faults, ()
    return result, tuple(notices_of(state, known, result.drafts, caller.now))


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
