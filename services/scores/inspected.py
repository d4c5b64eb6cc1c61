"""What the inspection of a unit has brought, as the ledger tells this service: team, session, values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from shared.events import Event
from shared.events.catalogue import interpret
from shared.ledger import reader

_SCHEDULED = "inspection.scheduled.v1"
_CONCLUDED = ("conclusion.signed.v1", "conclusion.amended.v1")


@dataclass(frozen=True, slots=True)
class Concluded:
    """The points that a conclusion gives a criterion: by which ``team``, and why where it adjusts."""

    points: str
    team: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Inspected:
    """``team``, ``date``, ``session``: of the newest schedule, None before one.  ``values``: by criterion."""

    team: str | None = None
    date: str | None = None
    session: str | None = None
    values: Mapping[str, Concluded] = field(default_factory=dict)


def inspected(connection: Connection, ledger: str, unit: str) -> Inspected:
    """What the ledger says about the inspection of ``unit``."""
    return inspection_of(row.event for row in reader.of_subject(connection, ledger, unit))


def inspection_of(events: Iterable[Event]) -> Inspected:
    """The same of a unit's ``events``, oldest first; what the catalogue does not understand says nothing."""
    found = Inspected()
    stacks: dict[str, list[Concluded]] = {}
    for event in events:
        if event.type not in (_SCHEDULED, *_CONCLUDED) or interpret(event) is not None:
            continue
        data = event.data
        if event.type == _SCHEDULED:
            found = Inspected(data["team"], data["date"], data["session"])
            continue
        _conclude(stacks, data)
    values = {criterion: stack[-1] for criterion, stack in stacks.items() if stack}
    return Inspected(found.team, found.date, found.session, values)


def _conclude(stacks: dict[str, list[Concluded]], data: Mapping[str, Any]) -> None:
    """A withdrawal shows the older value again (rulebook format §3)."""
    for criterion in data.get("withdrawn", ()):
        if stacks.get(criterion):
            stacks[criterion].pop()
    for one in data.get("scores", ()):
        stacks.setdefault(one["criterion"], []).append(Concluded(one["value"], data["team"]))
    for one in data.get("adjustments", ()):
        value = Concluded(one["to"], data["team"], one["reason"])
        stacks.setdefault(one["criterion"], []).append(value)
