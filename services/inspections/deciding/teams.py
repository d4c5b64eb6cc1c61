"""Nominations for the teams, and conflicts of interest: flagged, never blocking (plan III.5).  Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from services.inspections.calendar_form import Calendar
from services.inspections.commands import NominateMember, WithdrawMember
from services.inspections.deciding.deadlines import cut_off
from services.inspections.known import Known
from services.inspections.planned import Nomination
from services.inspections.state import State
from shared.access import Target
from shared.deciding import Caller, Speaker, check_happened, without_none
from shared.decisions import Refused
from shared.events import Draft
from shared.events.envelope import parse_instant
from shared.rulebook import Rulebook


def nominate_member(state: State, command: NominateMember, caller: Caller) -> Draft:
    """Somebody is named for a team.  A late nomination is kept, and flagged where the teams are shown.

    A head of department names his own people, at the time of the entry; the Office states when the
    document came in.
    """
    speaker = caller.authorise(Target(), "inspections.nominate_member")
    _check_own(speaker, command.department)
    if command.occurred_at is not None and speaker.role == "department_head":
        raise Refused(
            "time-by-office",
            "Thời điểm nhận văn bản do Văn phòng ghi; đơn vị cử người thì tính lúc gửi.",
            "The Office states when a document came in; a department's own entry counts when made.",
            field="occurred_at",
            value=command.occurred_at,
            status=403,
        )
    check_happened(command.occurred_at, caller.now)
    if _standing(state, command.team, command.person):
        raise Refused(
            "already-nominated",
            f"{command.person} đã được cử vào đoàn {command.team}.",
            f"{command.person} is nominated for team {command.team} already.",
            field="person",
            value=command.person,
            status=409,
        )
    data = {
        **speaker.facts(responsible=command.department, occurred_at=command.occurred_at),
        "person": command.person,
        "name": command.name,
        "department": command.department,
        "document": command.document,
        **without_none(home_unit=command.home_unit),
    }
    return Draft("team.member_nominated.v1", f"team:{command.team}", data)


def withdraw_member(state: State, command: WithdrawMember, caller: Caller) -> Draft:
    """A nomination no longer stands; the fact that it was made stays."""
    speaker = caller.authorise(Target(), "inspections.nominate_member")
    held = _standing(state, command.team, command.person)
    if held is None:
        raise Refused(
            "not-nominated",
            f"{command.person} không có tên trong danh sách cử vào đoàn {command.team}.",
            f"{command.person} is not nominated for team {command.team}.",
            field="person",
            value=command.person,
            status=404,
        )
    _check_own(speaker, held.department)
    data = {
        **speaker.facts(responsible=held.department),
        "person": command.person,
        "reason": command.reason,
    }
    return Draft("team.member_withdrawn.v1", f"team:{command.team}", data)


def _check_own(speaker: Speaker, department: str) -> None:
    if speaker.role == "department_head" and speaker.scope != f"department:{department}":
        raise Refused(
            "other-departments-people",
            "Mỗi đơn vị chỉ cử người của mình.",
            "A department nominates its own people only.",
            field="department",
            value=department,
            status=403,
        )


def _standing(state: State, team: str, person: str) -> Nomination | None:
    return next(
        (one for one in state.nominations.get(team, ()) if one.person == person and one.withdrawn is None),
        None,
    )


# --- what is shown of them


def personnel_due(calendar: Calendar | None, zone: ZoneInfo) -> datetime | None:
    """The instant before which nominations are in time; None while no calendar says one."""
    if calendar is None or calendar.personnel is None:
        return None
    return cut_off(calendar.personnel.due, calendar, zone)


def is_late(one: Nomination, calendar: Calendar | None, zone: ZoneInfo) -> bool:
    """Whether a nomination came after the calendar's instant for the body that made it."""
    due = personnel_due(calendar, zone)
    if due is None or calendar is None or calendar.personnel is None:
        return False
    return one.department in calendar.personnel.bodies and parse_instant(one.at) >= due


@dataclass(frozen=True, slots=True)
class Conflict:
    """A conflict of interest of ``person`` in ``team``.

    ``rule``: ``home_unit`` (``about``: the unit he comes from, which his team inspects), ``own_criteria``
    (the leader's department scored ``about``, criteria that he may adjust), ``two_teams`` (the other ones).
    """

    team: str
    person: str
    rule: str
    about: tuple[str, ...]


def conflicts_of(state: State, known: Known, team: str) -> list[Conflict]:
    """The conflicts of interest in one team, by its members and standing nominations, in their order."""
    units = units_of_team(state, team)
    found = [
        Conflict(team, person, "home_unit", (home,)) for person, home in _homes(state, team) if home in units
    ]
    members = state.teams[team].members if team in state.teams else ()
    for member in members:
        criteria = _scored_by(known.rulebook, known, member["department"], units)
        if member["role"] == "leader" and criteria:
            found.append(Conflict(team, member["person"], "own_criteria", criteria))
        others = tuple(
            other.team
            for other in state.teams.values()
            if other.team != team and any(one["person"] == member["person"] for one in other.members)
        )
        if others:
            found.append(Conflict(team, member["person"], "two_teams", tuple(sorted(others))))
    return found


def units_of_team(state: State, team: str) -> tuple[str, ...]:
    """The units whose slot in force is the team's, by code."""
    return tuple(sorted(one.unit for one in state.visits.values() if one.slot and one.slot.team == team))


def home_units(state: State, team: str) -> tuple[str, ...]:
    """The units that members and nominees of the team come from, by code."""
    return tuple(sorted({home for _, home in _homes(state, team)}))


def _homes(state: State, team: str) -> Iterator[tuple[str, str]]:
    seen: set[tuple[str, str]] = set()
    members = state.teams[team].members if team in state.teams else ()
    stated = [(one["person"], one.get("home_unit")) for one in members]
    stated += [
        (one.person, one.home_unit) for one in state.nominations.get(team, ()) if one.withdrawn is None
    ]
    for person, home in stated:
        if home is not None and (person, home) not in seen:
            seen.add((person, home))
            yield person, home


def _scored_by(
    book: Rulebook | None, known: Known, department: str, units: tuple[str, ...]
) -> tuple[str, ...]:
    """The criteria that ``department`` scores in the areas of ``units``, in the rulebook's order."""
    if book is None:
        return ()
    areas = {known.units[unit].area for unit in units if unit in known.units}
    return tuple(
        leaf.id
        for leaf in book.leaves
        if leaf.stage != "inspection"
        and department in (leaf.owner, *leaf.joint)
        and not areas.isdisjoint(leaf.max)
    )
