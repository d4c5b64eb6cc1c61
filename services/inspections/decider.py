"""Deciders of the inspections service (plan II and III).  Pure.

``decide(state, known, command, caller)`` gives the facts to state, or raises
:class:`~shared.decisions.Refused` or :class:`~shared.access.AccessDenied`.  ``state`` is folded from own
streams, ``known`` from the ledger: what other services have stated as far as it has reached this one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from services.inspections.commands import (
    AdoptCalendar,
    AmendConclusion,
    AnswerAdjustment,
    AnswerPartyCommittee,
    AskReschedule,
    AssessLimitation,
    AssessModel,
    AssessPack,
    Batch,
    CarryLimitations,
    CloseRound,
    Command,
    DeclareAttendance,
    DeclareSite,
    DeclineReschedule,
    DelegateConclusion,
    FormTeam,
    ForwardPack,
    IssueBriefing,
    NominateMember,
    OpenCase,
    OpenInspection,
    OpenRound,
    ReceiveFile,
    ReceivePack,
    RecordFinding,
    RecordMinutes,
    RecordOutage,
    RegisterModel,
    RegisterSubordinates,
    Schedule,
    SignConclusion,
    SubmitReflection,
    WithdrawMember,
)
from services.inspections.deciding.asking import (
    book_of,
    check_team,
    not_scheduled,
    open_round_of,
    open_unit,
)
from services.inspections.deciding.briefing import issue_briefing
from services.inspections.deciding.calendar import adopt_calendar
from services.inspections.deciding.cases import OPEN, open_case, status_of
from services.inspections.deciding.conclusions import (
    amend_conclusion,
    answer_adjustment,
    delegate_conclusion,
    sign_conclusion,
)
from services.inspections.deciding.files import receive_file
from services.inspections.deciding.packs import assess_pack, forward_pack, receive_pack, record_outage
from services.inspections.deciding.readying import (
    answer_party_committee,
    declare_attendance,
    declare_site,
    register_subordinates,
)
from services.inspections.deciding.reflections import submit_reflection
from services.inspections.deciding.scheduling import ask_reschedule, decline_reschedule, schedule
from services.inspections.deciding.session import (
    assess_limitation,
    assess_model,
    carry_limitations,
    record_finding,
    record_minutes,
    register_model,
)
from services.inspections.deciding.teams import nominate_member, withdraw_member
from services.inspections.known import Known, missing_scores
from services.inspections.state import State, evolve
from shared.access import Target
from shared.batch import BatchResult, decide_rows
from shared.calendar import local_date
from shared.deciding import Caller, check_happened
from shared.decisions import Fault, Refused
from shared.events import Draft
from shared.events.envelope import parse_instant


def decide(state: State, known: Known, command: Command, caller: Caller) -> list[Draft]:
    """The facts that ``command`` states: one."""
    return [decide_one(state, known, command, caller)]


def decide_batch(state: State, known: Known, batch: Batch, caller: Caller) -> BatchResult:
    """What becomes of each row of ``batch``; rows see what the rows before them stated."""

    def one(held: State, row: Command) -> Draft:
        return decide_one(held, known, row, caller)

    return decide_rows(state, batch.rows, one, evolve, batch.mode, name=batch.name)


def decide_one(state: State, known: Known, command: Command, caller: Caller) -> Draft:
    """The one fact of ``command``."""
    match command:
        case OpenRound():
            return open_round(state, command, caller)
        case CloseRound():
            return close_round(state, command, caller)
        case FormTeam():
            return form_team(command, caller)
        case AdoptCalendar():
            return adopt_calendar(state, known, command, caller)
        case NominateMember():
            return nominate_member(state, command, caller)
        case WithdrawMember():
            return withdraw_member(state, command, caller)
        case Schedule():
            return schedule(state, known, command, caller)
        case AskReschedule():
            return ask_reschedule(state, known, command, caller)
        case DeclineReschedule():
            return decline_reschedule(state, command, caller)
        case ReceivePack():
            return receive_pack(state, known, command, caller)
        case ReceiveFile():
            return receive_file(state, known, command, caller)
        case AssessPack():
            return assess_pack(state, known, command, caller)
        case ForwardPack():
            return forward_pack(state, command, caller)
        case RecordOutage():
            return record_outage(command, caller)
        case OpenCase():
            return open_case(state, known, command, caller)
        case OpenInspection():
            return open_inspection(state, known, command, caller)
        case SignConclusion():
            return sign_conclusion(state, known, command, caller)
        case DelegateConclusion():
            return delegate_conclusion(state, known, command, caller)
        case AmendConclusion():
            return amend_conclusion(state, known, command, caller)
        case AnswerAdjustment():
            return answer_adjustment(state, known, command, caller)
        case IssueBriefing():
            return issue_briefing(known, command, caller)
        case RegisterSubordinates():
            return register_subordinates(state, known, command, caller)
        case DeclareAttendance():
            return declare_attendance(state, known, command, caller)
        case DeclareSite():
            return declare_site(state, known, command, caller)
        case AnswerPartyCommittee():
            return answer_party_committee(state, known, command, caller)
        case RecordMinutes():
            return record_minutes(state, known, command, caller)
        case RecordFinding():
            return record_finding(state, known, command, caller)
        case RegisterModel():
            return register_model(state, known, command, caller)
        case AssessModel():
            return assess_model(state, known, command, caller)
        case CarryLimitations():
            return carry_limitations(state, known, command, caller)
        case AssessLimitation():
            return assess_limitation(state, known, command, caller)
        case SubmitReflection():
            return submit_reflection(state, known, command, caller)


def units_of(command: Command | Batch) -> list[str]:
    """The units that ``command`` is about, each once: their streams and what the ledger says of them."""
    rows: Iterable[object] = command.rows if isinstance(command, Batch) else (command,)
    found: dict[str, None] = {}
    for row in rows:
        unit = getattr(row, "unit", None)
        if unit is not None:
            found[unit] = None
        if isinstance(row, CarryLimitations):
            found |= {one["unit"]: None for one in row.limitations if "unit" in one}
    return list(found)


# --- round and teams


def open_round(state: State, command: OpenRound, caller: Caller) -> Draft:
    """A round opens; one at a time."""
    speaker = caller.authorise(Target(), "inspections.open_round")
    if command.round in state.rounds or state.round is not None:
        other = command.round if command.round in state.rounds else state.round.round  # type: ignore[union-attr]
        raise Refused(
            "round-open",
            f"Đã có đợt kiểm tra {other}.",
            f"There is a round {other} already.",
            field="round",
            value=command.round,
            status=409,
        )
    if date.fromisoformat(command.first_day) > date.fromisoformat(command.last_day):
        raise Refused(
            "period-reversed",
            f"Ngày đầu {command.first_day} ở sau ngày cuối {command.last_day}.",
            f"The first day {command.first_day} lies after the last day {command.last_day}.",
            field="first_day",
            value=command.first_day,
        )
    data = {
        **speaker.facts(),
        "round": command.round,
        "first_day": command.first_day,
        "last_day": command.last_day,
        "calendar": command.calendar,
        "document_days_before": command.document_days_before,
    }
    return Draft("round.opened.v1", "*", data)


def close_round(state: State, command: CloseRound, caller: Caller) -> Draft:
    """A round closes once every scheduled unit is concluded, or is named as an exception with its reason."""
    speaker = caller.authorise(Target(), "inspections.close_round")
    held = state.rounds.get(command.round)
    if held is None:
        raise Refused(
            "unknown-round",
            f"Không có đợt kiểm tra {command.round}.",
            f"There is no round {command.round}.",
            field="round",
            value=command.round,
            status=404,
        )
    if held.closed:
        raise Refused(
            "round-closed",
            f"Đợt {command.round} đã kết thúc.",
            f"The round {command.round} is closed.",
            field="round",
            value=command.round,
            status=409,
        )
    waiting = {code for code, visit in state.visits.items() if visit.slot and not visit.concluded}
    named = [one["unit"] for one in command.exceptions]
    faults = [
        Fault(
            "unit-not-concluded",
            f"{code} chưa có kết luận: kết luận, hoặc nêu lý do ngoại lệ.",
            f"{code} has no conclusion: conclude it, or name it as an exception.",
            "exceptions",
            code,
        )
        for code in sorted(waiting - set(named))
    ]
    faults += [
        Fault(
            "not-an-exception",
            f"{code} không thuộc diện chờ kết luận, hoặc bị nêu hai lần.",
            f"{code} is not waiting for a conclusion, or is named twice.",
            f"exceptions.{number_}.unit",
            code,
        )
        for number_, code in enumerate(named)
        if code not in waiting or code in named[:number_]
    ]
    if faults:
        raise Refused.many(faults, status=409)
    data = {**speaker.facts(), "round": command.round, "exceptions": list(command.exceptions)}
    return Draft("round.closed.v1", "*", data)


def form_team(command: FormTeam, caller: Caller) -> Draft:
    """A team has one leader, one secretary, and nobody twice; formed again it is replaced."""
    speaker = caller.authorise(Target(), "inspections.form_team")
    roles = [member["role"] for member in command.members]
    people = [member["person"] for member in command.members]
    for role, vi, en in (("leader", "Trưởng đoàn", "leader"), ("secretary", "thư ký", "secretary")):
        if roles.count(role) != 1:
            raise Refused(
                "team-incomplete",
                f"Đoàn kiểm tra cần đúng một {vi}.",
                f"A team needs exactly one {en}.",
                field="members",
                value=roles.count(role),
            )
    twice = sorted({person for person in people if people.count(person) > 1})
    if twice:
        raise Refused(
            "member-twice",
            f"Nêu hai lần trong đoàn: {', '.join(twice)}.",
            f"Named twice in the team: {', '.join(twice)}.",
            field="members",
            value=twice[0],
        )
    data = {**speaker.facts(), "team": command.team, "members": list(command.members)}
    return Draft("team.formed.v1", f"team:{command.team}", data)


# --- the session


def open_inspection(state: State, known: Known, command: OpenInspection, caller: Caller) -> Draft:
    """The session begins on its day, past the gate: every department score is in (plan III.3).

    With scores missing only the leader may open, stating why; the event names what was missing at
    ``base_position``, and whether the gate held is for the fold to judge.  A forfeit case that is still open
    stops nothing: the event names it, so that nobody can say that it was not seen.
    """
    visit = state.visit(command.unit)
    slot = visit.slot
    speaker = caller.authorise(
        Target(unit=command.unit, team=slot.team if slot else None), "inspections.open_inspection"
    )
    unit = open_unit(known, command.unit)
    book = book_of(known)
    if slot is None:
        raise not_scheduled(command.unit)
    open_round_of(state)
    check_team(command.team, slot)
    check_happened(command.occurred_at, caller.now)
    if visit.opened:
        raise Refused(
            "inspection-opened",
            f"Buổi kiểm tra {command.unit} đã bắt đầu.",
            f"The inspection of {command.unit} has begun already.",
            field="unit",
            value=command.unit,
            status=409,
        )
    if unit.forfeited:
        raise Refused(
            "inspection-forfeited",
            f"{command.unit} không gửi đầy đủ tài liệu, Ban Thường vụ đã xác nhận: không tiến hành kiểm tra.",
            f"{command.unit} sent no full pack, as the Standing Committee confirmed: no inspection.",
            field="unit",
            value=command.unit,
            status=409,
        )
    happened = parse_instant(command.occurred_at) if command.occurred_at else caller.now
    if local_date(happened, ZoneInfo(known.timezone)) != slot.day:
        raise Refused(
            "not-the-day",
            f"Lịch của {command.unit} là {slot.day.isoformat()}; đổi lịch trước nếu kiểm tra ngày khác.",
            f"{command.unit} is scheduled for {slot.day.isoformat()}; move it first for another day.",
            field="occurred_at",
            value=command.occurred_at,
            status=409,
        )
    missing = missing_scores(book, unit)
    _check_gate(missing, command.override, speaker.role)
    data: dict[str, Any] = {
        **speaker.facts(occurred_at=command.occurred_at, base_position=known.base_position),
        "team": slot.team,
        "missing_scores": missing,
    }
    if command.override is not None and missing:
        data["override"] = {"reason": command.override}
    if status_of(visit, unit) == OPEN:
        data["case"] = visit.cases[-1].number
    return Draft("inspection.opened.v1", command.unit, data)


def _check_gate(missing: Sequence[str], reason: str | None, role: str) -> None:
    if not missing:
        return
    names = ", ".join(missing)
    if reason is None:
        raise Refused(
            "gate-closed",
            f"Chưa có điểm của các Ban cho tiêu chí {names}; Trưởng đoàn có thể mở và nêu lý do (override).",
            f"Department scores are missing for {names}; the leader may open, stating why (override).",
            field="override",
            value=names,
            status=409,
        )
    if role != "team_leader":
        raise Refused(
            "override-by-leader",
            "Chỉ Trưởng đoàn được mở khi còn thiếu điểm.",
            "Only the team leader may open while scores are missing.",
            field="override",
            status=403,
        )
