"""Deciders of what becomes of a unit: another name, another area, its end, a merger, a split.  Pure.

Each is a fact about one unit that holds from a day on, by a document.  A merger or a split is one command
and several such facts: who closes, and who is formed (decision 0023).  What counts in a cycle is the register
as it reads on the last day of the period, so a change of the next day leaves this year's results alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from services.scores.commands import (
    CloseUnit,
    MergeUnits,
    MoveUnit,
    NewUnit,
    RegisterUnit,
    RenameUnit,
    SplitUnit,
)
from services.scores.deciding.setup import check_area, in_force, registration, unknown_unit
from services.scores.state import State, Unit, evolve
from shared.access import Target
from shared.deciding import Caller, without_none
from shared.decisions import Refused
from shared.events import Draft

_OPERATION = "scores.change_unit"


def rename(state: State, command: RenameUnit, caller: Caller) -> list[Draft]:
    """The unit bears another name from a day on.  Its code stays, and older results keep the older name."""
    speaker = caller.authorise(Target(), _OPERATION)
    unit = _standing(state, command.unit, command.valid_from, "valid_from")
    if unit.name == command.name:
        raise _unchanged("name", command.name)
    said = {"name": command.name, "valid_from": command.valid_from, "document": command.document}
    return [Draft("unit.renamed.v1", unit.code, {**speaker.facts(), **said})]


def move(state: State, command: MoveUnit, caller: Caller) -> list[Draft]:
    """The unit belongs to another area, or is of another kind, from a day on."""
    speaker = caller.authorise(Target(), _OPERATION)
    check_area(in_force(state), command.area)
    unit = _standing(state, command.unit, command.valid_from, "valid_from")
    if (unit.area, unit.kind) == (command.area, command.kind or unit.kind):
        raise _unchanged("area", command.area)
    said = {
        "area": command.area,
        **without_none(kind=command.kind),
        "valid_from": command.valid_from,
        "document": command.document,
    }
    return [Draft("unit.moved.v1", unit.code, {**speaker.facts(), **said})]


def close(state: State, command: CloseUnit, caller: Caller) -> list[Draft]:
    """A unit has a last day.  Said again it corrects day or successors: the later statement stands."""
    speaker = caller.authorise(Target(), _OPERATION)
    return [_closing(state, command, speaker.facts())]


def merge(state: State, command: MergeUnits, caller: Caller) -> list[Draft]:
    """Units become one: the new one is registered with them as predecessors, and each of them closes."""
    speaker = caller.authorise(Target(), _OPERATION)
    facts = speaker.facts()
    _check_once(command.units, "units")
    if command.into is None:
        assert command.successor is not None  # the request has exactly one of the two
        remaining, formed = command.successor, []
    elif len(command.units) < 2:
        raise _too_few("units", "Hợp nhất", "A merger into a new unit")
    else:
        remaining, formed = command.into.unit, [command.into]
    stating = _Stating(state)
    for code in command.units:
        _check_not_closed(state, code, "units")
    stating.form(formed, command.last_day, command.units, facts)
    for code in command.units:
        stating.close(
            CloseUnit(code, command.last_day, command.document, command.reason, (remaining,)), facts
        )
    return stating.drafts


def split(state: State, command: SplitUnit, caller: Caller) -> list[Draft]:
    """A unit becomes several: the new ones are registered with it as predecessor, and it closes."""
    speaker = caller.authorise(Target(), _OPERATION)
    facts = speaker.facts()
    after = (*(one.unit for one in command.into), *command.successors)
    if len(after) < 2:
        raise _too_few("into", "Chia tách", "A split")
    _check_not_closed(state, command.unit, "unit")
    stating = _Stating(state)
    stating.form(command.into, command.last_day, (command.unit,), facts)
    stating.close(CloseUnit(command.unit, command.last_day, command.document, command.reason, after), facts)
    return stating.drafts


class _Stating:
    """The facts of one command, each decided on what those before it made of the state."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.drafts: list[Draft] = []

    def form(
        self,
        units: Iterable[NewUnit],
        last_day: str,
        predecessors: Sequence[str],
        facts: Mapping[str, Any],
    ) -> None:
        """``units`` are registered from the day after ``last_day``."""
        for one in units:
            command = RegisterUnit(
                one.unit,
                one.area,
                one.kind,
                one.name,
                valid_from=_day_after(last_day).isoformat(),
                predecessors=tuple(predecessors),
            )
            self._add(registration(self._state, command, facts))

    def close(self, command: CloseUnit, facts: Mapping[str, Any]) -> None:
        """A unit closes."""
        self._add(_closing(self._state, command, facts))

    def _add(self, draft: Draft) -> None:
        self._state = evolve(self._state, draft)
        self.drafts.append(draft)


def _closing(state: State, command: CloseUnit, facts: Mapping[str, Any]) -> Draft:
    """The fact that a unit closes.  Its place is taken from the next day on, so nobody is left without."""
    unit = _known(state, command.unit)
    last = date.fromisoformat(command.last_day)
    if unit.valid_from is not None and last < unit.valid_from:
        raise _not_standing(unit, last, "last_day")
    _check_order(state, unit, last)
    _check_once(command.successors, "successors")
    for code in command.successors:
        if code == unit.code:
            raise Refused(
                "own-successor",
                f"Đơn vị {code} không thể kế thừa chính mình.",
                f"Unit {code} cannot succeed itself.",
                field="successors",
                value=code,
            )
        successor = _known(state, code, "successors")
        if not successor.open_on(_day_after(command.last_day)):
            raise _not_standing(successor, _day_after(command.last_day), "successors")
    said = unit.closing
    if said is not None and (said["last_day"], tuple(said["successors"])) == (
        command.last_day,
        command.successors,
    ):
        raise _unchanged("last_day", command.last_day)
    data = {
        **facts,
        "last_day": command.last_day,
        "successors": list(command.successors),
        "document": command.document,
        "reason": command.reason,
    }
    return Draft("unit.closed.v1", unit.code, data)


def _check_order(state: State, unit: Unit, last: date) -> None:
    """A unit does not close before a change that was stated of it, nor before it succeeds another."""
    changes = [date.fromisoformat(one.data["valid_from"]) for one in unit.changes if "valid_from" in one.data]
    succeeds = [
        _day_after(one.closing["last_day"])
        for one in state.units.values()
        if one.closing is not None and unit.code in one.closing["successors"]
    ]
    latest = max([*changes, *succeeds], default=last)
    if last < latest:
        raise Refused(
            "day-order",
            f"{unit.code} còn thay đổi từ ngày {latest.isoformat()}, sau ngày cuối {last.isoformat()}.",
            f"A change of {unit.code} takes effect on {latest.isoformat()}, after {last.isoformat()}.",
            field="last_day",
            value=last.isoformat(),
        )


def _known(state: State, code: str, field: str = "unit") -> Unit:
    unit = state.units.get(code)
    if unit is None:
        raise unknown_unit(code, field)
    return unit


def _standing(state: State, code: str, day: str, field: str) -> Unit:
    """The unit as it reads on ``day``.  Raises when it does not stand in the register then."""
    unit = _known(state, code).on(date.fromisoformat(day))
    if not unit.open_on(date.fromisoformat(day)):
        raise _not_standing(unit, date.fromisoformat(day), field)
    return unit


def _check_not_closed(state: State, code: str, field: str) -> None:
    if _known(state, code, field).closing is not None:
        raise Refused(
            "unit-closed",
            f"Đơn vị {code} đã kết thúc; sửa ngày hoặc đơn vị kế thừa bằng thao tác kết thúc.",
            f"Unit {code} is closed already; correct its day or its successors by closing it again.",
            field=field,
            value=code,
            status=409,
        )


def _check_once(codes: Sequence[str], field: str) -> None:
    twice = next((code for n, code in enumerate(codes) if code in codes[:n]), None)
    if twice is not None:
        raise Refused(
            "unit-twice",
            f"Đơn vị {twice} ghi hai lần.",
            f"Unit {twice} is named twice.",
            field=field,
            value=twice,
        )


def _day_after(day: str) -> date:
    """The next day; the calendar's last has none."""
    last = date.fromisoformat(day)
    return last if last == date.max else last + timedelta(days=1)


def _not_standing(unit: Unit, day: date, field: str) -> Refused:
    return Refused(
        "unit-not-standing",
        f"Danh sách ngày {day.isoformat()} không có {unit.code} ({_span(unit, 'từ', 'đến')}).",
        f"On {day.isoformat()} the register does not have {unit.code} ({_span(unit, 'from', 'to')}).",
        field=field,
        value=unit.code if field == "successors" else day.isoformat(),
    )


def _span(unit: Unit, first: str, last: str) -> str:
    named = ((first, unit.valid_from), (last, unit.valid_to))
    return ", ".join(f"{word} {day.isoformat()}" for word, day in named if day is not None)


def _unchanged(field: str, value: str) -> Refused:
    return Refused(
        "nothing-changed",
        f"Danh sách đã ghi “{value}” cho ngày ấy.",
        f'The register says "{value}" for that day already.',
        field=field,
        value=value,
        status=409,
    )


def _too_few(field: str, vi: str, en: str) -> Refused:
    return Refused(
        "one-unit-only",
        f"{vi} cần ít nhất hai đơn vị.",
        f"{en} needs two units at least.",
        field=field,
    )
