"""What is shown of a round's plan: calendars, teams and their flags, slots of a unit, open requests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.inspections.calendar_form import SESSIONS, Calendar, Delivery
from services.inspections.deciding.deadlines import cut_off
from services.inspections.deciding.packs import due_of
from services.inspections.deciding.scheduling import announced_on, is_working
from services.inspections.deciding.teams import (
    conflicts_of,
    home_units,
    is_late,
    personnel_due,
    units_of_team,
)
from services.inspections.known import Known
from services.inspections.planned import Adopted, Nomination, Request
from services.inspections.proposing import Candidate, Placed, Proposal, SchedulingProblem, Session, mix
from services.inspections.state import Round, Slot, State, Visit
from shared.access import Audience
from shared.calendar import local_date
from shared.events.envelope import instant


def calendar_rows(state: State, zone: ZoneInfo) -> list[dict[str, Any]]:
    """Every version of every calendar, ascending, with the cut-offs that need no session to be known."""
    return [_calendar_row(one, zone) for code in sorted(state.calendars) for one in state.calendars[code]]


def _calendar_row(one: Adopted, zone: ZoneInfo) -> dict[str, Any]:
    calendar = one.calendar
    deliveries = [*calendar.external_evaluations, *([calendar.personnel] if calendar.personnel else [])]
    return {
        "calendar": calendar.id,
        "version": calendar.version,
        "document": one.document,
        "digest": one.digest,
        "adopted_at": one.since,
        "first_day": calendar.first_day.isoformat(),
        "last_day": calendar.last_day.isoformat(),
        "holidays": [day.isoformat() for day in calendar.holidays],
        "working_days": list(calendar.working_days),
        "lead_time_days": dict(calendar.lead_time_days or {}),
        "deliveries": [_delivery_row(given, calendar, zone) for given in deliveries],
    }


def _delivery_row(given: Delivery, calendar: Calendar, zone: ZoneInfo) -> dict[str, Any]:
    due = cut_off(given.due, calendar, zone)
    return {
        "criterion": given.criterion,
        "bodies": list(given.bodies),
        "deliver_to": given.deliver_to,
        "due": None if due is None else instant(due),
    }


def team_rows(state: State, known: Known, zone: ZoneInfo, audience: Audience) -> list[dict[str, Any]]:
    """The teams that ``audience`` may see, by code: members, nominations, units, and what is flagged.

    A department sees whom it has named itself, whatever the team, and nothing else of the team.
    """
    calendar = _calendar(state)
    rows = []
    for code in sorted({*state.teams, *state.nominations}):
        if audience.everything or code in audience.teams:
            rows.append(_team_row(state, known, code, calendar, zone))
            continue
        own = [one for one in state.nominations.get(code, ()) if one.department in audience.departments]
        if own:
            due = personnel_due(calendar, zone)
            rows.append(
                {
                    "team": code,
                    "members": [],
                    "nominations": [_nomination_row(one, calendar, zone) for one in own],
                    "nominations_due": None if due is None else instant(due),
                    "units": [],
                    "conflicts": [],
                }
            )
    return rows


def _team_row(
    state: State, known: Known, code: str, calendar: Calendar | None, zone: ZoneInfo
) -> dict[str, Any]:
    due = personnel_due(calendar, zone)
    team = state.teams.get(code)
    return {
        "team": code,
        "members": [dict(one) for one in team.members] if team else [],
        "nominations": [_nomination_row(one, calendar, zone) for one in state.nominations.get(code, ())],
        "nominations_due": None if due is None else instant(due),
        "units": list(units_of_team(state, code)),
        "conflicts": [
            {"person": one.person, "rule": one.rule, "about": list(one.about)}
            for one in conflicts_of(state, known, code)
        ],
    }


def _nomination_row(one: Nomination, calendar: Calendar | None, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "person": one.person,
        "name": one.name,
        "department": one.department,
        "home_unit": one.home_unit,
        "document": one.document,
        "at": one.at,
        "late": is_late(one, calendar, zone),
        "withdrawn": one.withdrawn,
    }


def slot_rows(state: State, known: Known, unit: str, zone: ZoneInfo) -> list[dict[str, Any]]:
    """All slots of ``unit`` that were ever stated, by the time at which each was agreed."""
    calendar = _calendar(state)
    held = known.units.get(unit)
    needed = calendar.lead_time(held.area) if calendar and held else 0
    slots = sorted(state.visit(unit).slots, key=lambda slot: (slot.happened, slot.version))
    return [
        {
            "schedule_version": slot.version,
            "team": slot.team,
            "date": slot.day.isoformat(),
            "session": slot.session,
            "occurred_at": slot.happened,
            "recorded_at": slot.since,
            "reason": slot.reason,
            "request": slot.request,
            "lead_time_short": (slot.day - announced_on(slot.since, zone)).days < needed,
        }
        for slot in slots
    ]


def request_rows(state: State, audience: Audience, *, open_only: bool = True) -> list[dict[str, Any]]:
    """Requests for another session at units that ``audience`` may see, by their numbers."""
    rows = [
        _request_row(visit.unit, visit.slot, one)
        for visit in state.visits.values()
        if audience.sees_row(visit.unit, visit.slot.team if visit.slot else None)
        for one in visit.requests
        if one.answer is None or not open_only
    ]
    return sorted(rows, key=lambda row: int(row["number"]))


def _request_row(unit: str, slot: Slot | None, one: Request) -> dict[str, Any]:
    return {
        "number": one.number,
        "unit": unit,
        "team": slot.team if slot else None,
        "at": one.at,
        "reason": one.reason,
        "date": None if one.day is None else one.day.isoformat(),
        "session": one.session,
        "document": one.document,
        "answer": one.answer,
        "declined_because": one.declined_because,
    }


def problem_of(
    state: State,
    known: Known,
    held: Round,
    now: datetime,
    zone: ZoneInfo,
    unavailable: Iterable[dict[str, str]],
) -> SchedulingProblem:
    """The open units without a session, the teams, and the half-days of the round that are still to come.

    Sessions that are scheduled stay.  A unit is not placed with a team to which somebody who comes from it
    belongs, and not sooner than its area's lead time allows; nor on a day for which its pack would be due
    already, unless no other day of the round is left.
    """
    calendar = state.calendar(held)
    today = local_date(now, zone)
    end = known.rulebook.period.end if known.rulebook else held.last_day
    sessions = tuple(
        Session(day, half)
        for day in _days(max(held.first_day, today + timedelta(days=1)), held.last_day)
        if is_working(calendar, day)
        for half in range(len(SESSIONS))
    )
    soonest = _in_time_for_packs(state, known, sessions, now)
    teams = tuple(sorted(state.teams))
    homes = {team: frozenset(home_units(state, team)) for team in teams}
    candidates = tuple(
        Candidate(
            code,
            unit.area,
            max(soonest, today + timedelta(days=calendar.lead_time(unit.area) if calendar else 0)),
            frozenset(team for team in teams if code in homes[team]),
        )
        for code, unit in sorted(known.units.items())
        if unit.open_on(end) and state.visit(code).slot is None
    )
    fixed = tuple(
        Placed(
            code,
            known.units[code].area if code in known.units else "",
            visit.slot.team,
            Session(visit.slot.day, SESSIONS.index(visit.slot.session)),
        )
        for code, visit in sorted(state.visits.items())
        if visit.slot is not None
    )
    barred = frozenset(
        (one["team"], Session(date.fromisoformat(one["date"]), SESSIONS.index(one["session"])))
        for one in unavailable
    )
    return SchedulingProblem(candidates, teams, sessions, fixed, barred)


def _in_time_for_packs(state: State, known: Known, sessions: Sequence[Session], now: datetime) -> date:
    """The first day of ``sessions`` whose pack is not due yet; the very first when all of them are."""
    days = [one.day for one in sessions]
    if known.rulebook is not None:
        for day in days:
            slot = Slot("", day, SESSIONS[0], 1, instant(now))
            if now < due_of(state, known, Visit("", slots=(slot,))):
                return day
    return days[0] if days else date.min


def proposal_body(proposal: Proposal) -> dict[str, Any]:
    """A proposal as rows that ``schedule/batch`` takes, or why there is none."""
    placed = proposal.placed or ()
    return {
        "feasible": proposal.placed is not None,
        "best": proposal.best,
        "sessions": [
            {
                "unit": one.unit,
                "team": one.team,
                "date": one.session.day.isoformat(),
                "session": one.session.name,
            }
            for one in placed
        ],
        "mix": mix(placed),
        "reasons": [{"rule": one.rule, "message": one.vi, "message_en": one.en} for one in proposal.reasons],
    }


def _calendar(state: State) -> Calendar | None:
    """The version in force of the open round's calendar, else of the last round's."""
    rounds = list(state.rounds.values())
    held = state.round or (rounds[-1] if rounds else None)
    return state.calendar(held) if held else None


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
