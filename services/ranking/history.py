"""Standings of one ledger at any position, from the ledger table alone.

Kept in the process: at most :data:`STOPS` copies of the fold, evenly spaced, and the last :data:`SHOWN`
results.  So one step of the page's slider costs a few dozen events and one computation, whatever the
position.  Memory: a copy shares the facts of every unit that did not change up to the next one.
Nothing here is a source of truth: whatever is lost is folded again from position 0.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from dataclasses import dataclass
from threading import RLock
from typing import Any

from sqlalchemy import Connection, Engine

from services.ranking import positions
from services.ranking.engine import State, initial
from services.ranking.folding import Result, result, take
from shared.database import read_transaction
from shared.ledger import reader
from shared.ledger.merkle import Frontier

EVERY = 16
STOPS = 256
SHOWN = 256


class PositionAhead(LookupError):
    """A position that the ledger has not reached; ``size`` is how far it is."""

    def __init__(self, position: int, size: int) -> None:
        super().__init__(f"position {position} is beyond the ledger's {size} events")
        self.position = position
        self.size = size


@dataclass(frozen=True, slots=True)
class Shown:
    """Standings after the first ``position`` events.

    ``time``: running maximum of the events' times, "" before the first.  ``root``: of the tree over
    exactly these events.
    """

    position: int
    result: Result
    root: str
    time: str

    @property
    def digest(self) -> str:
        return self.result.digest

    @property
    def body(self) -> dict[str, Any]:
        return self.result.body


@dataclass(frozen=True, slots=True)
class _Stop:
    """A place to go on from: the fold, the tree and the time after ``state.size`` events."""

    state: State
    frontier: Frontier
    time: str


class History:
    """Standings of ``ledger`` at any position.  May be used by many threads at once."""

    def __init__(
        self, engine: Engine, ledger: str, *, every: int = EVERY, stops: int = STOPS, shown: int = SHOWN
    ) -> None:
        self.ledger = ledger
        self._engine = engine
        self._every = every
        self._most = stops
        self._keep = shown
        self._lock = RLock()
        self._stops: list[_Stop] = [_Stop(initial(ledger), Frontier(), "")]
        self._sizes: list[int] = [0]
        self._shown: OrderedDict[int, Shown] = OrderedDict()
        self._times: list[str] = []

    def at(self, position: int) -> Shown:
        """Standings after the first ``position`` events.  Raises :class:`PositionAhead`."""
        with self._lock:
            found = self._shown.get(position)
            if found is not None:
                self._shown.move_to_end(position)
                return found
            with read_transaction(self._engine) as connection:
                stop = self._fold_to(connection, position)
            shown = Shown(position, result(stop.state), f"sha256:{stop.frontier.root().hex()}", stop.time)
            self._shown[position] = shown
            while len(self._shown) > self._keep:
                self._shown.popitem(last=False)
            return shown

    def state_at(self, position: int) -> State:
        """The fold after the first ``position`` events, the caller's own.  Raises :class:`PositionAhead`."""
        with self._lock, read_transaction(self._engine) as connection:
            return self._fold_to(connection, position).state

    def position_at(self, instant: str) -> int:
        """How many events have a running maximum of ``time`` not later than ``instant`` (architecture 4.4).

        ``instant`` is a written UTC instant; whether it lies in the future is for the caller to ask.
        """
        with self._lock, read_transaction(self._engine) as connection:
            self._read_times(connection)
            return bisect_right(self._times, instant)

    def _fold_to(self, connection: Connection, position: int) -> _Stop:
        """The fold after ``position`` events, leaving a stop every few events on the way."""
        if position < 0:
            raise PositionAhead(position, reader.size(connection, self.ledger))
        start = self._stops[bisect_right(self._sizes, position) - 1]
        if start.state.size == position:
            return _Stop(start.state.copy(), start.frontier, start.time)
        state, frontier, time = start.state.copy(), start.frontier, start.time
        leaves: list[bytes] = []
        for row in reader.rows(connection, self.ledger, state.size, position):
            event = take(state, row.position, row.value)
            leaves.append(row.leaf)
            time = max(time, event.time)
            if state.size % self._every == 0 and state.size > self._sizes[-1]:
                frontier, leaves = frontier.extend(leaves), []
                self._stops.append(_Stop(state.copy(), frontier, time))
                self._sizes.append(state.size)
                self._thin_out()
        if state.size != position:
            raise PositionAhead(position, state.size)
        return _Stop(state, frontier.extend(leaves), time)

    def _thin_out(self) -> None:
        """Drop every second stop once there are too many: the ledger has doubled, so may the steps."""
        if len(self._stops) <= self._most:
            return
        self._stops = self._stops[::2]
        self._sizes = self._sizes[::2]
        self._every *= 2

    def _read_times(self, connection: Connection) -> None:
        latest = self._times[-1] if self._times else ""
        for time in positions.times(connection, self.ledger, len(self._times)):
            latest = max(latest, time)
            self._times.append(latest)


class Histories:
    """One :class:`History` per ledger, for the life of the process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = RLock()
        self._by_ledger: dict[str, History] = {}

    def of(self, ledger: str) -> History:
        """The history of ``ledger``; an unknown ledger has an empty one."""
        with self._lock:
            found = self._by_ledger.get(ledger)
            if found is None:
                found = self._by_ledger[ledger] = History(self._engine, ledger)
            return found
