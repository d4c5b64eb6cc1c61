"""What this service shows of its own facts: the schedule, and how ready a unit is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from services.inspections import pack_reading
from services.inspections.checks import checks_of
from services.inspections.known import Known, KnownUnit, missing_scores
from services.inspections.loading import stated
from services.inspections.state import State, fold
from shared.events import Event
from shared.events.envelope import instant, source_of
from shared.store.tables import events


def events_of(connection: Connection, ledger: str, unit: str | None = None) -> Iterator[Event]:
    """What this service has stated in ``ledger``, or of ``unit`` alone, in the order of its numbers."""
    query = (
        select(events.c.value)
        .where(events.c.ledger == ledger, events.c.source == source_of("inspections", ledger))
        .order_by(events.c.sequence)
    )
    if unit is not None:
        query = query.where(events.c.subject == unit)
    return (Event.parse(bytes(value)) for (value,) in connection.execute(query))


def state_of(connection: Connection, ledger: str) -> State:
    """Everything that this service has stated in ``ledger``, kept in the process."""
    return stated(connection, ledger)


def state_of_unit(connection: Connection, ledger: str, unit: str) -> State:
    """What this service has stated of ``unit`` alone, and of rounds and calendars; linear in just these."""
    query = (
        select(events.c.value)
        .where(
            events.c.ledger == ledger,
            events.c.source == source_of("inspections", ledger),
            events.c.subject.in_((unit, "*")),
        )
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
            "overridden": visit.opening is not None and visit.opening.override is not None,
            "concluded": visit.concluded,
        }
        for visit in state.visits.values()
        if visit.slot is not None
    ]
    return sorted(rows, key=lambda row: (row["date"], order.index(str(row["session"])), row["team"]))


def unconcluded(state: State) -> list[str]:
    """Units with a session and without a conclusion, by code."""
    return sorted(code for code, visit in state.visits.items() if visit.slot and not visit.concluded)


def readiness(state: State, known: Known, unit: str, now: datetime) -> dict[str, Any] | None:
    """How ready ``unit`` is for its inspection at ``now``; None for a unit that the ledger does not know."""
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
        **_packs(state, known, held, now),
        "missing_scores": missing_scores(book, held) if book else [],
        "missing_self_scores": _missing_self(known, unit),
        "opened": visit.opened,
        "concluded": visit.concluded,
        "forfeited": held.forfeited,
    }
    answer["checks"] = checks_of(
        held,
        visit.record,
        packs=len(visit.packs),
        lacking=answer["lacking"],
        awaited=answer["files_awaited"],
        missing_self=answer["missing_self_scores"],
    )
    answer["attendance"] = visit.record.attendance and {
        name: visit.record.attendance[name] for name in ("version", "attendees", "deviations")
    }
    if slot is not None:
        answer |= {
            "team": slot.team,
            "date": slot.day.isoformat(),
            "session": slot.session,
            "schedule_version": slot.version,
        }
    return answer


def _packs(state: State, known: Known, unit: KnownUnit, now: datetime) -> dict[str, Any]:
    """What readiness says of the pack: versions in short, what is lacking, the case, what to beware of."""
    visit = state.visit(unit.code)
    due = pack_reading.due_or_none(state, known, visit)
    rows = pack_reading.pack_rows(visit, due, known, now)
    lacking = pack_reading.lacking_of(known, visit, unit, due)
    kept = ("number", "at", "via", "complete", "on_time", "missing")
    return {
        "due": None if due is None else instant(due),
        "files_due": pack_reading.files_until(known, due),
        "files_awaited": pack_reading.awaited_of(known, visit, unit),
        "files_late": pack_reading.late_files_of(known, visit, unit, due, now),
        "packs": [
            {
                **{name: row[name] for name in kept},
                "assessed": row["assessed"] and row["assessed"]["complete"],
                "forwarded": sorted({person for one in row["forwarded"] for person in one["members"]}),
                "forwarded_late_days": max((one["late_days"] for one in row["forwarded"]), default=0),
            }
            for row in rows
        ],
        "pack_in_order": bool(visit.packs) and due is not None and not lacking,
        "lacking": lacking,
        "case": pack_reading.case_row(visit, unit),
        "warnings": pack_reading.warnings_of(visit, unit, rows),
    }


def _missing_self(known: Known, unit: str) -> Sequence[str]:
    book, held = known.rulebook, known.units[unit]
    if book is None:
        return []
    return [
        leaf.id
        for leaf in book.leaves
        if leaf.self_scored and held.area in leaf.max and not held.values.get((leaf.id, "self"))
    ]
