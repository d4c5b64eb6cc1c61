"""What a unit states before its session: subordinates, attendees, the place, its party committee.  Pure."""

from __future__ import annotations

from typing import Any

from services.inspections.commands import (
    AnswerPartyCommittee,
    DeclareAttendance,
    DeclareSite,
    RegisterSubordinates,
)
from services.inspections.deciding.asking import book_of, open_unit
from services.inspections.deciding.attending import deviations
from services.inspections.known import Known
from services.inspections.state import State, Visit
from shared.access import Target
from shared.deciding import Caller, Speaker, without_none
from shared.decisions import Fault, Refused
from shared.events import Draft


def register_subordinates(state: State, known: Known, command: RegisterSubordinates, caller: Caller) -> Draft:
    """The whole list with classes, citing the unit's own document (plan I.2); it replaces the one before."""
    speaker = _speaker(state.visit(command.unit), "register_subordinates", caller)
    open_unit(known, command.unit)
    classes = {one.id for one in book_of(known).classes}
    codes = [one["code"] for one in command.subordinates]
    faults = [
        Fault(
            "subordinate-twice",
            f"Nêu hai lần: {code}.",
            f"Named twice: {code}.",
            f"subordinates.{place}.code",
            code,
        )
        for place, code in enumerate(codes)
        if code in codes[:place]
    ]
    faults += [
        Fault(
            "unknown-class",
            f"Bộ tiêu chí không có mức “{one['class']}”.",
            f'The rulebook has no class "{one["class"]}".',
            f"subordinates.{place}.class",
            one["class"],
        )
        for place, one in enumerate(command.subordinates)
        if "class" in one and one["class"] not in classes
    ]
    if faults:
        raise Refused.many(faults)
    data = {
        **_facts(speaker, known, command.unit),
        "subordinates": list(command.subordinates),
        "document": command.document,
    }
    return Draft("subordinates.registered.v1", command.unit, data)


def declare_attendance(state: State, known: Known, command: DeclareAttendance, caller: Caller) -> Draft:
    """Who will attend, each person a salted digest.  What departs from the rule is noted, and refused never.

    The version is the next of the unit's.  After the session has begun the list stands as it was.
    """
    visit = state.visit(command.unit)
    speaker = _speaker(visit, "declare_attendance", caller)
    unit = open_unit(known, command.unit)
    _check_not_begun(visit)
    found = deviations(
        book_of(known), unit.area, command.attendees, visit.record.subordinates, command.reason
    )
    data = {
        **_facts(speaker, known, command.unit),
        "version": visit.record.attendances + 1,
        "attendees": list(command.attendees),
        "deviations": found,
        **without_none(reason=command.reason),
    }
    return Draft("attendance.declared.v1", command.unit, data)


def declare_site(state: State, known: Known, command: DeclareSite, caller: Caller) -> Draft:
    """Whether the place is ready (plan III.4); when it is not, what is lacking."""
    visit = state.visit(command.unit)
    speaker = _speaker(visit, "declare_site", caller)
    open_unit(known, command.unit)
    _check_not_begun(visit)
    if not command.ready and command.text is None:
        raise Refused(
            "explanation-missing",
            "Nêu còn thiếu gì.",
            "State what is lacking.",
            field="text",
        )
    data = {**_facts(speaker, known, command.unit), "ready": command.ready, **without_none(text=command.text)}
    return Draft("site.declared.v1", command.unit, data)


def answer_party_committee(
    state: State, known: Known, command: AnswerPartyCommittee, caller: Caller
) -> Draft:
    """Whether the party committee attends (plan III.2), or why not; by the unit or the team's secretary."""
    visit = state.visit(command.unit)
    speaker = _speaker(visit, "answer_party_committee", caller)
    open_unit(known, command.unit)
    if not command.attends and command.text is None:
        raise Refused(
            "explanation-missing",
            "Nêu vì sao cấp ủy không dự.",
            "State why the party committee does not attend.",
            field="text",
        )
    data = {
        **_facts(speaker, known, command.unit),
        "attends": command.attends,
        **without_none(text=command.text, document=command.document),
    }
    return Draft("party_committee.answered.v1", command.unit, data)


def _speaker(visit: Visit, operation: str, caller: Caller) -> Speaker:
    team = visit.slot.team if visit.slot else None
    return caller.authorise(Target(unit=visit.unit, team=team), f"inspections.{operation}")


def _facts(speaker: Speaker, known: Known, unit: str) -> dict[str, Any]:
    return speaker.facts(responsible=unit, base_position=known.base_position)


def _check_not_begun(visit: Visit) -> None:
    if visit.opened:
        raise Refused(
            "inspection-opened",
            f"Buổi kiểm tra {visit.unit} đã bắt đầu.",
            f"The inspection of {visit.unit} has begun.",
            field="unit",
            value=visit.unit,
            status=409,
        )
