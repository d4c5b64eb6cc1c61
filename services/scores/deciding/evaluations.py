"""External evaluations: one document of joint authors about several units (plan III.3).  Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from services.scores.commands import (
    AcknowledgeEvaluation,
    EvaluationRow,
    RecordEvaluation,
    RecordScore,
)
from services.scores.deciding.setup import in_force, unknown_criterion, unknown_unit
from services.scores.state import Evaluation, State, evolve
from shared.access import Target
from shared.batch import MalformedRow, decide_rows
from shared.deciding import Caller, check_happened, without_none
from shared.decisions import Refused
from shared.events import Draft
from shared.events.canonical import canonical_bytes
from shared.events.envelope import instant
from shared.rulebook import Leaf

RecordOne = Callable[[State, RecordScore, Caller], Draft]


def record_evaluation(
    state: State, command: RecordEvaluation, caller: Caller, record: RecordOne
) -> list[Draft]:
    """``evaluation.received``, then one score of stage external per unit.  ``record`` decides one score.

    The same content sent to the other recipient too is a copy: stated, without values of its own.  Sent
    twice to the same one it is a duplicate.  A later version names the one it ``supersedes``, and why.
    Whether it is late or went to the wrong recipient is no reason to refuse it: both are shown.
    """
    book = in_force(state)
    leaf = book.leaf.get(command.criterion)
    if leaf is None:
        raise unknown_criterion(command.criterion)
    if leaf.stage != "external":
        raise Refused(
            "not-external",
            f"Tiêu chí {leaf.id} không chấm bằng đánh giá bên ngoài.",
            f"Criterion {leaf.id} is not scored by an external evaluation.",
            field="criterion",
            value=leaf.id,
        )
    owners = state.owners(leaf, instant(caller.now))
    speaker = caller.authorise(
        Target(stage="external", owners=owners, entered_by=leaf.entered_by, office=state.offices or ("VP",)),
        "scores.record_score",
    )
    check_happened(command.received_at, caller.now)
    content = _content(command)
    earlier = [one for one in state.evaluations.values() if one.criterion == leaf.id]
    copied = _copied(earlier, command, content)
    if copied is None:
        _check_version(state, earlier, command, leaf)
    name = f"{leaf.id}-{len(earlier) + 1}"
    received = {
        **speaker.facts(responsible=owners[0], occurred_at=command.received_at),
        "evaluation": name,
        "criterion": leaf.id,
        "document": command.document,
        "authors": list(owners),
        "addressed_to": command.addressed_to,
        "units": len(command.entries),
        "content": content,
        **without_none(
            supersedes=command.supersedes,
            reason=command.reason,
            copy_of=None if copied is None else copied.evaluation,
        ),
    }
    drafts = [Draft("evaluation.received.v1", "*", received)]
    if copied is not None:
        return drafts
    rows = tuple(
        row if isinstance(row, MalformedRow) else _as_score(command, row, name) for row in command.entries
    )
    stated = decide_rows(state, rows, lambda held, row: record(held, row, caller), evolve, name="entries")
    return [*drafts, *stated.drafts]


def acknowledge_evaluation(state: State, command: AcknowledgeEvaluation, caller: Caller) -> list[Draft]:
    """The unit has read what was said of it; once per evaluation."""
    speaker = caller.authorise(Target(unit=command.unit), "scores.acknowledge_evaluation")
    unit = state.units.get(command.unit)
    if unit is None:
        raise unknown_unit(command.unit)
    about = any(
        entry.evaluation == command.evaluation for entries in unit.values.values() for entry in entries
    )
    if command.evaluation not in state.evaluations or not about:
        raise Refused(
            "unknown-evaluation",
            f"Không có đánh giá “{command.evaluation}” nào về {unit.code}.",
            f'There is no evaluation "{command.evaluation}" about {unit.code}.',
            field="evaluation",
            value=command.evaluation,
            status=404,
        )
    if command.evaluation in unit.acknowledged:
        raise Refused(
            "evaluation-acknowledged",
            f"{unit.code} đã xác nhận nhận đánh giá {command.evaluation}.",
            f"{unit.code} has acknowledged the evaluation {command.evaluation} already.",
            field="evaluation",
            value=command.evaluation,
            status=409,
        )
    facts = speaker.facts(responsible=unit.code)
    return [Draft("evaluation.acknowledged.v1", unit.code, {**facts, "evaluation": command.evaluation})]


def _as_score(command: RecordEvaluation, row: EvaluationRow, name: str) -> RecordScore:
    return RecordScore(
        unit=row.unit,
        criterion=command.criterion,
        stage="external",
        value=row.value,
        target=row.target,
        state=row.state,
        period=command.period,
        reason=command.reason,
        basis=row.basis,
        evidence=row.evidence,
        document=command.document,
        evaluation=name,
        occurred_at=command.received_at,
    )


def _content(command: RecordEvaluation) -> str:
    """SHA-256 over what it says, whatever the order of its rows."""
    said = sorted(
        [row.unit, row.value or "", row.target or "", row.state or ""]
        for row in command.entries
        if not isinstance(row, MalformedRow)
    )
    about = {"criterion": command.criterion, "period": command.period or "", "entries": said}
    return "sha256:" + hashlib.sha256(canonical_bytes(about)).hexdigest()


def _copied(earlier: list[Evaluation], command: RecordEvaluation, content: str) -> Evaluation | None:
    """The evaluation of which this is a copy to another recipient.  Raises when it is a duplicate."""
    same = [one for one in earlier if one.content == content and not one.superseded]
    for one in same:
        if one.addressed_to == command.addressed_to:
            raise Refused(
                "duplicate-evaluation",
                f"Nội dung này đã nhận rồi: đánh giá {one.evaluation}.",
                f"The same content was received already: evaluation {one.evaluation}.",
                field="entries",
                value=one.evaluation,
                status=409,
            )
    return same[0] if same else None


def _check_version(state: State, earlier: list[Evaluation], command: RecordEvaluation, leaf: Leaf) -> None:
    known = {one.evaluation for one in earlier if not one.superseded}
    if command.supersedes is not None:
        if command.supersedes not in known:
            raise Refused(
                "unknown-evaluation",
                f"Không có đánh giá “{command.supersedes}” còn hiệu lực của tiêu chí {leaf.id}.",
                f'Criterion {leaf.id} has no evaluation "{command.supersedes}" in force.',
                field="supersedes",
                value=command.supersedes,
            )
        if command.reason is None:
            raise Refused(
                "reason-missing",
                "Phiên bản mới thay phiên bản trước cần nêu lý do.",
                "A new version that replaces another needs a reason.",
                field="reason",
            )
        return
    for row in command.entries:
        if isinstance(row, MalformedRow) or row.unit not in state.units:
            continue
        standing = state.units[row.unit].standing(leaf.id, "external")
        if standing is not None and standing.evaluation in known:
            raise Refused(
                "evaluation-exists",
                f"{row.unit} đã có trong đánh giá {standing.evaluation}; bản mới phải nêu bản cũ và lý do.",
                f"{row.unit} is in evaluation {standing.evaluation}; a new version says supersedes and why.",
                field="supersedes",
                value=None,
                status=409,
            )
