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
class Schedule:
    """A half-day session of a team at a unit; for a unit that has one, another day (plan III.4)."""

    unit: str
    team: str
    date: str
    session: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ReceivePack:
    """The manifest of a document pack: each slot a file by its digest, or why there is none."""

    unit: str
    manifest: tuple[dict[str, Any], ...]
    occurred_at: str | None = None


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


Command = OpenRound | CloseRound | FormTeam | Schedule | ReceivePack | OpenInspection | SignConclusion


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one kind.  ``name``: of the list in the request."""

    rows: tuple[Command | MalformedRow, ...]
    mode: str = ALL_OR_NOTHING
    name: str = "sessions"
