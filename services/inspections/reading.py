"""What this service shows of its own facts: the schedule, and how ready a unit is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from services.inspections.deciding.packs import due_at
from services.inspections.known import Known, missing_scores
from services.inspections.state import State, fold
from shared.events import Event
from shared.events.envelope import instant, source_of
from shared.store.tables import events


def state_of(connection: Connection, ledger: str) -> State:
    """Everything that this service has stated in ``ledger``, folded."""
    query = (
        select(events.c.value)
        .where(events.c.ledger == ledger, events.c.source == source_of("inspections", ledger))
        .order_by(events.c.sequence)
    )
    return fold(Event.parse(bytes(value)) for (value,) in connection.execute(query))


def schedule_rows(state: State) -> list[dict[str, Any]]:
    """The slots in force, by day, session and team, with how far each unit is."""
    order = ("MORNING", "AFTERNOON")
    rows = [
        {
            "unit": visit.unit,
            "team": visit.slot.team,
            "date": visit.slot.day.isoformat(),
            "session": visit.slot.session,
            "schedule_version": visit.slot.version,
            "moved": len(visit.slots) > 1,
            "opened": visit.opened,
            "concluded": visit.concluded,
        }
        for visit in state.visits.values()
        if visit.slot is not None
    ]
    return sorted(rows, key=lambda row: (row["date"], order.index(str(row["session"])), row["team"]))


def readiness(state: State, known: Known, unit: str) -> dict[str, Any] | None:
    """How ready ``unit`` is for its inspection, or None for a unit that the ledger does not tell of."""
    held = known.units.get(unit)
    if held is None:
        return None
    visit = state.visit(unit)
    slot = visit.slot
    book = known.rulebook
    answer: dict[str, Any] = {
        "unit": unit,
        "name": held.name,
        "base_position": known.base_position,
        "team": None,
        "date": None,
        "session": None,
        "schedule_version": None,
        "due": None,
        "packs": [
            {"at": pack.at, "complete": pack.complete, "on_time": pack.on_time, "missing": list(pack.missing)}
            for pack in visit.packs
        ],
        "pack_in_order": any(pack.complete and pack.on_time for pack in visit.packs),
        "missing_scores": missing_scores(book, held) if book else [],
        "missing_self_scores": _missing_self(known, unit),
        "opened": visit.opened,
        "concluded": visit.concluded,
        "forfeited": held.forfeited,
    }
    if slot is not None:
        rounds = [one for one in state.rounds.values() if one.first_day <= slot.day <= one.last_day]
        answer |= {
            "team": slot.team,
            "date": slot.day.isoformat(),
            "session": slot.session,
            "schedule_version": slot.version,
        }
        if rounds and book:
            policy = str(book.policies["after_reschedule"])
            due = due_at(visit, rounds[0].document_days_before, ZoneInfo(known.timezone), policy)
            answer["due"] = instant(due)
    return answer


def _missing_self(known: Known, unit: str) -> Sequence[str]:
    book, held = known.rulebook, known.units[unit]
    if book is None:
        return []
    return [
        leaf.id
        for leaf in book.leaves
        if leaf.self_scored and held.area in leaf.max and not held.values.get((leaf.id, "self"))
    ]
