"""The schedule as iCalendar (RFC 5545), for people's own calendars."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

import icalendar

from services.inspections.deciding.scheduling import hours_of
from services.inspections.known import Known
from services.inspections.state import State, Visit
from shared.events.envelope import parse_instant


def calendar_of(
    state: State, known: Known, ledger: str, zone: ZoneInfo, *, team: str | None, unit: str | None
) -> bytes:
    """The sessions in force of ``team``, of ``unit``, or all: one event each, by day, session and team.

    ``UID`` stays a unit's own through every move, ``SEQUENCE`` is the version of its slot, so that a
    calendar which fetches the address again moves what it has.
    """
    book = icalendar.Calendar()
    book.add("prodid", "-//Bảng Vàng//Inspections//VI")
    book.add("version", "2.0")
    book.add("method", "PUBLISH")
    book.add("x-wr-calname", " ".join(one for one in ("Lịch kiểm tra", team, unit) if one))
    book.add("x-wr-timezone", zone.key)
    for visit in _in_order(state, team, unit):
        book.add_component(_event(state, known, ledger, zone, visit))
    book.add_missing_timezones()
    return bytes(book.to_ical())


def _in_order(state: State, team: str | None, unit: str | None) -> Iterable[Visit]:
    found = [
        (slot.day, slot.session != "MORNING", slot.team, visit)
        for visit in state.visits.values()
        if (slot := visit.slot) is not None and team in (None, slot.team) and unit in (None, visit.unit)
    ]
    return [visit for *_, visit in sorted(found, key=lambda row: row[:3])]


def _event(state: State, known: Known, ledger: str, zone: ZoneInfo, visit: Visit) -> icalendar.Event:
    slot = visit.slot
    if slot is None:
        raise ValueError(f"{visit.unit} has no slot")
    rounds = [one for one in state.rounds.values() if one.first_day <= slot.day <= one.last_day]
    hours = hours_of(state.calendar(rounds[0]) if rounds else None, slot.session)
    name = known.units[visit.unit].name if visit.unit in known.units else visit.unit
    event = icalendar.Event()
    event.add("uid", f"{visit.unit}.{ledger.replace('/', '.')}.inspection@bangvang")
    event.add("sequence", slot.version)
    event.add("dtstamp", parse_instant(slot.since))
    event.add("dtstart", datetime.combine(slot.day, hours.starts, zone))
    event.add("dtend", datetime.combine(slot.day, hours.ends, zone))
    event.add("summary", f"Kiểm tra {name} ({slot.team})")
    event.add("location", name)
    event.add("categories", [slot.team])
    event.add("status", "CONFIRMED")
    return event
