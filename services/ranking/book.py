"""What pages and audiences need beside the fold: names of bodies, teams of units, marks for the slider.

Read from the ledger table by type and kept in the process; grows with the ledger, never changes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from threading import RLock
from typing import Any

from sqlalchemy import Connection, select

from services.ranking.engine import State
from services.ranking.words import Names
from shared.events import Event
from shared.events.catalogue import interpret
from shared.ledger.tables import ledger as ledger_table

MARKED = (
    "result.published.v1",
    "decision.score.v1",
    "decision.bonus.v1",
    "decision.penalty.v1",
    "decision.forfeit_confirmed.v1",
    "decision.forfeit_lifted.v1",
    "decision.forfeit_declined.v1",
    "decision.tie.v1",
    "decision.score_withdrawn.v1",
    "decision.veto_recorded.v1",
    "decision.veto_lifted.v1",
    "decision.late_fact.v1",
    "decision.exception.v1",
    "decision.confirmed.v1",
    "decision.disputed.v1",
    "standings.frozen.v1",
    "round.closed.v1",
)
_READ = (*MARKED, "department.registered.v1", "inspection.scheduled.v1")


@dataclass(frozen=True, slots=True)
class MarkedEvent:
    """An event that the slider marks; ``position`` is the one just after it."""

    position: int
    type: str
    subject: str
    time: str
    data: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """Which mark it gets: ``publication``, ``freeze``, or ``decision`` (the end of the round too)."""
        return {"result.published.v1": "publication", "standings.frozen.v1": "freeze"}.get(
            self.type, "decision"
        )


class Book:
    """The names, teams and marks of one ledger.  May be used by many threads at once."""

    def __init__(self, ledger: str) -> None:
        self._ledger = ledger
        self._lock = RLock()
        self._read_to = 0
        self._departments: dict[str, str] = {}
        self._teams: dict[str, list[tuple[int, str]]] = {}
        self._marks: list[MarkedEvent] = []

    def refresh(self, connection: Connection, size: int) -> None:
        """Read what the ledger gained up to ``size`` events."""
        with self._lock:
            if size <= self._read_to:
                return
            rows = connection.execute(
                select(ledger_table.c.position, ledger_table.c.value)
                .where(
                    ledger_table.c.ledger == self._ledger,
                    ledger_table.c.position >= self._read_to,
                    ledger_table.c.position < size,
                    ledger_table.c.type.in_(_READ),
                )
                .order_by(ledger_table.c.position)
            )
            for row in rows:
                self._take(row.position, Event.parse(row.value))
            self._read_to = size

    def _take(self, position: int, event: Event) -> None:
        if interpret(event) is not None:
            return
        match event.type:
            case "department.registered.v1":
                self._departments[event.subject.removeprefix("department:")] = event.data["name"]
            case "inspection.scheduled.v1":
                self._teams.setdefault(event.subject, []).append((position, event.data["team"]))
            case _:
                self._marks.append(
                    MarkedEvent(position + 1, event.type, event.subject, event.time, event.data)
                )

    def team_of(self, unit: str, position: int) -> str | None:
        """The inspection team of ``unit`` as the first ``position`` events say, or None."""
        stated = self._teams.get(unit, [])
        found = bisect_right(stated, position - 1, key=lambda entry: entry[0])
        return stated[found - 1][1] if found else None

    def marks(self, position: int) -> tuple[MarkedEvent, ...]:
        """The marks up to ``position``, in order."""
        with self._lock:
            return tuple(self._marks[: bisect_right(self._marks, position, key=lambda mark: mark.position)])

    def reason_of(self, version: int) -> str | None:
        """Why a version was published, as its event says; a first version need not say."""
        with self._lock:
            for mark in self._marks:
                if mark.type == "result.published.v1" and mark.data["version"] == version:
                    reason: str | None = mark.data.get("reason")
                    return reason
        return None

    def names(self, state: State) -> Names:
        """Names for the codes of the ledger."""
        rulebook = state.rulebook
        rows = {code: state.register(code) for code in state.units}
        return Names(
            units={code: str(row.get("name", code)) for code, row in rows.items() if row is not None},
            departments=dict(self._departments),
            criteria={} if rulebook is None else {leaf.id: leaf.label for leaf in rulebook.leaves},
        )


class Books:
    """One :class:`Book` per ledger, for the life of the process."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._by_ledger: dict[str, Book] = {}

    def of(self, ledger: str) -> Book:
        """The book of ``ledger``."""
        with self._lock:
            return self._by_ledger.setdefault(ledger, Book(ledger))
