"""What the signed conclusion about a unit gives its criteria, as the ledger tells this service."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from shared.events import Event
from shared.events.catalogue import interpret
from shared.ledger import reader

_TYPES = ("conclusion.signed.v1", "conclusion.amended.v1")


@dataclass(frozen=True, slots=True)
class Concluded:
    """The points that a conclusion gives a criterion, by which ``team``, and why where it adjusts."""

    points: str
    team: str
    reason: str = ""


def concluded(connection: Connection, ledger: str, unit: str) -> Mapping[str, Concluded]:
    """By criterion: what stands of the conclusions about ``unit``."""
    return concluded_by(
        row.event for row in reader.of_subject(connection, ledger, unit) if row.type in _TYPES
    )


def concluded_by(events: Iterable[Event]) -> Mapping[str, Concluded]:
    """The same of the conclusions themselves, oldest first; one that the catalogue refuses says nothing."""
    stacks: dict[str, list[Concluded]] = {}
    for event in events:
        if interpret(event) is None:
            _conclude(stacks, event.data)
    return {criterion: stack[-1] for criterion, stack in stacks.items() if stack}


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
