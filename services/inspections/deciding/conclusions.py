"""The leader's conclusion (plan III.7).  Pure."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from services.inspections.commands import Adjust, SignConclusion
from services.inspections.deciding.asking import book_of, check_team, not_scheduled, open_unit
from services.inspections.known import Known, KnownUnit, at_stage, effective
from services.inspections.state import State
from shared.access import Target
from shared.deciding import Caller, check_happened
from shared.decisions import Fault, Refused
from shared.events import Draft
from shared.rulebook import RESCALED, Leaf, Points, Rulebook, ValueRefused, check_value, number


def sign_conclusion(state: State, known: Known, command: SignConclusion, caller: Caller) -> Draft:
    """The leader concludes: inspection scores, adjustments of other leaves, recognised models (plan III.7).

    The conclusion *is* the adjustment.  What an adjustment corrects is taken from the ledger at
    ``base_position``; a client that states otherwise is told so (409 ``stale-adjustment``).
    """
    visit = state.visit(command.unit)
    slot = visit.slot
    speaker = caller.authorise(
        Target(unit=command.unit, team=slot.team if slot else None), "inspections.sign_conclusion"
    )
    unit = open_unit(known, command.unit)
    book = book_of(known)
    if slot is None:
        raise not_scheduled(command.unit)
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
    adjustments = _adjustments(book, unit, command.adjustments)
    refs = [model["ref"] for model in command.recognised_models]
    if len(set(refs)) != len(refs):
        raise Refused(
            "model-twice",
            "Một mô hình chỉ ghi nhận một lần.",
            "A model is recognised once.",
            field="recognised_models",
        )
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


def _check_scores(book: Rulebook, unit: KnownUnit, scores: Sequence[dict[str, str]]) -> None:
    """Every first-stage inspection leaf of the area once, each value as the rulebook takes it."""
    faults: list[Fault] = []
    seen: set[str] = set()
    for place, score in enumerate(scores):
        criterion = score["criterion"]
        leaf = book.leaf.get(criterion)
        if criterion in seen:
            faults.append(_twice(f"scores.{place}.criterion", criterion))
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
            faults += _value_fault(book, unit, criterion, score["value"], f"scores.{place}", "value")
        seen.add(criterion)
    faults += [
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
    if faults:
        raise Refused.many(faults)


def _adjustments(book: Rulebook, unit: KnownUnit, given: Sequence[Adjust]) -> list[dict[str, Any]]:
    faults: list[Fault] = []
    stale: list[Fault] = []
    made: list[dict[str, Any]] = []
    for place, change in enumerate(given):
        leaf = book.leaf.get(change.criterion)
        if leaf is not None and leaf.stage == "inspection":
            faults.append(
                Fault(
                    "not-an-adjustment",
                    f"Tiêu chí {leaf.id} do đoàn chấm lần đầu; ghi ở phần điểm kiểm tra.",
                    f"Criterion {leaf.id} is scored by the team itself; state it among the scores.",
                    f"adjustments.{place}.criterion",
                    leaf.id,
                )
            )
            continue
        if any(entry["criterion"] == change.criterion for entry in made):
            faults.append(_twice(f"adjustments.{place}.criterion", change.criterion))
            continue
        found = _value_fault(book, unit, change.criterion, change.to, f"adjustments.{place}", "to")
        if found or leaf is None:
            faults += found
            continue
        entry, changed = _corrects(book, unit, leaf, change, place)
        stale += changed
        made.append(entry)
    if faults:
        raise Refused.many(faults)
    if stale:
        raise Refused.many(stale, status=409)
    return made


def _corrects(
    book: Rulebook, unit: KnownUnit, leaf: Leaf, change: Adjust, place: int
) -> tuple[dict[str, Any], list[Fault]]:
    """The adjustment as the event has it, and where the client saw something else."""
    now: dict[str, str | None] = {
        "from_self": _shown(at_stage(book, unit, leaf, "self")),
        "from_effective": _shown(effective(book, unit, leaf)),
    }
    stale = [
        Fault(
            "stale-adjustment",
            f"Tiêu chí {leaf.id}: giá trị hiện nay là {now[name]}, không phải {getattr(change, name)}.",
            f"Criterion {leaf.id}: the value is {now[name]} now, not {getattr(change, name)}.",
            f"adjustments.{place}.{name}",
            getattr(change, name),
        )
        for name in sorted(change.stated)
        if not _same(now[name], getattr(change, name))
    ]
    return {"criterion": leaf.id, **now, "to": change.to, "reason": change.reason}, stale


def _shown(points: Points | None) -> str | None:
    """Points as a decimal string of the event: shortest form, cut to its six digits where they never end."""
    if points is None or points is RESCALED:
        return None
    digits = number.decimals(points)
    if digits is not None and digits <= 6:
        return number.shortest(points)
    return number.shortest(number.to_step(points, Fraction(1, 10**6), "HALF_EVEN"))


def _same(one: str | None, other: str | None) -> bool:
    if one is None or other is None:
        return one is other
    return number.parse(one) == number.parse(other)


def _value_fault(
    book: Rulebook, unit: KnownUnit, criterion: str, value: str, place: str, field: str
) -> list[Fault]:
    try:
        check_value(book, unit.area, criterion, "inspection", value)
    except ValueRefused as refusal:
        name = field if refusal.field == "value" else refusal.field
        given = value if refusal.field == "value" else criterion
        return [Fault(refusal.rule, refusal.message_vi, refusal.message_en, f"{place}.{name}", given)]
    return []


def _twice(field: str, criterion: str) -> Fault:
    return Fault(
        "criterion-twice",
        f"Tiêu chí {criterion} nêu hai lần.",
        f"Criterion {criterion} is named twice.",
        field,
        criterion,
    )
