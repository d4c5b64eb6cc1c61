"""When which rulebook took force in a ledger, as the adopting events say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from services.ranking import positions
from services.ranking.engine import State
from shared.events import Event
from shared.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Adopted:
    """A rulebook in force from ``position`` on.  ``mode``: how it treats what was scored before, None for
    the first; ``decision``: number of the decision that amends, or "".
    """

    position: int
    time: str
    rulebook: Rulebook
    mode: str | None
    decision: str


def adoptions(connection: Connection, ledger: str, state: State) -> tuple[Adopted, ...]:
    """Every adoption that counts in ``state``, oldest first."""
    found = []
    for one in state.adoptions:
        entry = positions.entry(connection, ledger, one.position)
        assert entry is not None  # the fold has read it there
        said: dict[str, Any] = Event.parse(entry.value).data
        found.append(
            Adopted(one.position, entry.time, one.rulebook, one.mode, str(said.get("decision") or ""))
        )
    return tuple(found)
