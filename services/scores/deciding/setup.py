"""Deciders of the set-up: cycle, rulebook, register.  Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.scores.commands import (
    AdoptRulebook,
    OpenCycle,
    RegisterDepartment,
    RegisterUnit,
)
from services.scores.state import State
from shared.access import Target
from shared.deciding import Caller, without_none
from shared.decisions import Refused
from shared.events import Draft
from shared.rulebook import Rulebook
from shared.rulebook.amend import amendment_fault
from shared.rulebook.faults import MESSAGES

PART_CHARACTERS = 12_000
"""Characters in one part of a rulebook: at four bytes each, with its envelope, below an event's 60 KiB."""


def open_cycle(state: State, command: OpenCycle, caller: Caller, cycle: str) -> list[Draft]:
    """A cycle opens once.  ``cycle``: the ledger's own."""
    speaker = caller.authorise(Target())
    if state.cycle is not None:
        raise Refused(
            "cycle-open",
            f"Chu kỳ “{state.cycle.name}” đã mở trong sổ này.",
            f'The cycle "{state.cycle.name}" is already open in this ledger.',
            status=409,
        )
    if command.cycle not in (None, cycle):
        raise Refused(
            "wrong-cycle",
            f"Sổ này dành cho chu kỳ {cycle}.",
            f"This ledger is for cycle {cycle}.",
            field="cycle",
            value=command.cycle,
        )
    _check_days(command.first, command.last, "period.from")
    period = {"from": command.first, "to": command.last}
    data = {**speaker.facts(), "cycle": cycle, "name": command.name, "period": period}
    return [Draft("cycle.opened.v1", "*", data)]


def adopt_rulebook(state: State, command: AdoptRulebook, caller: Caller, cycle: str) -> list[Draft]:
    """A rulebook takes force; after the first it is an amendment (rulebook format §1)."""
    speaker = caller.authorise(Target())
    if state.cycle is None:
        raise Refused("cycle-not-open", "Chưa mở chu kỳ.", "The cycle is not open yet.", status=409)
    book = command.rulebook
    if book.identity.cycle != cycle:
        raise Refused(
            "wrong-cycle",
            f"Bộ tiêu chí dành cho chu kỳ {book.identity.cycle}, sổ này là {cycle}.",
            f"The rulebook is for cycle {book.identity.cycle}; this ledger is {cycle}.",
            field="rulebook.cycle",
            value=book.identity.cycle,
        )
    if any(one.digest == book.digest for one in state.adopted):
        raise Refused(
            "rulebook-adopted",
            "Bộ tiêu chí này đã được ban hành; muốn sửa phải có phiên bản mới.",
            "This rulebook was adopted already; a change needs a new version.",
            field="rulebook",
            value=book.digest,
            status=409,
        )
    current = state.rulebook()
    if current is not None:
        _check_amendment(current, command)
    parts = _parts(book)
    facts = speaker.facts()
    drafts = [
        Draft(
            "rulebook.part.v1",
            "*",
            {**facts, "digest": book.digest, "index": index, "parts": len(parts), "text": text},
        )
        for index, text in enumerate(parts)
    ]
    identity = book.identity
    adopted = {
        **facts,
        "digest": book.digest,
        "parts": len(parts),
        "rulebook_id": identity.id,
        "version": identity.version,
        "status": identity.status,
        **without_none(decision=command.decision, mode=command.mode),
    }
    return [*drafts, Draft("rulebook.adopted.v1", "*", adopted)]


def _parts(book: Rulebook) -> list[str]:
    text = book.document.decode("utf-8")
    return [text[start : start + PART_CHARACTERS] for start in range(0, len(text), PART_CHARACTERS)]


def _check_amendment(current: Rulebook, command: AdoptRulebook) -> None:
    fault = amendment_fault(current, command.rulebook, command.mode, command.decision)
    if fault is None:
        return
    vi, en = MESSAGES[fault]
    raise Refused(
        "amendment-incomplete" if fault == "R070" else "amendment-too-wide",
        f"{fault}: {vi} (đang áp dụng {current.identity.version}).",
        f"{fault}: {en} (in force: {current.identity.version}).",
        field="decision" if fault == "R070" else "mode",
        value=command.decision if fault == "R070" else command.mode,
    )


def register_unit(state: State, command: RegisterUnit, caller: Caller) -> Draft:
    """A unit enters the register; a code is never used again (domain §4)."""
    speaker = caller.authorise(Target(), "scores.register_unit")
    return registration(state, command, speaker.facts())


def registration(state: State, command: RegisterUnit, facts: Mapping[str, Any]) -> Draft:
    """The fact that a unit enters the register, stated by whom ``facts`` name."""
    book = in_force(state)
    if command.unit in state.units:
        raise Refused(
            "unit-exists",
            f"Đã có đơn vị mã {command.unit}; mã không dùng lại.",
            f"There is a unit {command.unit} already; a code is never used again.",
            field="unit",
            value=command.unit,
            status=409,
        )
    check_area(book, command.area)
    if command.valid_from is not None and command.valid_to is not None:
        _check_days(command.valid_from, command.valid_to, "valid_from")
    data = {
        **facts,
        "area": command.area,
        "kind": command.kind,
        "name": command.name,
        "predecessors": list(command.predecessors),
        **without_none(valid_from=command.valid_from, valid_to=command.valid_to, successor=command.successor),
    }
    return Draft("unit.registered.v1", command.unit, data)


def check_area(book: Rulebook, area: str) -> None:
    """Refuse an area that the rulebook does not have."""
    if area not in book.area:
        raise Refused(
            "unknown-area",
            f"Bộ tiêu chí không có khu vực “{area}”.",
            f'The rulebook has no area "{area}".',
            field="area",
            value=area,
        )


def register_department(state: State, command: RegisterDepartment, caller: Caller) -> Draft:
    """A body that scores enters the register."""
    speaker = caller.authorise(Target(), "scores.register_department")
    if command.code in state.departments:
        raise Refused(
            "department-exists",
            f"Đã có mã {command.code}.",
            f"There is a department {command.code} already.",
            field="code",
            value=command.code,
            status=409,
        )
    data = {
        **speaker.facts(),
        "name": command.name,
        "kind": command.kind,
        **without_none(entered_by=command.entered_by),
    }
    return Draft("department.registered.v1", f"department:{command.code}", data)


def in_force(state: State, stated: str | None = None) -> Rulebook:
    """The rulebook in force.  Raises when there is none, or ``stated`` (a digest) is another one."""
    book = state.rulebook()
    if book is None:
        raise Refused(
            "no-rulebook",
            "Chưa ban hành bộ tiêu chí cho chu kỳ này.",
            "No rulebook has been adopted for this cycle.",
            status=409,
        )
    if stated is not None and stated != book.digest:
        raise Refused(
            "rulebook-not-in-force",
            f"Bộ tiêu chí đang áp dụng là {book.digest} (phiên bản {book.identity.version}).",
            f"The rulebook in force is {book.digest} (version {book.identity.version}).",
            field="rulebook",
            value=stated,
            status=409,
        )
    return book


def unknown_unit(code: str, field: str = "unit") -> Refused:
    """The refusal for a unit that the register does not have."""
    return Refused(
        "unknown-unit",
        f"Danh sách không có đơn vị mã “{code}”.",
        f'The register has no unit "{code}".',
        field=field,
        value=code,
    )


def unknown_criterion(criterion: str) -> Refused:
    """The refusal for a criterion that the rulebook in force does not have."""
    return Refused(
        "unknown-criterion",
        f"Bộ tiêu chí đang áp dụng không có tiêu chí “{criterion}”.",
        f'The rulebook in force has no criterion "{criterion}".',
        field="criterion",
        value=criterion,
    )


def unknown_department(code: str, field: str = "department") -> Refused:
    """The refusal for a department that the register does not have."""
    return Refused(
        "unknown-department",
        f"Danh sách không có Ban hoặc đơn vị sự nghiệp mã “{code}”.",
        f'The register has no department "{code}".',
        field=field,
        value=code,
    )


def _check_days(first: str, last: str, field: str) -> None:
    if date.fromisoformat(first) > date.fromisoformat(last):
        raise Refused(
            "period-reversed",
            f"Ngày đầu {first} ở sau ngày cuối {last}.",
            f"The first day {first} lies after the last day {last}.",
            field=field,
            value=first,
        )
