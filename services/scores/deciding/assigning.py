"""Who scores which criterion from when on, and by when (plan III.3).  Pure."""

from __future__ import annotations

from services.scores.commands import AssignScoring, SetDue
from services.scores.deciding.completeness import turned_by_assignment
from services.scores.deciding.setup import in_force, unknown_criterion, unknown_department
from services.scores.state import State
from shared.access import Target
from shared.deciding import Caller, check_span, without_none
from shared.decisions import Refused
from shared.events import Draft
from shared.events.envelope import instant
from shared.rulebook.model import TEAM


def assign_scoring(state: State, command: AssignScoring, caller: Caller) -> list[Draft]:
    """Another body scores a criterion, never backwards: what was scored before stays its author's.

    What that completes or opens again for the old and the new owner is stated with it, if it holds at once.
    """
    speaker = caller.authorise(Target(), "scores.assign_scoring")
    book = in_force(state)
    leaf = book.leaf.get(command.criterion)
    if leaf is None:
        raise unknown_criterion(command.criterion)
    if leaf.owner == TEAM:
        raise Refused(
            "team-criterion",
            f"Tiêu chí {leaf.id} do đoàn kiểm tra chấm, không giao cho Ban.",
            f"Criterion {leaf.id} is scored by the inspection team; no department gets it.",
            field="criterion",
            value=leaf.id,
        )
    if command.owner not in state.departments:
        raise unknown_department(command.owner, "owner")
    now = instant(caller.now)
    start = command.start or now
    if start < now:
        raise Refused(
            "in-the-past",
            f"Phân công có hiệu lực từ {start}, trước bây giờ ({now}); chỉ phân công từ nay về sau.",
            f"It would hold from {start}, before now ({now}); content is assigned from now on only.",
            field="from",
            value=start,
        )
    check_span(start, command.until)
    if state.owner(leaf, start) == command.owner and command.until is None:
        raise Refused(
            "nothing-changed",
            f"Từ {start}, tiêu chí {leaf.id} vốn do {command.owner} chấm.",
            f"From {start} on, criterion {leaf.id} is scored by {command.owner} anyway.",
            field="owner",
            value=command.owner,
            status=409,
        )
    data = {
        **speaker.facts(),
        "criterion": leaf.id,
        "owner": command.owner,
        "from": start,
        "document": command.document,
        **without_none(until=command.until),
    }
    assigned = Draft("scoring.assigned.v1", "*", data)
    return [assigned, *turned_by_assignment(state, assigned, now)]


def set_due(state: State, command: SetDue, caller: Caller) -> list[Draft]:
    """By when a stage, or one external evaluation, is to be scored; the latest statement counts."""
    speaker = caller.authorise(Target(), "scores.set_due")
    book = in_force(state)
    if command.criterion is not None:
        leaf = book.leaf.get(command.criterion)
        if leaf is None:
            raise unknown_criterion(command.criterion)
        if leaf.stage != command.stage and not (command.stage == "self" and leaf.self_scored):
            raise Refused(
                "stage-closed",
                f"Tiêu chí {leaf.id} không chấm ở giai đoạn {command.stage}.",
                f"Criterion {leaf.id} is not scored at stage {command.stage}.",
                field="stage",
                value=command.stage,
            )
    data = {
        **speaker.facts(),
        "stage": command.stage,
        "due": command.due,
        "document": command.document,
        **without_none(criterion=command.criterion),
    }
    return [Draft("scoring.due_set.v1", "*", data)]
