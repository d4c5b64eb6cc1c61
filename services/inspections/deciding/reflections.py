"""Every member's reflection report to his leader (plan III.5).  Pure."""

from __future__ import annotations

from services.inspections.commands import SubmitReflection
from services.inspections.deciding.asking import book_of
from services.inspections.known import Known
from services.inspections.state import Reflected, State
from shared.access import Target
from shared.deciding import Caller, without_none
from shared.decisions import Refused
from shared.events import Draft

ROUND, INSPECTION = "round", "inspection"
"""Values of the policy ``reflection_scope``."""


def submit_reflection(state: State, known: Known, command: SubmitReflection, caller: Caller) -> Draft:
    """The report of a member as a salted digest; the text is kept beside the ledger.

    One per round or per inspection, by policy; sent again it is the next version.
    """
    speaker = caller.authorise(Target(team=command.team), "inspections.submit_reflection")
    team = state.teams.get(command.team)
    if team is None or all(member["person"] != speaker.sub for member in team.members):
        raise Refused(
            "not-a-member",
            f"Không có tên trong đoàn {command.team}.",
            f"Not a member of team {command.team}.",
            field="team",
            value=command.team,
            status=403,
        )
    per_inspection = book_of(known).policies["reflection_scope"] == INSPECTION
    if per_inspection != (command.unit is not None):
        raise Refused(
            "reflection-scope",
            "Bài thu hoạch viết cho từng cuộc kiểm tra: nêu đơn vị."
            if per_inspection
            else "Bài thu hoạch viết cho cả đợt: không nêu đơn vị.",
            "A reflection is about one inspection: name the unit."
            if per_inspection
            else "A reflection is about the round: name no unit.",
            field="unit",
            value=command.unit,
        )
    if command.unit is not None:
        slot = state.visit(command.unit).slot
        if slot is None or slot.team != command.team:
            raise Refused(
                "other-team",
                f"{command.unit} không thuộc đoàn {command.team}.",
                f"{command.unit} is not inspected by team {command.team}.",
                field="unit",
                value=command.unit,
                status=409,
            )
    data = {
        **speaker.facts(base_position=known.base_position),
        "person": speaker.sub,
        "digest": command.digest,
        **without_none(unit=command.unit),
    }
    return Draft("reflection.submitted.v1", f"team:{command.team}", data)


def missing_reflections(state: State, scope: str) -> tuple[Reflected, ...]:
    """Reports that nobody has sent in, by team, member and unit: of every member, for the round or for each
    concluded inspection, as the policy ``scope`` says.  They warn, and keep no round open.
    """
    about: dict[str, list[str | None]] = {}
    for code in sorted(state.visits):
        visit = state.visits[code]
        if visit.slot is not None and (scope == ROUND or visit.concluded):
            units = about.setdefault(visit.slot.team, [])
            if scope == INSPECTION:
                units.append(code)
            elif not units:
                units.append(None)
    return tuple(
        (team, member["person"], unit)
        for team in sorted(about)
        if team in state.teams
        for member in state.teams[team].members
        for unit in about[team]
        if (team, member["person"], unit) not in state.reflections
    )
