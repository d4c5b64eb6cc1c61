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
class RegisterDepartment:
    code: str
    name: str
    kind: str
    entered_by: str | None = None


@dataclass(frozen=True, slots=True)
class GiveGrant:
    """``start`` defaults to now, ``until`` to open; ``grant`` names it, for ending it later."""

    grant: str
    sub: str
    role: str
    scope: str
    start: str | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True)
class EndGrant:
    grant: str
    reason: str
    until: str | None = None


@dataclass(frozen=True, slots=True)
class RecordScore:
    """A raw input for one criterion at one stage.  ``rulebook`` (a digest) defaults to the one in force."""

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
    | GiveGrant
    | EndGrant
    | RecordScore
    | WithdrawScore
    | Propose
    | ChangeVeto
)


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one kind.  ``mode``: all_or_nothing or partial; ``name``: of the list in the request."""

    rows: tuple[Command | MalformedRow, ...]
    mode: str = ALL_OR_NOTHING
    name: str = "scores"
