"""Deciders of what is scored: values, withdrawals, proposals of bonus and penalty, vetoes.  Pure.

``decide(state, command, caller, cycle)`` gives the facts to state, or raises
:class:`~shared.decisions.Refused` (the command may not happen) or
:class:`~shared.access.AccessDenied` (not by this caller).
"""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from services.scores.commands import (
    AcknowledgeEvaluation,
    AdoptRulebook,
    AssignScoring,
    Batch,
    ChangeVeto,
    Command,
    ConfirmScores,
    DisputeScore,
    OpenCycle,
    Propose,
    RecordEvaluation,
    RecordScore,
    RegisterDepartment,
    RegisterUnit,
    SetDue,
    SubmitSheet,
    WithdrawScore,
)
from services.scores.deciding import setup
from services.scores.deciding.assigning import assign_scoring, set_due
from services.scores.deciding.completeness import turned
from services.scores.deciding.entries import confirm_scores, dispute_score
from services.scores.deciding.evaluations import acknowledge_evaluation, record_evaluation
from services.scores.deciding.setup import in_force, unknown_criterion, unknown_department, unknown_unit
from services.scores.deciding.sheet import submit_sheet
from services.scores.state import State, Unit, evolve
from shared.access import Target
from shared.access.rules import SPEAKING
from shared.batch import BatchResult, decide_rows
from shared.deciding import Caller, Speaker, check_happened, without_none
from shared.decisions import Refused
from shared.events import Draft
from shared.events.envelope import instant, parse_instant
from shared.rulebook import Leaf, Rulebook, ValueRefused, check_value, number
from shared.rulebook.model import AdjustmentItem


def decide(state: State, command: Command, caller: Caller, cycle: str) -> list[Draft]:
    """The facts that ``command`` states.  ``cycle``: the ledger's own.  See the module for what it raises."""
    match command:
        case OpenCycle():
            return setup.open_cycle(state, command, caller, cycle)
        case AdoptRulebook():
            return setup.adopt_rulebook(state, command, caller, cycle)
        case SubmitSheet():
            return submit_sheet(state, command, caller, record_score)
        case ConfirmScores():
            return confirm_scores(state, command, caller)
        case DisputeScore():
            return dispute_score(state, command, caller)
        case RecordEvaluation():
            return _with_turns(state, record_evaluation(state, command, caller, record_score), caller)
        case AcknowledgeEvaluation():
            return acknowledge_evaluation(state, command, caller)
        case AssignScoring():
            return assign_scoring(state, command, caller)
        case SetDue():
            return set_due(state, command, caller)
        case _:
            return _with_turns(state, [decide_one(state, command, caller)], caller)


def decide_batch(state: State, batch: Batch, caller: Caller) -> BatchResult:
    """What becomes of each row of ``batch``; rows see what the rows before them stated."""

    def one(held: State, row: Command) -> Draft:
        return decide_one(held, row, caller)

    return decide_rows(state, batch.rows, one, evolve, batch.mode, name=batch.name)


def turned_by(state: State, result: BatchResult, caller: Caller) -> list[Draft]:
    """What the accepted rows of a batch complete or open again; it is stated after them."""
    return turned(state, result.drafts, instant(caller.now))


def _with_turns(state: State, drafts: list[Draft], caller: Caller) -> list[Draft]:
    return [*drafts, *turned(state, drafts, instant(caller.now))]


def decide_one(state: State, command: Command, caller: Caller) -> Draft:
    """The one fact of a command that makes one: a row of a batch can be any of these."""
    match command:
        case RecordScore():
            return record_score(state, command, caller)
        case WithdrawScore():
            return withdraw_score(state, command, caller)
        case Propose():
            return propose(state, command, caller)
        case ChangeVeto():
            return change_veto(state, command, caller)
        case RegisterUnit():
            return setup.register_unit(state, command, caller)
        case RegisterDepartment():
            return setup.register_department(state, command, caller)
        case _:
            raise TypeError(f"not a command of one fact: {type(command).__name__}")


def record_score(state: State, command: RecordScore, caller: Caller) -> Draft:
    """A raw input at one stage, by its owner, or by the Office on the owner's behalf (plan III.3).

    An older value stays beside it; nothing is overwritten (invariant 4).
    """
    book = in_force(state, command.rulebook)
    unit = _open_unit(state, command.unit, book)
    leaf = _leaf(book, command.criterion)
    speaker = _may_score(state, unit, leaf, command.stage, caller, "scores.record_score")
    check_happened(command.occurred_at, caller.now)
    _check_period(leaf, command)
    _check_change(unit, command)
    try:
        check_value(book, unit.area, leaf.id, command.stage, command.value, command.target, command.state)
    except ValueRefused as refusal:
        raise _refused(refusal, command) from refusal
    responsible = _responsible(state, unit, leaf, command.stage, caller)
    facts = speaker.facts(responsible=responsible, occurred_at=command.occurred_at)
    _check_entered(book, command, speaker, on_behalf="on_behalf_of" in facts)
    data = {
        **facts,
        "criterion": leaf.id,
        "stage": command.stage,
        "rulebook": book.digest,
        **without_none(
            value=command.value,
            target=command.target,
            state=command.state,
            period=command.period,
            reason=command.reason,
            external_ref=command.external_ref,
            basis=command.basis,
            document=command.document,
            entered_by=command.entered_by,
            evaluation=command.evaluation,
            evidence=command.evidence,
        ),
    }
    return Draft("score.recorded.v1", unit.code, data)


def withdraw_score(state: State, command: WithdrawScore, caller: Caller) -> Draft:
    """The latest value of a stage is withdrawn by who may state it; an older one shows again (§3)."""
    book = in_force(state)
    unit = _open_unit(state, command.unit, book)
    leaf = _leaf(book, command.criterion)
    speaker = _may_score(state, unit, leaf, command.stage, caller, "scores.withdraw_score")
    check_happened(command.occurred_at, caller.now)
    _check_signed(book, command, speaker)
    if not unit.values.get((leaf.id, command.stage)):
        raise Refused(
            "nothing-to-withdraw",
            f"Tiêu chí {leaf.id} của {unit.code} không có điểm ở giai đoạn này để rút.",
            f"Criterion {leaf.id} of {unit.code} has no value at this stage to withdraw.",
            field="criterion",
            value=leaf.id,
            status=409,
        )
    responsible = _responsible(state, unit, leaf, command.stage, caller)
    data = {
        **speaker.facts(responsible=responsible, occurred_at=command.occurred_at),
        "criterion": leaf.id,
        "stage": command.stage,
        "reason": command.reason,
    }
    return Draft("score.withdrawn.v1", unit.code, data)


def propose(state: State, command: Propose, caller: Caller) -> Draft:
    """A bonus or penalty is proposed; it counts once the Committee has decided (plan III.3).

    A body proposes one occurrence once.  Two bodies may each propose the same one: both statements stand,
    and the occurrence counts once all the same (rulebook format §6).
    """
    speaker = caller.authorise(Target(office=_offices(state)), f"scores.propose_{command.kind}")
    book = in_force(state)
    unit = _open_unit(state, command.unit, book)
    check_happened(command.occurred_at, caller.now)
    rules = book.bonus if command.kind == "bonus" else book.penalty
    item = next((item for item in rules.items if item.code == command.code), None)
    if item is None:
        raise Refused(
            "unknown-code",
            f"Bộ tiêu chí không có mục thưởng/trừ mã “{command.code}”.",
            f'The rulebook has no {command.kind} "{command.code}".',
            field="code",
            value=command.code,
        )
    _check_inside(book, date.fromisoformat(command.occurred_on), "occurred_on", command.occurred_on)
    if rules.require_evidence and not command.evidence:
        raise Refused(
            "evidence-missing",
            "Bộ tiêu chí yêu cầu minh chứng cho đề nghị thưởng/trừ điểm.",
            "The rulebook asks for evidence with a bonus or penalty.",
            field="evidence",
        )
    _check_points(book, command, item)
    responsible = _proposer(state, command, speaker)
    if (command.kind, command.code, command.occurrence_ref, responsible) in unit.proposals:
        raise Refused(
            "duplicate-proposal",
            f"{responsible} đã đề nghị {command.code} cho “{command.occurrence_ref}” của {unit.code}.",
            f'{responsible} proposed {command.code} for "{command.occurrence_ref}" of {unit.code} already.',
            field="occurrence_ref",
            value=command.occurrence_ref,
            status=409,
        )
    facts = speaker.facts(responsible=responsible, occurred_at=command.occurred_at)
    if speaker.role == "office" and responsible not in _offices(state):
        facts["on_behalf_of"] = responsible
    data = {
        **facts,
        "code": command.code,
        "occurrence_ref": command.occurrence_ref,
        "occurred_on": command.occurred_on,
        "basis": command.basis,
        **without_none(points=command.points, evidence=command.evidence),
    }
    return Draft(f"{command.kind}.proposed.v1", unit.code, data)


def change_veto(state: State, command: ChangeVeto, caller: Caller) -> Draft:
    """A condition that caps the class is put in force by a document, or lifted by one (§8)."""
    operation = "scores.lift_veto" if command.lift else "scores.record_veto"
    speaker = caller.authorise(Target(office=_offices(state)), operation)
    book = in_force(state)
    unit = _open_unit(state, command.unit, book)
    check_happened(command.occurred_at, caller.now)
    veto = next((one for one in book.vetoes if one.id == command.veto), None)
    event = "veto.lifted" if command.lift else "veto.recorded"
    if veto is None or event != (veto.lifted_by if command.lift else veto.event):
        raise Refused(
            "unknown-veto",
            f"Điều kiện khống chế “{command.veto}” không ghi nhận theo cách này trong bộ tiêu chí.",
            f'The rulebook has no condition "{command.veto}" that is recorded in this way.',
            field="veto",
            value=command.veto,
        )
    if (command.veto in unit.vetoes) != command.lift:
        raise Refused(
            "veto-not-in-force" if command.lift else "veto-in-force",
            f"Điều kiện {command.veto} {'chưa' if command.lift else 'đã'} có hiệu lực với {unit.code}.",
            f"Condition {command.veto} is {'not' if command.lift else 'already'} in force for {unit.code}.",
            field="veto",
            value=command.veto,
            status=409,
        )
    if not command.lift:  # a lifting may well come after the period
        happened = command.occurred_at or instant(caller.now)
        day = parse_instant(happened).astimezone(ZoneInfo(book.identity.timezone)).date()
        _check_inside(book, day, "occurred_at", happened)
    facts = speaker.facts(occurred_at=command.occurred_at)
    return Draft(f"{event}.v1", unit.code, {**facts, "veto": command.veto, "document": command.document})


def _offices(state: State) -> tuple[str, ...]:
    return state.offices or ("VP",)


def _open_unit(state: State, code: str, book: Rulebook) -> Unit:
    known = state.units.get(code)
    if known is None:
        raise unknown_unit(code)
    unit = known.on(book.period.end)
    if not unit.open_on(book.period.end):
        raise Refused(
            "unit-not-open",
            f"Đơn vị {code} không còn hoạt động ngày {book.period.end.isoformat()}, không chấm chu kỳ này.",
            f"Unit {code} is not open on {book.period.end.isoformat()}: not scored in this cycle.",
            field="unit",
            value=code,
        )
    return unit


def _leaf(book: Rulebook, criterion: str) -> Leaf:
    leaf = book.leaf.get(criterion)
    if leaf is None:
        raise unknown_criterion(criterion)
    return leaf


def _may_score(state: State, unit: Unit, leaf: Leaf, stage: str, caller: Caller, operation: str) -> Speaker:
    target = Target(
        unit=unit.code,
        stage=stage,
        owners=state.owners(leaf, instant(caller.now)),
        entered_by=leaf.entered_by,
        office=_offices(state),
    )
    return caller.authorise(target, operation)


def _responsible(state: State, unit: Unit, leaf: Leaf, stage: str, caller: Caller) -> str:
    """A self score is the unit's; any other is the owner's, whoever enters it (plan III.3)."""
    return unit.code if stage == "self" else state.owner(leaf, instant(caller.now))


def _check_change(unit: Unit, command: RecordScore) -> None:
    """Nothing changes without a reason: the older value stays beside the new one, and so does the why."""
    if command.reason is None and unit.standing(command.criterion, command.stage) is not None:
        raise Refused(
            "reason-missing",
            f"Tiêu chí {command.criterion} của {unit.code} đã có điểm; thay đổi thì phải nêu lý do.",
            f"Criterion {command.criterion} of {unit.code} has a value; a change needs a reason.",
            field="reason",
        )


def _check_entered(book: Rulebook, command: RecordScore, speaker: Speaker, *, on_behalf: bool) -> None:
    """What an entry for another rests on (plan III.3), who states it finally, and who says for whom."""
    if on_behalf and command.document is None:
        raise Refused(
            "document-missing",
            "Nhập hộ thì phải nêu văn bản nguồn (số, ký hiệu).",
            "An entry for another body names its source document.",
            field="document",
        )
    _check_signed(book, command, speaker)
    if command.entered_by is not None and speaker.role != "department_head":
        raise Refused(
            "entered-by-not-wanted",
            "Chỉ Trưởng Ban nêu người nhập (entered_by) khi gửi bản nháp của chuyên viên.",
            "Only a head who submits a specialist's draft says who entered it.",
            field="entered_by",
            value=command.entered_by,
        )


def _check_signed(book: Rulebook, command: RecordScore | WithdrawScore, speaker: Speaker) -> None:
    """Policy ``signoff: head``: what stands for a department is given, and taken away, by its head alone."""
    if speaker.role == "department" and book.policies["signoff"] == "head":
        raise Refused(
            "signoff-needed",
            "Chuyên viên chỉ lưu nháp; Trưởng Ban (lãnh đạo đơn vị) là người gửi hoặc rút điểm.",
            "A specialist keeps a draft; the head of the department submits or withdraws it.",
            field="stage",
            value=command.stage,
            status=409,
        )


def _check_period(leaf: Leaf, command: RecordScore) -> None:
    """A leaf with a period of its own takes only a value that states it (§1): a school year is no cycle."""
    if leaf.period == command.period:
        return
    wanted = leaf.period
    raise Refused(
        "wrong-period" if wanted is not None else "period-not-wanted",
        f"Tiêu chí {leaf.id} tính cho thời kỳ “{wanted}”; ghi period cho đúng."
        if wanted is not None
        else f"Tiêu chí {leaf.id} tính cho cả chu kỳ; bỏ trường period.",
        f'Criterion {leaf.id} is for the period "{wanted}"; state it.'
        if wanted is not None
        else f"Criterion {leaf.id} is for the whole cycle; leave period out.",
        field="period",
        value=command.period,
    )


def _refused(refusal: ValueRefused, command: RecordScore) -> Refused:
    given = getattr(command, refusal.field, None)
    return Refused(refusal.rule, refusal.message_vi, refusal.message_en, field=refusal.field, value=given)


def _check_inside(book: Rulebook, day: date, field: str, given: str) -> None:
    if not book.period.holds(day):
        span = f"{book.period.start.isoformat()} – {book.period.end.isoformat()}"
        raise Refused(
            "outside-period",
            f"Sự việc ngày {day.isoformat()} nằm ngoài thời kỳ đánh giá ({span}).",
            f"It happened on {day.isoformat()}, outside the period of evaluation ({span}).",
            field=field,
            value=given,
        )


def _check_points(book: Rulebook, command: Propose, item: AdjustmentItem) -> None:
    """Only an item without a fixed amount takes one: on the step, positive, up to its cap (§6)."""
    if command.points is None:
        return
    if item.per is not None:
        raise Refused(
            "points-not-wanted",
            f"Mục {item.code} có mức cố định trong bộ tiêu chí; bỏ trường points.",
            f"{item.code} has a fixed amount in the rulebook; leave points out.",
            field="points",
            value=command.points,
        )
    amount = number.parse(command.points)
    if not number.on_step(amount, book.number.step) or not 0 < amount <= item.cap:
        step, most = number.show(book.number.step, 0), number.show(item.cap, 0)
        raise Refused(
            "wrong-amount",
            f"Mức đề nghị phải dương, là bội số của {step} và không quá {most}.",
            f"The amount must be positive, a multiple of {step} and at most {most}.",
            field="points",
            value=command.points,
        )


def _proposer(state: State, command: Propose, speaker: Speaker) -> str:
    """The body that answers for a proposal: its own department, or the one the Office enters it for."""
    if speaker.role in SPEAKING:
        return speaker.scope.removeprefix("department:")
    code = command.department or _offices(state)[0]
    if command.department is not None and code not in state.departments:
        raise unknown_department(code)
    return code
