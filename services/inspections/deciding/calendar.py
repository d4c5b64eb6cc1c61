"""Adopting a version of the calendar (plan III.1, III.6).  Pure."""

from __future__ import annotations

from services.inspections.calendar_form import read
from services.inspections.commands import AdoptCalendar
from services.inspections.known import Known
from services.inspections.state import State
from shared.access import Target
from shared.deciding import Caller
from shared.decisions import Refused
from shared.events import Draft
from shared.rulebook import normalise


def adopt_calendar(state: State, known: Known, command: AdoptCalendar, caller: Caller) -> Draft:
    """A version takes force; the next one of the same calendar has a higher number.

    Refuses a calendar with a fault (``calendar-invalid``, every fault by its path), one of another cycle or
    zone, and a version that is not higher than the last.
    """
    speaker = caller.authorise(Target(), "inspections.adopt_calendar")
    calendar, form, faults = read(command.data)
    if calendar is None:
        raise Refused.many(faults)
    if calendar.cycle != command.cycle:
        raise Refused(
            "wrong-cycle",
            f"Lịch dành cho chu kỳ {calendar.cycle}, sổ này là {command.cycle}.",
            f"The calendar is for cycle {calendar.cycle}; this ledger is {command.cycle}.",
            field="calendar.calendar.cycle",
            value=calendar.cycle,
        )
    if calendar.timezone != known.timezone:
        raise Refused(
            "wrong-timezone",
            f"Lịch theo múi giờ {calendar.timezone}, sổ này theo {known.timezone}.",
            f"The calendar is in zone {calendar.timezone}; this ledger is in {known.timezone}.",
            field="calendar.calendar.timezone",
            value=calendar.timezone,
        )
    held = state.calendars.get(calendar.id, ())
    if held and calendar.version <= held[-1].calendar.version:
        last = held[-1].calendar.version
        raise Refused(
            "calendar-version",
            f"Lịch {calendar.id} đang ở phiên bản {last}; phiên bản mới phải lớn hơn.",
            f"Calendar {calendar.id} is at version {last}; a new one must be higher.",
            field="calendar.calendar.version",
            value=calendar.version,
            status=409,
        )
    document = normalise.canonical(form)
    data = {
        **speaker.facts(),
        "calendar": calendar.id,
        "version": calendar.version,
        "document": command.document,
        "digest": normalise.digest(document),
        "text": document.decode("utf-8"),
    }
    return Draft("calendar.adopted.v1", "*", data)
