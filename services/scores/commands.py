"""Commands of the scores service, as a decider gets them.  Pure; the requests are :mod:`.schemas`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shared.batch import ALL_OR_NOTHING, MalformedRow
from shared.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class OpenCycle:
    """A cycle begins; ``first`` and ``last`` are days, both inside; ``cycle`` is the ledger's."""

    name: str
    first: str
    last: str
    cycle: str | None = None


@dataclass(frozen=True, slots=True)
class AdoptRulebook:
    """A rulebook takes force.  An amendment states ``decision`` and ``mode`` (rulebook format §1)."""

    rulebook: Rulebook
    decision: str | None = None
    mode: str | None = None


@dataclass(frozen=True, slots=True)
class RegisterUnit:
    unit: str
    area: str
    kind: str
    name: str
    valid_from: str | None = None
    valid_to: str | None = None
    predecessors: tuple[str, ...] = ()
    successor: str | None = None


@dataclass(frozen=True, slots=True)
class RenameUnit:
    """The unit bears another ``name`` from the day ``valid_from`` on."""

    unit: str
    name: str
    valid_from: str
    document: str


@dataclass(frozen=True, slots=True)
class MoveUnit:
    """The unit is of another area from the day ``valid_from`` on, of another ``kind`` where one is given."""

    unit: str
    area: str
    valid_from: str
    document: str
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class CloseUnit:
    """``last_day`` is the unit's last; ``successors`` take its place the day after, none = dissolved."""

    unit: str
    last_day: str
    document: str
    reason: str
    successors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewUnit:
    """A unit that a merger or a split forms; it stands from the day after the old one's last."""

    unit: str
    area: str
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class MergeUnits:
    """``units`` close and become one: a new one (``into``), or one that stands already (``successor``)."""

    units: tuple[str, ...]
    last_day: str
    document: str
    reason: str
    into: NewUnit | None = None
    successor: str | None = None


@dataclass(frozen=True, slots=True)
class SplitUnit:
    """``unit`` closes and becomes several: new ones (``into``), and ``successors`` that stand already."""

    unit: str
    last_day: str
    document: str
    reason: str
    into: tuple[NewUnit, ...] = ()
    successors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RegisterDepartment:
    code: str
    name: str
    kind: str
    entered_by: str | None = None


@dataclass(frozen=True, slots=True)
class GiveGrant:
    """``start`` defaults to now, ``until`` to open; ``grant`` names it, for ending it later.

    ``account``: person or service; ``label``: what the holder is called; ``invitation``: digest of the one
    that was accepted.
    """

    grant: str
    sub: str
    role: str
    scope: str
    start: str | None = None
    until: str | None = None
    account: str = "person"
    label: str | None = None
    invitation: str | None = None


@dataclass(frozen=True, slots=True)
class EndGrant:
    grant: str
    reason: str
    until: str | None = None


@dataclass(frozen=True, slots=True)
class HandOverGrant:
    """``grant`` ends at ``at`` (default: now); from then on ``sub`` has it, by the name ``successor``."""

    grant: str
    successor: str
    sub: str
    reason: str
    at: str | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Invite:
    """Whoever gets the link may take ``role`` on ``scope``; ``label``: for whom it is meant."""

    role: str
    scope: str
    label: str
    until: str | None = None


@dataclass(frozen=True, slots=True)
class RecordScore:
    """A raw input for one criterion at one stage.  ``rulebook`` (a digest) defaults to the one in force.

    ``reason``: needed when it changes a value that stands.  ``document``: the source, needed when entered
    for another body.  ``entered_by``: the specialist whose draft a head submits.
    """

    unit: str
    criterion: str
    stage: str
    value: str | None = None
    target: str | None = None
    state: str | None = None
    period: str | None = None
    rulebook: str | None = None
    reason: str | None = None
    external_ref: str | None = None
    basis: str | None = None
    document: str | None = None
    entered_by: str | None = None
    evaluation: str | None = None
    evidence: tuple[dict[str, Any], ...] = ()
    occurred_at: str | None = None


@dataclass(frozen=True, slots=True)
class WithdrawScore:
    unit: str
    criterion: str
    stage: str
    reason: str
    occurred_at: str | None = None


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One cell of a unit's own sheet."""

    criterion: str
    value: str | None = None
    target: str | None = None
    state: str | None = None
    period: str | None = None
    basis: str | None = None
    reason: str | None = None
    evidence: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class SubmitSheet:
    """The self scores of a unit as a whole; what stands already need not be repeated."""

    unit: str
    entries: tuple[SheetRow | MalformedRow, ...] = ()


@dataclass(frozen=True, slots=True)
class ConfirmScores:
    """The responsible body confirms what was entered for it; ``scores`` are numbers of their events."""

    scores: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DisputeScore:
    """The responsible body says that a value is not its own."""

    score: int
    text: str


@dataclass(frozen=True, slots=True)
class EvaluationRow:
    """What an external evaluation says of one unit."""

    unit: str
    value: str | None = None
    target: str | None = None
    state: str | None = None
    basis: str | None = None
    evidence: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class RecordEvaluation:
    """An external evaluation arrived, ``received_at`` (default now); ``supersedes`` a version before."""

    criterion: str
    document: str
    addressed_to: str
    entries: tuple[EvaluationRow | MalformedRow, ...]
    period: str | None = None
    received_at: str | None = None
    supersedes: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class AcknowledgeEvaluation:
    """The unit has read an evaluation."""

    evaluation: str
    unit: str


@dataclass(frozen=True, slots=True)
class AssignScoring:
    """Another body scores a criterion from ``start`` on (default now)."""

    criterion: str
    owner: str
    document: str
    start: str | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True)
class SetDue:
    """By when a stage, or one external evaluation, is to be scored; ``due`` is exclusive."""

    stage: str
    due: str
    document: str
    criterion: str | None = None


@dataclass(frozen=True, slots=True)
class Propose:
    """A bonus or penalty is proposed (``kind``); only the Committee's decision counts (plan III.3)."""

    kind: str
    unit: str
    code: str
    occurrence_ref: str
    occurred_on: str
    basis: str
    points: str | None = None
    department: str | None = None
    evidence: tuple[dict[str, Any], ...] = ()
    occurred_at: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeVeto:
    """A condition that caps the class is recorded from a document, or lifted by one."""

    unit: str
    veto: str
    document: str
    lift: bool = False
    occurred_at: str | None = None


Command = (
    OpenCycle
    | AdoptRulebook
    | RegisterUnit
    | RegisterDepartment
    | RecordScore
    | WithdrawScore
    | SubmitSheet
    | ConfirmScores
    | DisputeScore
    | RecordEvaluation
    | AcknowledgeEvaluation
    | AssignScoring
    | SetDue
    | Propose
    | ChangeVeto
)


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one kind.  ``mode``: all_or_nothing or partial; ``name``: of the list in the request."""

    rows: tuple[Command | MalformedRow, ...]
    mode: str = ALL_OR_NOTHING
    name: str = "scores"
