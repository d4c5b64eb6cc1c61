"""When a unit answers its adjustments by, and a member sends his report by (plan III.5, III.7).  Pure.

Both say who is late and nothing more: a late answer and a late report are taken as those in time are.  The
version of the round's calendar that is in force counts; without a calendar, or where it does not say, nothing
is due.
"""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.inspections.calendar_form import Calendar
from services.inspections.deciding.deadlines import cut_off
from services.inspections.known import Known
from services.inspections.state import Slot, State, Visit
from shared.calendar import local_date
from shared.events.envelope import parse_instant


def response_due(state: State, known: Known, visit: Visit, asked: str) -> datetime | None:
    """The exclusive instant by which ``visit``'s unit answers an adjustment stated at the instant ``asked``.

    It counts from the day on which the adjustment reached this service, for the unit could not see it before;
    an amendment asks anew, so it is given its days anew.
    """
    calendar = _calendar(state, visit.slot)
    if calendar is None or calendar.adjustment_response is None:
        return None
    return cut_off(
        calendar.adjustment_response,
        calendar,
        ZoneInfo(known.timezone),
        concluded=parse_instant(asked),
        day_count=_day_count(known),
    )


def responses_due(state: State, known: Known, visit: Visit) -> list[datetime]:
    """The cut-offs of the adjustments that the unit has not answered, in the order of their conclusions."""
    record = visit.record
    numbers = {record.adjustment(criterion) for criterion in record.unanswered()}
    asked = [at for number, at in sorted(record.concluded_at.items()) if number in numbers]
    return [due for at in asked if (due := response_due(state, known, visit, at)) is not None]


def reflection_due(state: State, known: Known, team: str, unit: str | None) -> datetime | None:
    """The exclusive instant by which a member of ``team`` sends his report.

    About ``unit`` it counts from the day of its session; about the round (None) from the team's last one.
    """
    slots = [
        visit.slot
        for code, visit in state.visits.items()
        if visit.slot is not None and visit.slot.team == team and unit in (None, code)
    ]
    if not slots:
        return None
    last = max(slots, key=lambda slot: slot.day)
    calendar = _calendar(state, last)
    if calendar is None or calendar.reflection_reports is None:
        return None
    return cut_off(
        calendar.reflection_reports,
        calendar,
        ZoneInfo(known.timezone),
        inspection=last.day,
        day_count=_day_count(known),
    )


def last_day(due: datetime, zone: ZoneInfo) -> date:
    """The last local day that lies before the exclusive instant ``due``: the one that people are told."""
    return local_date(due - due.resolution, zone)


def _calendar(state: State, slot: Slot | None) -> Calendar | None:
    """The version in force of the calendar of the round in which ``slot`` lies."""
    if slot is None:
        return None
    held = next((one for one in state.rounds.values() if one.first_day <= slot.day <= one.last_day), None)
    return None if held is None else state.calendar(held)


def _day_count(known: Known) -> str:
    return "calendar" if known.rulebook is None else str(known.rulebook.policies["deadline_day_count"])
