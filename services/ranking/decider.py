"""What the Standing Committee decides, and what the Office enters for it.  Pure.

A check here is a courtesy to the caller: the fold judges at the event's own position (architecture 3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.ranking.agenda import FORFEITS, agenda, open_cases
from services.ranking.engine import State, compute, sheet_of
from services.ranking.engine.facts import DECISION
from services.ranking.engine.sheet import TOO_LATE, Mark, Sheet, admissible
from shared.deciding import Stated
from shared.decisions import Fault, Refused
from shared.events import Draft
from shared.rulebook import Rulebook, ValueRefused, check_value
from shared.rulebook.number import on_step, parse

AMOUNTS = {
    "bonus": ("điểm thưởng", "bonus"),
    "penalty": ("điểm trừ", "penalty"),
}


@dataclass(frozen=True, slots=True)
class Known:
    """What ranking knows of a ledger when it decides: facts of others, at ``position`` events.

    ``areas``: area of every registered unit by its code.  ``noise``: digests of records that are not
    authentic, for :func:`acknowledge` alone.  ``candidate``: judges instead of the rulebook in force, in
    what-ifs only.  ``state`` is read, never changed.
    """

    position: int
    state: State
    areas: Mapping[str, str]
    noise: frozenset[str] = frozenset()
    candidate: Rulebook | None = None

    @property
    def rulebook(self) -> Rulebook | None:
        """The rulebook that decides: the one in force."""
        return self.candidate or self.state.rulebook

    def sheet(self, unit: str) -> Sheet:
        """The sheet of ``unit``.  Refuses a unit that is not open in this cycle."""
        found = sheet_of(self.state, unit, self.candidate)
        if found is None:
            raise Refused(
                "unit-not-open",
                f"“{unit}” không tham gia kỳ đánh giá này.",
                f'"{unit}" is not open in this cycle.',
                field="unit",
                value=unit,
            )
        return found


def areas_of(state: State) -> dict[str, str]:
    """The area of every registered unit by its code."""
    rows = {code: state.register(code) for code in state.units}
    return {
        code: row["area"]
        for code, row in rows.items()
        if row is not None and isinstance(row.get("area"), str)
    }


def rules_in_force(known: Known) -> Rulebook:
    """The rulebook.  Refuses while none is adopted: nothing can be decided without a rule."""
    if known.rulebook is None:
        raise Refused(
            "no-rulebook",
            "Chưa ban hành bộ tiêu chí; quản trị ban hành trước.",
            "No rulebook has been adopted; an administrator adopts one first.",
            status=409,
        )
    return known.rulebook


def area_of(known: Known, unit: str, field: str = "unit") -> str:
    """The area of ``unit``.  Refuses an unknown unit."""
    area = known.areas.get(unit)
    if area is None:
        raise Refused(
            "unknown-unit",
            f"Không có đơn vị “{unit}”.",
            f'There is no unit "{unit}".',
            field=field,
            value=unit,
        )
    return area


def decide_score(known: Known, command: Mapping[str, Any], facts: Mapping[str, Any]) -> Draft:
    """Points on the step, or NOT_APPLICABLE, at stage ``standing`` or ``appeal`` (rulebook 3)."""
    rulebook = rules_in_force(known)
    unit = command["unit"]
    try:
        check_value(
            rulebook,
            area_of(known, unit),
            command["criterion"],
            command["stage"],
            command.get("points"),
            None,
            command.get("state"),
        )
    except ValueRefused as error:
        field = "points" if error.field == "value" else error.field
        raise Refused(
            error.rule, error.message_vi, error.message_en, field=field, value=error.value
        ) from error
    return Draft("decision.score.v1", unit, {**facts, **_without(command, "unit")})


def decide_amount(kind: str, known: Known, command: Mapping[str, Any], facts: Mapping[str, Any]) -> Draft:
    """A bonus or penalty, accepted or refused (plan III.3): a proposal alone never counts.

    Refuses to decide an occurrence again as it is decided already: the second would count for nothing.
    """
    rulebook = rules_in_force(known)
    unit, code = command["unit"], command["code"]
    area_of(known, unit)
    rules = rulebook.bonus if kind == "bonus" else rulebook.penalty
    item = next((one for one in rules.items if one.code == code), None)
    vi, en = AMOUNTS[kind]
    if item is None:
        raise Refused(
            "unknown-code",
            f"Bộ tiêu chí không có mục {vi} “{code}”.",
            f'The rulebook has no {en} item "{code}".',
            field="code",
            value=code,
        )
    points = command.get("points")
    if item.per is not None and points is not None:
        raise Refused(
            "points-not-wanted",
            f"Mục {code} đã có mức điểm cố định; không ghi điểm.",
            f"Item {code} has a fixed worth; give no points.",
            field="points",
            value=points,
        )
    if item.per is None and command["outcome"] == "accepted":
        _check_amount(rulebook, code, points)
    ref = command["occurrence_ref"]
    before = [
        note.data.get("outcome")
        for note in known.state.decisions.values()
        if note.type == f"decision.{kind}.v1"
        and (note.subject, note.data.get("code"), note.data.get("occurrence_ref")) == (unit, code, ref)
    ]
    if before[-1:] == [command["outcome"]]:
        raise Refused(
            "already-decided",
            f"Sự việc “{ref}” của mục {code} đã được quyết định như vậy.",
            f'Occurrence "{ref}" of item {code} is decided so already.',
            field="occurrence_ref",
            value=ref,
            status=409,
        )
    return Draft(f"decision.{kind}.v1", unit, {**facts, **_without(command, "unit")})


def _check_amount(rulebook: Rulebook, code: str, points: str | None) -> None:
    if points is None:
        raise Refused(
            "missing-field", f"Mục {code} cần số điểm.", f"Item {code} needs points.", field="points"
        )
    worth = parse(points)
    if worth < 0:
        raise Refused(
            "below-minimum",
            "Số điểm không được âm.",
            "The points may not be negative.",
            field="points",
            value=points,
        )
    if not on_step(worth, rulebook.number.step):
        raise Refused(
            "off-step",
            f"{points} không đúng bước điểm.",
            f"{points} is not on the step.",
            field="points",
            value=points,
        )


def decide_forfeit(
    known: Known, history: Sequence[Stated], command: Mapping[str, Any], facts: Mapping[str, Any]
) -> Draft:
    """Confirm that a unit forfeits its inspection, lift that, or decline its case (plan III.4).

    ``history``: this service's own events of the unit, by number.  Declined, the inspection goes on and the
    unit keeps its right to complain.
    """
    rules_in_force(known)
    unit, outcome = command["unit"], command["outcome"]
    area_of(known, unit)
    stated = [event.type for event in history if event.type in FORFEITS]
    in_force = bool(stated) and stated[-1] == "decision.forfeit_confirmed.v1"
    if outcome == "declined":
        _check_case(known, unit, len(stated))
    elif outcome == "lifted" and not in_force:
        raise Refused(
            "nothing-to-lift",
            "Đơn vị này không có xác nhận nào đang có hiệu lực.",
            "No forfeit of this unit is in force.",
            status=409,
        )
    elif outcome == "confirmed" and in_force:
        raise Refused(
            "already-confirmed",
            "Đã xác nhận trước đó; không cần xác nhận lại.",
            "The forfeit is confirmed already.",
            status=409,
        )
    return Draft(f"decision.forfeit_{outcome}.v1", unit, {**facts, **_without(command, "unit", "outcome")})


def _check_case(known: Known, unit: str, stated: int) -> None:
    """Refuse to decline where no case waits.  ``stated``: decisions on forfeits of the unit so far; one that
    the ledger does not hold yet is on its way, and answers the case.
    """
    held = sum(note.subject == unit and note.type in FORFEITS for note in known.state.decisions.values())
    if stated > held or all(case.unit != unit for case in open_cases(known.state)):
        raise Refused(
            "no-open-case",
            f"Không có đề nghị nào về {unit} đang chờ quyết định.",
            f"No forfeit case of {unit} awaits a decision.",
            field="unit",
            value=unit,
            status=409,
        )


def decide_tie(known: Known, command: Mapping[str, Any], facts: Mapping[str, Any]) -> Draft:
    """An order of units that are tied; the fold uses it only as far as they are still tied (rulebook 7)."""
    rulebook = rules_in_force(known)
    area, order = command["area"], command["order"]
    if area not in rulebook.area:
        raise Refused(
            "unknown-area",
            f"Không có khu vực “{area}”.",
            f'There is no area "{area}".',
            field="area",
            value=area,
        )
    faults: list[Fault] = []
    seen: set[str] = set()
    for place, units in enumerate(order):
        for index, unit in enumerate(units):
            field = f"order.{place}.{index}"
            if known.areas.get(unit) != area:
                faults.append(
                    Fault(
                        "unknown-unit",
                        f"“{unit}” không thuộc khu vực {area}.",
                        f'"{unit}" is not a unit of area {area}.',
                        field,
                        unit,
                    )
                )
            elif unit in seen:
                faults.append(
                    Fault(
                        "repeated-unit",
                        f"“{unit}” được nêu hai lần.",
                        f'"{unit}" is named twice.',
                        field,
                        unit,
                    )
                )
            seen.add(unit)
    if faults:
        raise Refused.many(faults)
    if len(seen) < 2:
        raise Refused(
            "too-few-units",
            "Cần ít nhất hai đơn vị để phân định.",
            "An order needs at least two units.",
            field="order",
        )
    _leaves_nobody_out(known, area, seen)
    return Draft("decision.tie.v1", "*", {**facts, **command})


def _leaves_nobody_out(known: Known, area: str, named: set[str]) -> None:
    """An order without one of those who are level would part nobody, and the tie would stay open."""
    if known.candidate is not None:
        return
    for tie in agenda(known.state, compute(known.state)).ties:
        left_out = [unit for unit in tie.named if unit not in named]
        if tie.area == area and left_out and not named.isdisjoint(tie.units):
            units = ", ".join(left_out)
            raise Refused(
                "incomplete-order",
                f"Thứ tự còn thiếu đơn vị bằng điểm: {units}. Thiếu một đơn vị thì không phân định được ai.",
                f"The order leaves out units that are level: {units}. It would part nobody.",
                field="order",
                value=units,
            )


def withdraw_score(known: Known, command: Mapping[str, Any], facts: Mapping[str, Any]) -> Draft:
    """Take the latest decided value of a stage back; the older one shows again (rulebook 3)."""
    unit, criterion, stage = command["unit"], command["criterion"], command["stage"]
    area_of(known, unit)
    marks = _marks(known.sheet(unit))
    if not any(
        of == criterion and mark.origin == DECISION and mark.stage == stage and not mark.withdrawn
        for of, mark in marks
    ):
        raise Refused(
            "nothing-to-withdraw",
            f"Không có quyết định nào về tiêu chí {criterion} ở bước này để rút.",
            f"There is no decision on {criterion} at this stage to take back.",
            field="criterion",
            value=criterion,
            status=409,
        )
    return Draft("decision.score_withdrawn.v1", unit, {**facts, **_without(command, "unit")})


def decide_veto(known: Known, command: Mapping[str, Any], facts: Mapping[str, Any]) -> Draft:
    """Put a recorded veto of the rulebook in force, or lift it (rulebook 8)."""
    rulebook = rules_in_force(known)
    unit, name, lift = command["unit"], command["veto"], command["outcome"] == "lifted"
    area_of(known, unit)
    veto = next((one for one in rulebook.vetoes if one.id == name), None)
    event = None if veto is None else veto.lifted_by if lift else veto.event
    if event != ("veto.lifted" if lift else "veto.recorded"):
        raise Refused(
            "unknown-veto",
            f"Bộ tiêu chí không có điều kiện khống chế “{name}” do Ban Thường vụ ghi nhận hoặc gỡ.",
            f'The rulebook has no veto "{name}" that is recorded or lifted by decision.',
            field="veto",
            value=name,
        )
    if (name in known.sheet(unit).vetoes) != lift:
        raise Refused(
            "nothing-to-lift" if lift else "already-confirmed",
            f"Điều kiện {name} {'không có' if lift else 'đã có'} hiệu lực với đơn vị này.",
            f"Veto {name} is {'not' if lift else 'already'} in force for this unit.",
            field="veto",
            value=name,
            status=409,
        )
    kind = "decision.veto_lifted.v1" if lift else "decision.veto_recorded.v1"
    return Draft(kind, unit, {**facts, **_without(command, "unit", "outcome")})


def decide_late_fact(known: Known, command: Mapping[str, Any], facts: Mapping[str, Any]) -> Draft:
    """Let a score that came too late count, or not (domain 6).

    It counts from the decision on; what is published already changes only by a new version.  A refusal
    takes an admission back.
    """
    rulebook = rules_in_force(known)
    unit, fact = command["unit"], command["fact"]
    area_of(known, unit)
    mark = next((mark for _, mark in _marks(known.sheet(unit)) if mark.position == fact), None)
    taken_back = command["outcome"] == "refused" and mark is not None and mark.admitted is not None
    if mark is None or mark.withdrawn or not (mark.status in TOO_LATE or taken_back):
        raise Refused(
            "nothing-to-decide",
            f"Ở vị trí {fact} không có điểm trễ nào của đơn vị này đang chờ quyết định.",
            f"At position {fact} no late score of this unit awaits a decision.",
            field="fact",
            value=fact,
            status=409,
        )
    if not taken_back and not admissible(mark.status, rulebook):
        raise Refused(
            "too-late",
            "Bộ tiêu chí không nhận điểm sau khi đợt kiểm tra kết thúc (score_after_round_closed).",
            "The rulebook takes no score after the round is closed (score_after_round_closed).",
            field="fact",
            value=fact,
            status=409,
        )
    return Draft("decision.late_fact.v1", unit, {**facts, **_without(command, "unit")})


def decide_exception(known: Known, command: Mapping[str, Any], facts: Mapping[str, Any]) -> Draft:
    """Let a unit be published although these criteria have no value (rulebook 6)."""
    rules_in_force(known)
    unit = command["unit"]
    area_of(known, unit)
    missing = known.sheet(unit).missing
    faults = [
        Fault(
            "not-missing",
            f"Tiêu chí {criterion} của đơn vị này không thiếu điểm, hoặc bị nêu hai lần.",
            f"Criterion {criterion} of this unit is not missing, or is named twice.",
            f"criteria.{n}",
            criterion,
        )
        for n, criterion in enumerate(command["criteria"])
        if criterion not in missing or criterion in command["criteria"][:n]
    ]
    if faults:
        raise Refused.many(faults)
    return Draft("decision.exception.v1", unit, {**facts, **_without(command, "unit")})


def answer_entry(known: Known, command: Mapping[str, Any], facts: Mapping[str, Any]) -> Draft:
    """A member says whether the Committee decided what the Office entered for it.

    Refuses what was not entered for it, what is confirmed already, and the very person who entered it.
    """
    position = command["decision"]
    note = known.state.decisions.get(position)
    if note is None or not note.on_behalf or note.confirmed is not None:
        raise Refused(
            "nothing-to-confirm",
            f"Ở vị trí {position} không có quyết định nào do Văn phòng nhập đang chờ xác nhận.",
            f"At position {position} no decision entered by the Office awaits an answer.",
            field="decision",
            value=position,
            status=409,
        )
    dispute = command["outcome"] == "disputed"
    if dispute and note.disputed is not None:
        raise Refused(
            "already-disputed",
            "Quyết định này đã bị bác trước đó.",
            "The entry is disputed already.",
            status=409,
        )
    entered = note.data.get("actor")
    if isinstance(entered, Mapping) and entered.get("sub") == facts["actor"]["sub"]:
        raise Refused(
            "own-entry",
            "Người đã nhập không tự xác nhận; cần một thành viên khác.",
            "Whoever entered it may not confirm it; another member does.",
            status=403,
        )
    kind = "decision.disputed.v1" if dispute else "decision.confirmed.v1"
    return Draft(kind, note.subject, {**facts, **_without(command, "outcome")})


def acknowledge(known: Known, command: Mapping[str, Any], facts: Mapping[str, Any]) -> Draft:
    """Say why an event that nobody understands, or a record that is not authentic, may stand."""
    event, noise = command.get("event"), command.get("noise")
    if (event is None) == (noise is None):
        raise Refused(
            "missing-field",
            "Nêu đúng một trong hai: event hoặc noise.",
            "Name exactly one of event and noise.",
            field="event",
        )
    if event is not None:
        waiting = {position for position, _ in known.state.uninterpreted_at} - known.state.acknowledged
        field, value, waits = "event", event, event in waiting
    else:
        field, value, waits = "noise", noise, noise in known.noise - known.state.acknowledged_noise
    if not waits:
        raise Refused(
            "nothing-to-acknowledge",
            "Không có sự kiện hay bản ghi nào như vậy đang chờ ghi nhận.",
            "No such event or record awaits an acknowledgement.",
            field=field,
            value=value,
            status=409,
        )
    kind = "event.acknowledged.v1" if event is not None else "noise.acknowledged.v1"
    return Draft(kind, "*", {**facts, **command})


def freeze(known: Known, command: Mapping[str, Any], facts: Mapping[str, Any]) -> Draft:
    """Give a position a name; without ``position``, the present one."""
    name, position = command["name"], command.get("position", known.position)
    if position > known.position:
        raise Refused(
            "position-ahead",
            f"Sổ cái mới đến vị trí {known.position}.",
            f"The ledger has reached position {known.position}.",
            field="position",
            value=position,
        )
    if any(one.name == name for one in known.state.freezes):
        raise Refused(
            "name-taken",
            f"Đã có mốc tên “{name}”.",
            f'There is a freeze named "{name}" already.',
            field="name",
            value=name,
            status=409,
        )
    return Draft("standings.frozen.v1", "*", {**facts, **command, "position": position})


def _marks(sheet: Sheet) -> list[tuple[str, Mark]]:
    """Every mark of a unit with its criterion."""
    return [(leaf.id, mark) for leaf in sheet.leaves for mark in leaf.marks] + list(sheet.other_marks)


def _without(command: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in command.items() if key not in names}
