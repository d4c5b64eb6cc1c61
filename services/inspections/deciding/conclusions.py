"""The leader's conclusion, its amendments, and the unit's answers to its adjustments (plan III.7).  Pure."""

from __future__ import annotations

from collections.abc import Sequence

from services.inspections.commands import (
    AmendConclusion,
    AnswerAdjustment,
    DelegateConclusion,
    SignConclusion,
)
from services.inspections.deciding.adjusting import adjustments_of, twice, value_faults
from services.inspections.deciding.asking import book_of, check_team, not_scheduled, open_unit, round_of
from services.inspections.known import Known, KnownUnit
from services.inspections.state import Slot, State, Visit
from shared.access import Target
from shared.deciding import Caller, Speaker, check_happened, without_none
from shared.decisions import Fault, Refused
from shared.events import Draft
from shared.rulebook import Rulebook


def sign_conclusion(state: State, known: Known, command: SignConclusion, caller: Caller) -> Draft:
    """The leader concludes: inspection scores, adjustments of other leaves, recognised models (plan III.7).

    Another member of the team may sign when the leader has delegated it to him by a document.  The
    conclusion *is* the adjustment.  What an adjustment corrects is taken from the ledger at
    ``base_position``; a client that states otherwise is told so (409 ``stale-adjustment``).
    """
    visit = state.visit(command.unit)
    slot, speaker = _speaker(visit, "sign_conclusion", caller)
    _check_delegation(visit, speaker)
    unit = open_unit(known, command.unit)
    book = book_of(known)
    check_team(command.team, slot)
    check_happened(command.occurred_at, caller.now)
    if not visit.opened or visit.concluded:
        raise Refused(
            "already-concluded" if visit.concluded else "not-opened",
            f"{command.unit} {'đã có kết luận' if visit.concluded else 'chưa mở buổi kiểm tra'}.",
            f"{command.unit} {'is concluded already' if visit.concluded else 'was not opened yet'}.",
            field="unit",
            value=command.unit,
            status=409,
        )
    _check_scores(book, unit, command.scores)
    adjustments = adjustments_of(book, unit, command.adjustments)
    _check_models(command.recognised_models)
    data = {
        **speaker.facts(occurred_at=command.occurred_at, base_position=known.base_position),
        "team": slot.team,
        "strengths": command.strengths,
        "limitations": command.limitations,
        "orientation": command.orientation,
        "scores": list(command.scores),
        "adjustments": adjustments,
        "recognised_models": list(command.recognised_models),
    }
    return Draft("conclusion.signed.v1", command.unit, data)


def delegate_conclusion(state: State, known: Known, command: DelegateConclusion, caller: Caller) -> Draft:
    """The leader lets another member of the team conclude at this unit; the newest delegation stands."""
    visit = state.visit(command.unit)
    slot, speaker = _speaker(visit, "delegate_conclusion", caller)
    open_unit(known, command.unit)
    if visit.concluded:
        raise Refused(
            "already-concluded",
            f"{command.unit} đã có kết luận.",
            f"{command.unit} is concluded already.",
            field="unit",
            value=command.unit,
            status=409,
        )
    team = state.teams.get(slot.team)
    members = team.members if team is not None else ()
    if all(one["person"] != command.person or one["role"] == "leader" for one in members):
        raise Refused(
            "not-a-delegate",
            f"{command.person} không phải thành viên khác của đoàn {slot.team}.",
            f"{command.person} is not another member of team {slot.team}.",
            field="person",
            value=command.person,
        )
    data = {
        **speaker.facts(base_position=known.base_position),
        "person": command.person,
        "document": command.document,
    }
    return Draft("conclusion.delegated.v1", command.unit, data)


def amend_conclusion(state: State, known: Known, command: AmendConclusion, caller: Caller) -> Draft:
    """The leader changes a signed conclusion while its round is open: states what changes, and why.

    Values rest on the ledger at ``base_position`` as those of the conclusion do; while the ledger does not
    hold all that was stated here, nothing can rest on it (409 ``ledger-behind``).
    """
    visit = state.visit(command.unit)
    slot, speaker = _speaker(visit, "amend_conclusion", caller)
    unit = open_unit(known, command.unit)
    book = book_of(known)
    check_team(command.team, slot)
    check_happened(command.occurred_at, caller.now)
    if not visit.concluded:
        raise Refused(
            "not-concluded",
            f"{command.unit} chưa có kết luận để sửa.",
            f"{command.unit} has no conclusion to amend yet.",
            field="unit",
            value=command.unit,
            status=409,
        )
    held = round_of(state, slot)
    if held.closed:
        raise Refused(
            "round-closed",
            f"Đợt {held.round} đã kết thúc: muốn sửa cần quyết định của Ban Thường vụ.",
            f"The round {held.round} is closed: a change needs a decision of the Standing Committee.",
            field="unit",
            value=command.unit,
            status=409,
        )
    changes = without_none(
        strengths=command.strengths,
        limitations=command.limitations,
        orientation=command.orientation,
        scores=command.scores,
        withdrawn=command.withdrawn,
    )
    if command.recognised_models is not None:
        _check_models(command.recognised_models)
        changes["recognised_models"] = list(command.recognised_models)
    faults = score_faults(book, unit, command.scores) + _withdrawal_faults(visit, command)
    if faults:
        raise Refused.many(faults)
    _check_caught_up(visit, unit, [change.criterion for change in command.adjustments])
    adjustments = adjustments_of(book, unit, command.adjustments)
    if adjustments:
        changes["adjustments"] = adjustments
    if not changes:
        raise Refused(
            "nothing-amended",
            "Chưa nêu nội dung nào được sửa.",
            "Nothing is stated that changes.",
            field="reason",
        )
    data = {
        **speaker.facts(occurred_at=command.occurred_at, base_position=known.base_position),
        "team": slot.team,
        "reason": command.reason,
        **changes,
    }
    return Draft("conclusion.amended.v1", command.unit, data)


def answer_adjustment(state: State, known: Known, command: AnswerAdjustment, caller: Caller) -> Draft:
    """The unit acknowledges or disputes one adjustment, once.  No number changes by it.

    What it answers is the adjustment that stands: after an amendment of that criterion it is asked again.
    """
    visit = state.visit(command.unit)
    team = visit.slot.team if visit.slot else None
    speaker = caller.authorise(Target(unit=command.unit, team=team), "inspections.answer_adjustment")
    standing = visit.record.adjustment(command.criterion)
    if standing is None:
        raise Refused(
            "unknown-adjustment",
            f"Kết luận không điều chỉnh tiêu chí {command.criterion} của {command.unit}.",
            f"No adjustment of {command.criterion} stands for {command.unit}.",
            field="criterion",
            value=command.criterion,
        )
    if standing != command.conclusion:
        raise Refused(
            "adjustment-amended",
            f"Điều chỉnh hiện nay của {command.criterion} là số {standing}, không phải {command.conclusion}.",
            f"The adjustment of {command.criterion} that stands is {standing}, not {command.conclusion}.",
            field="conclusion",
            value=command.conclusion,
            status=409,
        )
    if (command.criterion, standing) in visit.record.answers:
        raise Refused(
            "already-answered",
            f"Đã trả lời điều chỉnh {command.criterion}.",
            f"The adjustment of {command.criterion} is answered already.",
            field="criterion",
            value=command.criterion,
            status=409,
        )
    if command.disputes and command.text is None:
        raise Refused(
            "explanation-missing",
            "Nêu vì sao không đồng ý.",
            "State why it is disputed.",
            field="text",
        )
    data = {
        **speaker.facts(responsible=command.unit, base_position=known.base_position),
        "conclusion": command.conclusion,
        "criterion": command.criterion,
        **without_none(text=command.text),
    }
    answer = "disputed" if command.disputes else "acknowledged"
    return Draft(f"adjustment.{answer}.v1", command.unit, data)


def _speaker(visit: Visit, operation: str, caller: Caller) -> tuple[Slot, Speaker]:
    """The slot and who speaks.  Refuses at a unit without a session."""
    team = visit.slot.team if visit.slot else None
    speaker = caller.authorise(Target(unit=visit.unit, team=team), f"inspections.{operation}")
    if visit.slot is None:
        raise not_scheduled(visit.unit)
    return visit.slot, speaker


def _check_delegation(visit: Visit, speaker: Speaker) -> None:
    if speaker.role != "team_leader" and speaker.sub != visit.record.delegate:
        raise Refused(
            "not-delegated",
            "Chỉ Trưởng đoàn, hoặc thành viên được Trưởng đoàn ủy quyền bằng văn bản, được kết luận.",
            "Only the team leader, or the member that he delegated it to by a document, concludes.",
            status=403,
        )


def _check_models(models: Sequence[dict[str, str]]) -> None:
    refs = [model["ref"] for model in models]
    if len(set(refs)) != len(refs):
        raise Refused(
            "model-twice",
            "Một mô hình chỉ ghi nhận một lần.",
            "A model is recognised once.",
            field="recognised_models",
        )


def _check_scores(book: Rulebook, unit: KnownUnit, scores: Sequence[dict[str, str]]) -> None:
    """Every first-stage inspection leaf of the area once, each value as the rulebook takes it."""
    faults = score_faults(book, unit, scores) + missing_team_scores(book, unit, scores)
    if faults:
        raise Refused.many(faults)


def missing_team_scores(book: Rulebook, unit: KnownUnit, scores: Sequence[dict[str, str]]) -> list[Fault]:
    """The first-stage inspection leaves of the area that ``scores`` leave out, in the rulebook's order."""
    seen = {score["criterion"] for score in scores}
    return [
        Fault(
            "score-missing",
            f"Thiếu điểm của tiêu chí {leaf.id}: số 0 cũng là điểm, bỏ trống thì không.",
            f"Criterion {leaf.id} has no score: zero is a score, nothing is not.",
            "scores",
            leaf.id,
        )
        for leaf in book.leaves
        if leaf.stage == "inspection" and unit.area in leaf.max and leaf.id not in seen
    ]


def score_faults(book: Rulebook, unit: KnownUnit, scores: Sequence[dict[str, str]]) -> list[Fault]:
    """What is wrong with each of these scores of the team's own leaves."""
    faults: list[Fault] = []
    seen: set[str] = set()
    for place, score in enumerate(scores):
        criterion = score["criterion"]
        leaf = book.leaf.get(criterion)
        if criterion in seen:
            faults.append(twice(f"scores.{place}.criterion", criterion))
        elif leaf is not None and leaf.stage != "inspection":
            faults.append(
                Fault(
                    "not-an-inspection-leaf",
                    f"Tiêu chí {criterion} do nơi khác chấm; muốn sửa thì ghi ở phần điều chỉnh.",
                    f"Criterion {criterion} is scored elsewhere; correct it by an adjustment.",
                    f"scores.{place}.criterion",
                    criterion,
                )
            )
        else:
            faults += value_faults(book, unit, criterion, score["value"], f"scores.{place}", "value")
        seen.add(criterion)
    return faults


def _withdrawal_faults(visit: Visit, command: AmendConclusion) -> list[Fault]:
    """A withdrawn value has to stand, and a first score has to leave an older one behind it."""
    faults: list[Fault] = []
    stated = {score["criterion"] for score in command.scores}
    stated |= {change.criterion for change in command.adjustments}
    for place, criterion in enumerate(command.withdrawn):
        field = f"withdrawn.{place}"
        scores = visit.record.scored.get(criterion, ())
        if criterion in stated or criterion in command.withdrawn[:place]:
            faults.append(twice(field, criterion))
        elif len(scores) == 1:
            faults.append(
                Fault(
                    "score-missing",
                    f"Rút điểm {criterion} thì tiêu chí không còn điểm: hãy sửa thành điểm khác.",
                    f"Without this value {criterion} would have none: amend it to another.",
                    field,
                    criterion,
                )
            )
        elif not scores and visit.record.adjustment(criterion) is None:
            faults.append(
                Fault(
                    "unknown-adjustment",
                    f"Kết luận không có giá trị nào của {criterion} để rút.",
                    f"The conclusion has no value of {criterion} to withdraw.",
                    field,
                    criterion,
                )
            )
    return faults


def _check_caught_up(visit: Visit, unit: KnownUnit, criteria: Sequence[str]) -> None:
    """Refuse while the ledger holds other adjustments of ``criteria`` than were stated here."""
    behind = [
        criterion
        for criterion in criteria
        if len(unit.values.get((criterion, "inspection"), ()))
        != len(visit.record.adjusted.get(criterion, ()))
    ]
    if behind:
        raise Refused(
            "ledger-behind",
            f"Sổ chung chưa nhận đủ điều chỉnh trước của {behind[0]}; thử lại sau ít giây.",
            f"The ledger does not hold the last adjustment of {behind[0]} yet; try again in a moment.",
            field="adjustments",
            value=behind[0],
            status=409,
        )
