"""Commands of the inspections service, as a decider gets them.  Pure; the requests are :mod:`.schemas`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shared.batch import ALL_OR_NOTHING, MalformedRow


@dataclass(frozen=True, slots=True)
class OpenRound:
    """``document_days_before``: how many days before its inspection a unit's pack is due (plan III.4)."""

    round: str
    first_day: str
    last_day: str
    calendar: str
    document_days_before: int = 3


@dataclass(frozen=True, slots=True)
class CloseRound:
    """``exceptions``: units that stay without a conclusion, each ``{unit, reason}``."""

    round: str
    exceptions: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class FormTeam:
    """``members``: ``{person, role, name, department}`` each."""

    team: str
    members: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class AdoptCalendar:
    """A version of the calendar: ``data`` is its parsed text, ``cycle`` the ledger's."""

    data: Any
    document: str
    cycle: str


@dataclass(frozen=True, slots=True)
class NominateMember:
    """Somebody is named for a team; ``occurred_at``: when the document came in."""

    team: str
    person: str
    name: str
    department: str
    document: str
    home_unit: str | None = None
    occurred_at: str | None = None


@dataclass(frozen=True, slots=True)
class WithdrawMember:
    """Somebody is no longer named for a team."""

    team: str
    person: str
    reason: str


@dataclass(frozen=True, slots=True)
class Schedule:
    """A half-day session of a team at a unit; for a unit that has one, another day (plan III.4).

    ``starts``: the local hour, where the list names it too; ``request``: number of the one it approves;
    ``occurred_at``: when a move was agreed by word.
    """

    unit: str
    team: str
    date: str
    session: str
    reason: str | None = None
    starts: str | None = None
    request: int | None = None
    occurred_at: str | None = None


@dataclass(frozen=True, slots=True)
class AskReschedule:
    """The unit asks for another session; ``date`` and ``session``: which one it would like."""

    unit: str
    reason: str
    date: str | None = None
    session: str | None = None
    document: str | None = None
    occurred_at: str | None = None


@dataclass(frozen=True, slots=True)
class DeclineReschedule:
    """The leader keeps the session; ``request`` is the number of the event that asked."""

    request: int
    reason: str


@dataclass(frozen=True, slots=True)
class ReceivePack:
    """The manifest of a document pack: each slot a file by its digest, or why there is none."""

    unit: str
    manifest: tuple[dict[str, Any], ...]
    occurred_at: str | None = None
    via: str = "upload"
    proof: str | None = None


@dataclass(frozen=True, slots=True)
class ReceiveFile:
    """All bytes have come of a file that the pack ``pack`` (number of its event) names for ``document``.

    ``sha256`` and ``size``: of what came.
    """

    unit: str
    pack: int
    document: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class AssessPack:
    """What the secretary found in the pack ``pack`` (number of its event): ``{document, outcome, text}``."""

    unit: str
    pack: int
    findings: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class ForwardPack:
    """The pack ``pack`` is passed on to ``members`` (persons of the team)."""

    unit: str
    pack: int
    members: tuple[str, ...]
    text: str | None = None


@dataclass(frozen=True, slots=True)
class RecordOutage:
    """This system could not be reached from ``begins`` until ``ends`` (exclusive), both instants."""

    begins: str
    ends: str
    text: str


@dataclass(frozen=True, slots=True)
class OpenCase:
    """The cut-off of the unit's pack passed without a full one: a case for the Committee."""

    unit: str


@dataclass(frozen=True, slots=True)
class OpenInspection:
    """The session begins; ``override`` is the leader's reason to open past a closed gate."""

    unit: str
    team: str | None = None
    override: str | None = None
    occurred_at: str | None = None


@dataclass(frozen=True, slots=True)
class Adjust:
    """A correction of another leaf to ``to`` points.  What it corrects is read from the ledger; a client that
    states it (``from_self``, ``from_effective``) is told when that is no longer so."""

    criterion: str
    to: str
    reason: str
    stated: frozenset[str] = frozenset()
    from_self: str | None = None
    from_effective: str | None = None


@dataclass(frozen=True, slots=True)
class SignConclusion:
    """The leader's conclusion (plan III.7)."""

    unit: str
    strengths: str
    limitations: str
    orientation: str
    scores: tuple[dict[str, str], ...] = ()
    adjustments: tuple[Adjust, ...] = ()
    recognised_models: tuple[dict[str, str], ...] = ()
    team: str | None = None
    occurred_at: str | None = None


@dataclass(frozen=True, slots=True)
class AmendConclusion:
    """What changes of a signed conclusion, and why; None and empty: stays as it is (rulebook format §3).

    ``withdrawn``: criteria whose latest inspection value no longer stands.  ``recognised_models``: the whole
    list, where it changes.
    """

    unit: str
    reason: str
    strengths: str | None = None
    limitations: str | None = None
    orientation: str | None = None
    scores: tuple[dict[str, str], ...] = ()
    adjustments: tuple[Adjust, ...] = ()
    withdrawn: tuple[str, ...] = ()
    recognised_models: tuple[dict[str, str], ...] | None = None
    team: str | None = None
    occurred_at: str | None = None


@dataclass(frozen=True, slots=True)
class DelegateConclusion:
    """The leader lets the member ``person`` conclude at the unit, by a document."""

    unit: str
    person: str
    document: str


@dataclass(frozen=True, slots=True)
class AnswerAdjustment:
    """The unit's answer to the adjustment of ``criterion`` by the event numbered ``conclusion``."""

    unit: str
    conclusion: int
    criterion: str
    text: str | None = None
    disputes: bool = False


@dataclass(frozen=True, slots=True)
class IssueBriefing:
    """An item of a department's briefing, about one unit or a whole area."""

    department: str
    about: str
    text: str
    unit: str | None = None
    area: str | None = None


@dataclass(frozen=True, slots=True)
class RegisterSubordinates:
    """``subordinates``: ``{code, name, kind, class, year}`` each, all of the unit's."""

    unit: str
    subordinates: tuple[dict[str, Any], ...]
    document: str


@dataclass(frozen=True, slots=True)
class DeclareAttendance:
    """``attendees``: ``{role, person, subordinate}`` each; ``person`` is a salted digest, never a name."""

    unit: str
    attendees: tuple[dict[str, Any], ...]
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class DeclareSite:
    """Whether the place is ready; ``text``: what is lacking."""

    unit: str
    ready: bool
    text: str | None = None


@dataclass(frozen=True, slots=True)
class AnswerPartyCommittee:
    """Whether the party committee attends; ``text``: why not."""

    unit: str
    attends: bool
    text: str | None = None
    document: str | None = None


@dataclass(frozen=True, slots=True)
class RecordMinutes:
    """``items``: ``{kind, text}`` each, in the order of the session."""

    unit: str
    items: tuple[dict[str, str], ...]
    occurred_at: str | None = None


@dataclass(frozen=True, slots=True)
class RecordFinding:
    """A finding on one content of the inspection."""

    unit: str
    content: str
    text: str


@dataclass(frozen=True, slots=True)
class RegisterModel:
    """A model or solution of the year."""

    unit: str
    ref: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class AssessModel:
    """The team's view of the model ``ref``; ``initiative``: high, fair or low."""

    unit: str
    ref: str
    initiative: str
    text: str


@dataclass(frozen=True, slots=True)
class CarryLimitations:
    """``limitations``: ``{ref, text, cycle, unit}`` each; ``unit``: the predecessor that had it."""

    unit: str
    limitations: tuple[dict[str, str], ...]
    document: str | None = None


@dataclass(frozen=True, slots=True)
class AssessLimitation:
    """``outcome``: remedied, partly or not."""

    unit: str
    ref: str
    outcome: str
    text: str


@dataclass(frozen=True, slots=True)
class SubmitReflection:
    """A member's own report: ``digest`` of its text, which is kept beside the ledger."""

    team: str
    digest: str
    unit: str | None = None


Command = (
    OpenRound
    | CloseRound
    | FormTeam
    | AdoptCalendar
    | NominateMember
    | WithdrawMember
    | Schedule
    | AskReschedule
    | DeclineReschedule
    | ReceivePack
    | AssessPack
    | ForwardPack
    | ReceiveFile
    | RecordOutage
    | OpenCase
    | OpenInspection
    | SignConclusion
    | AmendConclusion
    | DelegateConclusion
    | AnswerAdjustment
    | IssueBriefing
    | RegisterSubordinates
    | DeclareAttendance
    | DeclareSite
    | AnswerPartyCommittee
    | RecordMinutes
    | RecordFinding
    | RegisterModel
    | AssessModel
    | CarryLimitations
    | AssessLimitation
    | SubmitReflection
)


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one kind.  ``name``: of the list in the request."""

    rows: tuple[Command | MalformedRow, ...]
    mode: str = ALL_OR_NOTHING
    name: str = "sessions"
