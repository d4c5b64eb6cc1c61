"""Deadlines of a named version of the calendar, as exclusive instants.  Pure.

In time is *before* the instant.  Days are days of the ledger's zone, wherever the servers stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from services.inspections.calendar_form import Calendar, Due
from services.inspections.planned import Adopted
from services.inspections.state import Round, Visit
from shared.calendar import cut_off_at, cut_off_date, days_before, local_date
from shared.events.envelope import parse_instant


def cut_off(
    due: Due,
    calendar: Calendar,
    zone: ZoneInfo,
    *,
    inspection: date | None = None,
    opened: datetime | None = None,
    concluded: datetime | None = None,
    day_count: str = "calendar",
) -> datetime | None:
    """The instant before which ``due`` is met; None while what it counts from has not happened.

    ``inspection``: the session's day.  ``opened``, ``concluded``: aware instants.  ``day_count``: how days
    are counted where the calendar does not say (the rulebook's ``deadline_day_count``).
    """
    counted = due.day_count or day_count
    match due.kind:
        case "date" if due.day is not None:
            return cut_off_date(due.day, zone)
        case "at" if due.wall is not None:
            return cut_off_at(due.wall, zone)
        case "before":
            return opened
        case "days_before_inspection":
            return _end(inspection, -due.days, calendar, zone, counted)
        case "days_after_inspection":
            return _end(inspection, due.days, calendar, zone, counted)
    happened = None if concluded is None else local_date(concluded, zone)
    return _end(happened, due.days, calendar, zone, counted)


def counted_day(day: date, days: int, calendar: Calendar, day_count: str) -> date:
    """The day ``days`` after ``day`` (before it when negative).

    Counted in ``working`` days, days on which no work is done are passed over without being counted.
    """
    if day_count != "working":
        return day + timedelta(days=days)
    step = timedelta(days=1 if days > 0 else -1)
    left = abs(days)
    while left:
        day += step
        left -= calendar.is_working(day)
    return day


def _end(day: date | None, days: int, calendar: Calendar, zone: ZoneInfo, day_count: str) -> datetime | None:
    return None if day is None else cut_off_date(counted_day(day, days, calendar, day_count), zone)


@dataclass(frozen=True, slots=True)
class PackDue:
    """When a pack is due, and by which version of the calendar; None: by the round's own days."""

    at: datetime
    calendar: Calendar | None = None


def pack_due(
    visit: Visit,
    held: Round,
    versions: Sequence[Adopted],
    zone: ZoneInfo,
    policy: str = "recompute_while_open",
    day_count: str = "calendar",
) -> PackDue:
    """The cut-off of the unit's pack, by the policy ``after_reschedule`` (rulebook format §10).

    Two things move it: another day, and another version of the round's calendar (``versions``, ascending).
    ``recompute_while_open`` takes the new cut-off only when the old one had not passed by then, or a complete
    pack had come in time, and the new one still lay ahead; ``always`` takes the newest, ``keep_first`` the
    first.  Without a calendar the round's ``document_days_before`` says it.  ``day_count``: how days are
    counted where the calendar does not say.  Raises ``ValueError`` for a unit without a slot.
    """
    if not visit.slots:
        raise ValueError(f"{visit.unit} has no slot")

    def of(day: date, calendar: Calendar | None) -> PackDue:
        if calendar is None:
            return PackDue(days_before(day, held.document_days_before, zone))
        at = cut_off(calendar.document_pack, calendar, zone, inspection=day, day_count=day_count)
        if at is None:
            raise ValueError("the calendar counts packs from something that is not the session's day")
        return PackDue(at, calendar)

    first = visit.slots[0]
    calendar = next((one.calendar for one in reversed(versions) if one.since <= first.since), None)
    day = first.day
    due = of(day, calendar)
    if policy == "keep_first":
        return due
    changes: list[tuple[str, date | None, Calendar | None]] = [
        *((one.since, None, one.calendar) for one in versions if one.since > first.since),
        *((slot.since, slot.day, None) for slot in visit.slots[1:]),
    ]
    for since, new_day, new_calendar in sorted(changes, key=lambda change: change[0]):
        day = new_day or day
        calendar = new_calendar or calendar
        wanted, moved = of(day, calendar), parse_instant(since)
        kept = any(pack.complete and parse_instant(pack.at) < due.at for pack in visit.packs)
        if policy == "always" or ((moved < due.at or kept) and moved < wanted.at):
            due = wanted
    return due
