"""A ledger's standings as they go on event by event, by whichever version of the engine a generation has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from sqlalchemy import Connection

from services.ranking.columns import Live
from services.ranking.columns.source import decoded
from services.ranking.engine import ENGINE, digest
from services.ranking.engines import RUNNABLE, EngineVersion
from services.ranking.folding import Result, result, take_event
from shared.archive import Archive
from shared.events import Event
from shared.ledger import reader


class EngineMissing(LookupError):
    """A version of the engine that this software cannot run."""

    def __init__(self, engine: str) -> None:
        super().__init__(f"this software cannot run engine {engine}, only {', '.join(sorted(RUNNABLE))}")
        self.engine = engine


class Running(Protocol):
    """The fold of the events taken so far."""

    @property
    def size(self) -> int:
        """How many events were taken."""
        ...

    def take(self, event: Event) -> None:
        """One more admitted event, the next in order."""
        ...

    def shown(self) -> Result:
        """The standings now."""
        ...


def running(
    connection: Connection, ledger: str, engine: str, position: int, archive: Archive | None = None
) -> Running:
    """The fold of the first ``position`` events of ``ledger`` by version ``engine``.

    Raises :class:`EngineMissing`.
    """
    if engine == ENGINE:
        return _Columns(Live(decoded(connection, ledger, archive, position)))
    version = RUNNABLE.get(engine)
    if version is None:
        raise EngineMissing(engine)
    return _Events(version, ledger, (row.event for row in reader.rows(connection, ledger, 0, position)))


class _Columns:
    """By the present engine."""

    def __init__(self, live: Live) -> None:
        self._live = live

    @property
    def size(self) -> int:
        return self._live.size

    def take(self, event: Event) -> None:
        self._live.take(event)

    def shown(self) -> Result:
        return result(self._live.state)


class _Events:
    """By an earlier one, event by event."""

    def __init__(self, version: EngineVersion, ledger: str, events: Iterator[Event]) -> None:
        self._version = version
        self._state = version.initial(ledger)
        self.size = 0
        for event in events:
            self.take(event)

    def take(self, event: Event) -> None:
        take_event(self._state, self.size, event, self._version)
        self.size += 1

    def shown(self) -> Result:
        body = self._version.body(self._state)
        return Result(body, digest(body))
