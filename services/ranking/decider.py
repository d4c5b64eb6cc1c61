"""What ranking decides: decisions of the Standing Committee, and what may be published.  Pure.

A check here is a courtesy to the caller: the fold judges at the event's own position (architecture 3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.decisions import Fault, Refused
from shared.events import Draft, Event
from shared.rulebook import Rulebook, ValueRefused, check_value
from shared.rulebook.number import on_step, parse

AMOUNTS = {
    "bonus": ("điểm thưởng", "bonus"),
    "penalty": ("điểm trừ", "penalty"),
}


@dataclass(frozen=True, slots=True)
class Known:
    """What ranking knows of a ledger when it decides: facts of others, at ``position`` events.

    ``areas``: area of every registered unit by its code.
    """

    position: int
    rulebook: Rulebook | None
    areas: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Standings that could be published: what a publication would pin, and what stands in its way.

    ``gaps``: records that wait behind a missing number.  ``uninterpreted``: events that nobody here
    understands.  ``illustrative``: the rulebook's status; ``demonstration``: the ledger's clock is a
    scenario's.
    """

    position: int
    root: str
    rulebook: str
    engine: str
    digest: str
    complete: int
    units: int
    provisional: bool
    gaps: int = 0
    uninterpreted: int = 0
    illustrative: bool = False
    demonstration: bool = False


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
    """A bonus or penalty, accepted or refused (plan III.3): a proposal alone never counts."""
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
    known: Known, history: Sequence[Event], command: Mapping[str, Any], facts: Mapping[str, Any]
) -> Draft:
    """Confirm, or lift, that a unit forfeits its inspection (plan III.4).

    ``history``: this service's own events of the unit, by number.
    """
    rules_in_force(known)
    unit, lift = command["unit"], command["outcome"] == "lifted"
    area_of(known, unit)
    stated = [event.type for event in history if event.type.startswith("decision.forfeit_")]
    in_force = bool(stated) and stated[-1] == "decision.forfeit_confirmed.v1"
    if lift and not in_force:
        raise Refused(
            "nothing-to-lift",
            "Đơn vị này không có xác nhận nào đang có hiệu lực.",
            "No forfeit of this unit is in force.",
            status=409,
        )
    if in_force and not lift:
        raise Refused(
            "already-confirmed",
            "Đã xác nhận trước đó; không cần xác nhận lại.",
            "The forfeit is confirmed already.",
            status=409,
        )
    name = "decision.forfeit_lifted.v1" if lift else "decision.forfeit_confirmed.v1"
    return Draft(name, unit, {**facts, **_without(command, "unit", "outcome")})


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
    return Draft("decision.tie.v1", "*", {**facts, **command})


def publish(
    publications: Sequence[Event], candidate: Candidate, status: str, facts: Mapping[str, Any]
) -> Draft:
    """A new version that pins ``candidate`` (invariant 6).

    Refuses when there is nothing to publish, when the newest version says the same already, while the
    ledger has an open gap or an event that is not understood (architecture 4.2), and an illustrative
    rulebook outside a demonstration (rulebook 1).
    """
    _check_gate(candidate)
    if candidate.position == 0 or candidate.units == 0 or not candidate.rulebook:
        raise Refused(
            "nothing-to-publish",
            "Chưa có gì để công bố: cần bộ tiêu chí và ít nhất một đơn vị.",
            "There is nothing to publish: a rulebook and at least one unit are needed.",
            status=409,
        )
    newest = publications[-1].data if publications else None
    if newest is not None and newest["digest"] == candidate.digest and newest["status"] == status:
        raise Refused(
            "nothing-changed",
            f"Bảng xếp hạng không đổi so với phiên bản {newest['version']}.",
            f"The standings are the same as in version {newest['version']}.",
            status=409,
        )
    return Draft(
        "result.published.v1",
        "*",
        {
            **facts,
            "version": newest["version"] + 1 if newest is not None else 1,
            "status": status,
            "position": candidate.position,
            "root": candidate.root,
            "rulebook": candidate.rulebook,
            "engine": candidate.engine,
            "digest": candidate.digest,
            "complete": candidate.complete,
            "units": candidate.units,
            "provisional": candidate.provisional,
        },
    )


def _check_gate(candidate: Candidate) -> None:
    faults = []
    if candidate.gaps:
        faults.append(
            Fault(
                "open-gap",
                f"Sổ cái còn {candidate.gaps} sự kiện chờ một số bị thiếu; chờ bổ sung rồi công bố.",
                f"{candidate.gaps} events wait behind a missing number; publish when the gap is filled.",
            )
        )
    if candidate.uninterpreted:
        faults.append(
            Fault(
                "not-understood",
                f"Có {candidate.uninterpreted} sự kiện chưa hiểu được; xử lý xong mới công bố.",
                f"{candidate.uninterpreted} events are not understood; resolve them first.",
            )
        )
    if candidate.illustrative and not candidate.demonstration:
        faults.append(
            Fault(
                "illustrative-rulebook",
                "Bộ tiêu chí minh họa chỉ công bố được trong sổ trình diễn.",
                "An illustrative rulebook can be published in a demonstration only.",
            )
        )
    if faults:
        raise Refused.many(faults, status=409)


def _without(command: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in command.items() if key not in names}
