"""The schedule: sessions, requests for another one, and the leader's answers (plan III.4, III.6).  Pure."""

from __future__ import annotations

from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo

from services.inspections.calendar_form import WEEKDAYS, Calendar, Hours
from services.inspections.commands import AskReschedule, DeclineReschedule, Schedule
from services.inspections.deciding.asking import not_scheduled, open_round_of, open_unit
from services.inspections.known import Known
from services.inspections.planned import Request
from services.inspections.state import Round, State, Visit
from shared.access import Target
from shared.calendar import local_date
from shared.deciding import Caller, check_happened, without_none
from shared.decisions import Refused
from shared.events import Draft
from shared.events.envelope import parse_instant

SATURDAY = 5
HOURS = {
    "MORNING": Hours("Buổi sáng", time(8), time(11, 30)),
    "AFTERNOON": Hours("Buổi chiều", time(14), time(17)),
}
"""The plan's own hours (III.6), while no calendar says others."""


def hours_of(calendar: Calendar | None, session: str) -> Hours:
    """When a session begins and ends, by local wall time."""
    return (HOURS if calendar is None else calendar.sessions)[session]


def is_working(calendar: Calendar | None, day: date) -> bool:
    """Whether inspections may take place on ``day``; without a calendar from Monday to Friday."""
    return day.weekday() < SATURDAY if calendar is None else calendar.is_working(day)


def schedule(state: State, known: Known, command: Schedule, caller: Caller) -> Draft:
    """One team and one unit per session, inside the round, on a working day (plan III.4, III.6).

    With ``request`` the leader approves a request; what was agreed by word is recorded afterwards, with
    ``occurred_at``.
    """
    visit = state.visit(command.unit)
    team = visit.slot.team if visit.slot else None
    operation = "inspections.schedule" if command.request is None else "inspections.answer_reschedule"
    speaker = caller.authorise(Target(unit=command.unit, team=team), operation)
    held = open_round_of(state)
    open_unit(known, command.unit)
    check_happened(command.occurred_at, caller.now)
    if command.team not in state.teams:
        raise Refused(
            "unknown-team",
            f"Không có đoàn kiểm tra {command.team}.",
            f"There is no team {command.team}.",
            field="team",
            value=command.team,
        )
    if speaker.role == "team_leader" and command.team != team:
        raise Refused(
            "unit-has-team",
            f"Đơn vị {command.unit} thuộc đoàn {team}; đổi đoàn là việc của Văn phòng.",
            f"Unit {command.unit} belongs to team {team}; only the Office assigns another.",
            field="team",
            value=command.team,
        )
    if command.request is not None:
        _open_request(visit, command.request)
    calendar = state.calendar(held)
    day = date.fromisoformat(command.date)
    _check_day(held, calendar, day)
    _check_hour(calendar, command)
    _check_not_opened(visit)
    _check_free(state, command, day)
    slot = visit.slot
    data: dict[str, Any] = {
        **speaker.facts(occurred_at=command.occurred_at),
        "team": command.team,
        "date": command.date,
        "session": command.session,
        "schedule_version": slot.version + 1 if slot else 1,
        **without_none(reason=command.reason, request=command.request),
    }
    return Draft("inspection.scheduled.v1", command.unit, data)


def ask_reschedule(state: State, known: Known, command: AskReschedule, caller: Caller) -> Draft:
    """The unit asks its leader for another session, one request at a time (plan III.4)."""
    speaker = caller.authorise(Target(unit=command.unit), "inspections.ask_reschedule")
    held = open_round_of(state)
    open_unit(known, command.unit)
    check_happened(command.occurred_at, caller.now)
    visit = state.visit(command.unit)
    if visit.slot is None:
        raise not_scheduled(command.unit)
    _check_not_opened(visit)
    waiting = next((one for one in visit.requests if one.answer is None), None)
    if waiting is not None:
        raise Refused(
            "request-open",
            f"Đề nghị số {waiting.number} của {command.unit} còn chờ Trưởng đoàn trả lời.",
            f"Request {waiting.number} of {command.unit} still waits for the leader's answer.",
            field="unit",
            value=command.unit,
            status=409,
        )
    if command.date is not None:
        _check_day(held, state.calendar(held), date.fromisoformat(command.date))
    data = {
        **speaker.facts(responsible=command.unit, occurred_at=command.occurred_at),
        "reason": command.reason,
        **without_none(date=command.date, session=command.session, document=command.document),
    }
    return Draft("inspection.reschedule_requested.v1", command.unit, data)


def decline_reschedule(state: State, command: DeclineReschedule, caller: Caller) -> Draft:
    """The leader keeps the session, and says why (plan III.4)."""
    visit = next(
        (one for one in state.visits.values() if any(r.number == command.request for r in one.requests)), None
    )
    if visit is None:
        raise _unknown_request(command.request)
    team = visit.slot.team if visit.slot else None
    speaker = caller.authorise(Target(unit=visit.unit, team=team), "inspections.answer_reschedule")
    _open_request(visit, command.request)
    data = {**speaker.facts(), "request": command.request, "reason": command.reason}
    return Draft("inspection.reschedule_declined.v1", visit.unit, data)


def announced_on(since: str, zone: ZoneInfo) -> date:
    """The day of the ledger's zone on which a session was stated."""
    return local_date(parse_instant(since), zone)


def _open_request(visit: Visit, number: int) -> Request:
    found = next((one for one in visit.requests if one.number == number), None)
    if found is None:
        raise _unknown_request(number)
    if found.answer is not None:
        raise Refused(
            "request-answered",
            f"Đề nghị số {number} đã được trả lời.",
            f"Request {number} is answered already.",
            field="request",
            value=number,
            status=409,
        )
    return found


def _unknown_request(number: int) -> Refused:
    return Refused(
        "unknown-request",
        f"Không có đề nghị đổi lịch số {number}.",
        f"There is no request {number} for another session.",
        field="request",
        value=number,
        status=404,
    )


def _check_not_opened(visit: Visit) -> None:
    if visit.opened:
        raise Refused(
            "inspection-opened",
            f"Buổi kiểm tra {visit.unit} đã bắt đầu, không đổi lịch được nữa.",
            f"The inspection of {visit.unit} has begun; it cannot be moved any more.",
            field="unit",
            value=visit.unit,
            status=409,
        )


def _check_day(held: Round, calendar: Calendar | None, day: date) -> None:
    given = day.isoformat()
    if not held.first_day <= day <= held.last_day:
        span = f"{held.first_day.isoformat()} – {held.last_day.isoformat()}"
        raise Refused(
            "outside-round",
            f"Ngày {given} nằm ngoài đợt kiểm tra ({span}).",
            f"The day {given} lies outside the round ({span}).",
            field="date",
            value=given,
        )
    if not is_working(calendar, day):
        by = "" if calendar is None else f" ({calendar.id}, {calendar.version})"
        raise Refused(
            "not-a-working-day",
            f"Ngày {given} là ngày nghỉ theo lịch{by}.",
            f"The day {given} ({WEEKDAYS[day.weekday()]}) is not a working day of the calendar{by}.",
            field="date",
            value=given,
        )


def _check_hour(calendar: Calendar | None, command: Schedule) -> None:
    starts = hours_of(calendar, command.session).starts.isoformat("minutes")
    if command.starts is not None and command.starts != starts:
        raise Refused(
            "session-hour",
            f"Buổi {command.session} bắt đầu lúc {starts}, không phải {command.starts}.",
            f"The {command.session} session begins at {starts}, not at {command.starts}.",
            field="starts",
            value=command.starts,
        )


def _check_free(state: State, command: Schedule, day: date) -> None:
    wanted = (command.team, day, command.session)
    for code, visit in state.visits.items():
        slot = visit.slot
        if slot is None or (slot.team, slot.day, slot.session) != wanted:
            continue
        same = code == command.unit
        raise Refused(
            "already-scheduled" if same else "team-busy",
            f"Lịch này đã xếp cho {code}: đoàn {slot.team}, {command.date}, {command.session}.",
            f"That session is {code}'s already: team {slot.team}, {command.date}, {command.session}.",
            field="session",
            value=command.session,
            status=409,
        )
