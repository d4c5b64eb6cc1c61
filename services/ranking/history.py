"""Standings of one ledger at any position.

Kept in the process: the ledger as columns (:mod:`services.ranking.columns`), a frontier of its tree and its
time every few events, at most :data:`STOPS` folds of what is no early score, and the last :data:`SHOWN`
results.  So any position costs one look at the columns and one computation.  Nothing here is a source of
truth: whatever is lost is read again from position 0.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import OrderedDict
from dataclasses import dataclass
from itertools import accumulate
from threading import RLock
from typing import Any

from sqlalchemy import Connection, Engine

from services.ranking.columns import Columns, Decoder, fold_columns, ground_of
from services.ranking.columns.frame import instant_of, micros
from services.ranking.columns.lazily import lazily_complete
from services.ranking.columns.source import take_rows, take_segments
from services.ranking.engine import State, initial
from services.ranking.folding import Result, result
from shared.archive import Archive, Segment
from shared.database import read_transaction
from shared.ledger import reader
from shared.ledger.merkle import Frontier, GrowingTree
from shared.ledger.reader import LedgerRow

EVERY = 64
STOPS = 256
SHOWN = 256
LEAVES = 1024


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


class History:
    """Standings of ``ledger`` at any position.  May be used by many threads at once.

    ``every``: events from one kept fold to the next, doubled whenever there are more than ``stops``.
    """

    def __init__(
        self,
        engine: Engine,
        ledger: str,
        archive: Archive | None = None,
        *,
        every: int = EVERY,
        stops: int = STOPS,
        shown: int = SHOWN,
    ) -> None:
        self.ledger = ledger
        self._archive = archive
        self._engine = engine
        self._every = every
        self._most = stops
        self._keep = shown
        self._lock = RLock()
        self._decoder = Decoder(ledger)
        self._grounds: list[State] = [initial(ledger)]
        self._sizes: list[int] = [0]
        self._frontiers = {0: Frontier()}
        self._times = array("q")
        self._shown: OrderedDict[int, Shown] = OrderedDict()

    def at(self, position: int) -> Shown:
        """Standings after the first ``position`` events.  Raises :class:`PositionAhead`."""
        with self._lock:
            found = self._shown.get(position)
            if found is not None:
                self._shown.move_to_end(position)
                return found
            with read_transaction(self._engine) as connection:
                columns = self._columns(connection, position)
                root = self._root(connection, position)
            state = fold_columns(columns, position, self._ground(columns, position))
            time = instant_of(self._times[position - 1]) if position else ""
            shown = Shown(position, result(state), f"sha256:{root.hex()}", time)
            self._shown[position] = shown
            while len(self._shown) > self._keep:
                self._shown.popitem(last=False)
            return shown

    def state_at(self, position: int) -> State:
        """The fold after the first ``position`` events, the caller's own.  Raises :class:`PositionAhead`."""
        with self._lock:
            with read_transaction(self._engine) as connection:
                columns = self._columns(connection, position)
            return lazily_complete(ground_of(columns, position, self._ground(columns, position)), columns)

    def position_at(self, instant: str) -> int:
        """How many events have a running maximum of ``time`` not later than ``instant`` (architecture 4.4).

        ``instant`` is a written UTC instant; whether it lies in the future is for the caller to ask.
        """
        with self._lock, read_transaction(self._engine) as connection:
            self._read(connection, None)
            return bisect_right(self._times, micros(instant))

    def _columns(self, connection: Connection, position: int) -> Columns:
        """The ledger as columns, at least its first ``position`` events."""
        if position > self._decoder.size:
            self._read(connection, position)
        if not 0 <= position <= self._decoder.size:
            raise PositionAhead(position, reader.size(connection, self.ledger))
        return self._decoder.columns()

    def _read(self, connection: Connection, stop: int | None) -> None:
        """Take the events below ``stop`` (None: all there are) that were not taken yet."""
        if self._archive is not None and not self._decoder.size:
            take_segments(self._decoder, self._archive, reader.size(connection, self.ledger), self._keep_end)
            times = self._decoder.columns().times_between(0, self._decoder.size)
            self._times = array("q", accumulate(times, max))
        take_rows(self._decoder, connection, stop, self._keep_time)

    def _keep_end(self, segment: Segment) -> None:
        hashes = bytes.fromhex(segment.frontier)
        self._frontiers[segment.end] = Frontier.from_bytes(segment.end, hashes)

    def _keep_time(self, row: LedgerRow) -> None:
        time = micros(row.time)
        self._times.append(max(time, self._times[-1]) if self._times else time)

    def _root(self, connection: Connection, position: int) -> bytes:
        """Root of the tree over the first ``position`` events; frontiers on the way there are kept."""
        known = self._frontiers
        start = next(size for size in range(position - position % LEAVES, -1, -LEAVES) if size in known)
        tree = GrowingTree(known[start])
        for leaf in reader.leaves_between(connection, self.ledger, start, position):
            tree.add(leaf)
            if tree.size % LEAVES == 0:
                known[tree.size] = tree.frontier()
        return tree.root()

    def _ground(self, columns: Columns, position: int) -> State:
        """A kept fold not far below ``position``; folds on the way there are kept."""
        ground = self._grounds[bisect_right(self._sizes, position) - 1]
        while ground.size + self._every <= position:
            ground = ground_of(columns, ground.size - ground.size % self._every + self._every, ground)
            if ground.size > self._sizes[-1]:
                self._grounds.append(ground)
                self._sizes.append(ground.size)
                self._thin_out()
        return ground

    def _thin_out(self) -> None:
        """Drop every second fold once there are too many: the ledger has doubled, so may the steps."""
        if len(self._grounds) <= self._most:
            return
        self._grounds = self._grounds[::2]
        self._sizes = self._sizes[::2]
        self._every *= 2


class Histories:
    """One :class:`History` per ledger, for the life of the process."""

    def __init__(self, engine: Engine, archive: Archive | None = None) -> None:
        self._engine = engine
        self._archive = archive
        self._lock = RLock()
        self._by_ledger: dict[str, History] = {}

    def of(self, ledger: str) -> History:
        """The history of ``ledger``; an unknown ledger has an empty one."""
        with self._lock:
            found = self._by_ledger.get(ledger)
            if found is None:
                found = self._by_ledger[ledger] = History(self._engine, ledger, self._archive)
            return found
