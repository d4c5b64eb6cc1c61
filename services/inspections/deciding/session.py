"""The session: minutes, findings, models, last year's limitations (plan II, III.7).  Pure."""

from __future__ import annotations

from services.inspections.commands import (
    AssessLimitation,
    AssessModel,
    CarryLimitations,
    RecordFinding,
    RecordMinutes,
    RegisterModel,
)
from services.inspections.deciding.asking import open_unit
from services.inspections.known import Known, KnownUnit
from services.inspections.state import State, Visit
from shared.access import Target
from shared.deciding import Caller, Speaker, check_happened, without_none
from shared.decisions import Fault, Refused
from shared.events import Draft


def record_minutes(state: State, known: Known, command: RecordMinutes, caller: Caller) -> Draft:
    """The minutes as a whole; a later version replaces what is shown, the earlier ones stay in the ledger."""
    visit, speaker = _at_session(state, known, command.unit, "record_minutes", caller)
    check_happened(command.occurred_at, caller.now)
    data = {
        **speaker.facts(occurred_at=command.occurred_at, base_position=known.base_position),
        "version": visit.record.minutes + 1,
        "items": list(command.items),
    }
    return Draft("minutes.recorded.v1", command.unit, data)


def record_finding(state: State, known: Known, command: RecordFinding, caller: Caller) -> Draft:
    """What the team found on one content of the inspection."""
    _, speaker = _at_session(state, known, command.unit, "record_finding", caller)
    data = {
        **speaker.facts(base_position=known.base_position),
        "content": command.content,
        "text": command.text,
    }
    return Draft("finding.recorded.v1", command.unit, data)


def register_model(state: State, known: Known, command: RegisterModel, caller: Caller) -> Draft:
    """The unit registers a model; again under the same ref it is reworded, until the team has assessed it."""
    visit = state.visit(command.unit)
    speaker = _speaker(visit, "register_model", caller)
    open_unit(known, command.unit)
    if command.ref in visit.record.assessed_models:
        raise Refused(
            "model-assessed",
            f"Đoàn đã nhận xét mô hình {command.ref}: không sửa được nữa.",
            f"The team has assessed the model {command.ref}: it stays as it is.",
            field="ref",
            value=command.ref,
            status=409,
        )
    data = {
        **speaker.facts(responsible=command.unit, base_position=known.base_position),
        "ref": command.ref,
        "title": command.title,
        "text": command.text,
    }
    return Draft("model.registered.v1", command.unit, data)


def assess_model(state: State, known: Known, command: AssessModel, caller: Caller) -> Draft:
    """The team's view of a registered model, its initiative included."""
    visit, speaker = _at_session(state, known, command.unit, "assess_model", caller)
    if command.ref not in visit.record.models:
        raise Refused(
            "unknown-model",
            f"Đơn vị chưa đăng ký mô hình “{command.ref}”.",
            f'The unit has registered no model "{command.ref}" (yet).',
            field="ref",
            value=command.ref,
        )
    data = {
        **speaker.facts(base_position=known.base_position),
        "ref": command.ref,
        "initiative": command.initiative,
        "text": command.text,
    }
    return Draft("model.assessed.v1", command.unit, data)


def carry_limitations(state: State, known: Known, command: CarryLimitations, caller: Caller) -> Draft:
    """Last year's limitations, the unit's own or a predecessor's.

    They cite a document, unless each names the predecessor that had it: then the register is the basis.
    """
    visit = state.visit(command.unit)
    speaker = _speaker(visit, "carry_limitations", caller)
    unit = open_unit(known, command.unit)
    refs = [one["ref"] for one in command.limitations]
    faults = [
        Fault(
            "limitation-twice",
            f"Hạn chế {ref} đã nêu rồi.",
            f"The limitation {ref} is stated already.",
            f"limitations.{place}.ref",
            ref,
        )
        for place, ref in enumerate(refs)
        if ref in refs[:place] or ref in visit.record.limitations
    ]
    faults += [
        Fault(
            "not-a-predecessor",
            f"{one['unit']} không phải đơn vị tiền thân của {command.unit}.",
            f"{one['unit']} is no predecessor of {command.unit}.",
            f"limitations.{place}.unit",
            one["unit"],
        )
        for place, one in enumerate(command.limitations)
        if "unit" in one and one["unit"] not in predecessors(known, unit)
    ]
    if command.document is None and any("unit" not in one for one in command.limitations):
        faults.append(
            Fault(
                "basis-missing",
                "Nêu văn bản làm căn cứ.",
                "Cite the document that they are taken from.",
                "document",
                None,
            )
        )
    if faults:
        raise Refused.many(faults)
    data = {
        **speaker.facts(base_position=known.base_position),
        "limitations": list(command.limitations),
        **without_none(document=command.document),
    }
    return Draft("limitation.carried.v1", command.unit, data)


def assess_limitation(state: State, known: Known, command: AssessLimitation, caller: Caller) -> Draft:
    """Whether a carried limitation was remedied."""
    visit, speaker = _at_session(state, known, command.unit, "assess_limitation", caller)
    if command.ref not in visit.record.limitations:
        raise Refused(
            "unknown-limitation",
            f"Chưa nêu hạn chế nào mã “{command.ref}”.",
            f'No limitation "{command.ref}" was carried (yet).',
            field="ref",
            value=command.ref,
        )
    data = {
        **speaker.facts(base_position=known.base_position),
        "ref": command.ref,
        "outcome": command.outcome,
        "text": command.text,
    }
    return Draft("limitation.assessed.v1", command.unit, data)


def predecessors(known: Known, unit: KnownUnit) -> tuple[str, ...]:
    """The units that came right before ``unit``, each once: as it was registered, then as they name it."""
    named = (held.code for held in known.units.values() if unit.code in held.successors)
    return tuple(dict.fromkeys((*unit.predecessors, *named)))


def _at_session(
    state: State, known: Known, unit: str, operation: str, caller: Caller
) -> tuple[Visit, Speaker]:
    """The visit and who speaks.  Refuses before the session has begun."""
    visit = state.visit(unit)
    speaker = _speaker(visit, operation, caller)
    open_unit(known, unit)
    if not visit.opened:
        raise Refused(
            "not-opened",
            f"Buổi kiểm tra {unit} chưa mở.",
            f"The inspection of {unit} was not opened yet.",
            field="unit",
            value=unit,
            status=409,
        )
    return visit, speaker


def _speaker(visit: Visit, operation: str, caller: Caller) -> Speaker:
    team = visit.slot.team if visit.slot else None
    return caller.authorise(Target(unit=visit.unit, team=team), f"inspections.{operation}")
