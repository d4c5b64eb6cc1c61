"""A new generation of a ledger's read model, built beside the live one from position 0, and made live.

Readers and the projector never wait for it: what is long (reading, folding, computing) holds no lock, and
what is written goes in short transactions into rows that nobody reads yet.  A process that is killed leaves a
generation that is not live; the next rebuild drops it.  Two at once: the later one drops the other's, which
stops.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, Table, delete, insert, select

from services.ranking import generations
from services.ranking.engine import ENGINE
from services.ranking.folding import Result
from services.ranking.generations import BUILDING, DROPPED, KEPT, LIVE, READY, Generation
from services.ranking.projections import (
    Publication,
    StandingsProjection,
    publication_row,
    published,
    publishes,
    standings_row,
    store_publication,
)
from services.ranking.running import Running, running
from services.ranking.tables import publications, standings
from shared.archive import Archive
from shared.database import read_transaction, write_transaction
from shared.events import Event
from shared.events.envelope import instant
from shared.events.fingerprint import fingerprint
from shared.ledger import reader
from shared.ledger.projector import CursorMoved, move_cursor

BATCH: Final = 32
"""Stored positions per transaction: some hundred kilobytes."""
SWEEP: Final = 200
"""Rows of a dropped generation that one transaction deletes."""
ATTEMPTS: Final = 100
"""How often a switch catches up with a ledger that grows meanwhile."""

Progress = Callable[[int, int], None]
"""Is told how many events are done, and of how many."""


class NothingShown(LookupError):
    """The ledger has no live generation: nothing was projected yet, so there is nothing to build beside."""


class NoGeneration(LookupError):
    """There is no generation to switch to."""


class NeverCaughtUp(RuntimeError):
    """The ledger grew between every catching up and the switch after it."""


class PinsDiffer(Exception):
    """Publications whose digest the new generation does not give; ``broken`` are those not accepted."""

    def __init__(self, broken: tuple[Publication, ...]) -> None:
        super().__init__(
            "published digests that do not hold there: "
            + ", ".join(f"version {one.version} at position {one.position}" for one in broken)
        )
        self.broken = broken


@dataclass(frozen=True, slots=True)
class _Step:
    """What one transaction adds to a generation."""

    position: int
    digest: str
    standings: list[dict[str, Any]]
    publications: list[dict[str, Any]]


class Rebuild:
    """Builds and switches the generations of ``ledger``.  Not to be shared by threads."""

    def __init__(
        self,
        engine: Engine,
        ledger: str,
        archive: Archive | None = None,
        *,
        batch: int = BATCH,
        progress: Progress = lambda done, total: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._engine = engine
        self._ledger = ledger
        self._archive = archive
        self._batch = batch
        self._progress = progress
        self._now = now
        self._folded: tuple[int, Running] | None = None

    def generations(self) -> tuple[Generation, ...]:
        """Every generation, oldest first.  Raises :class:`NothingShown`."""
        with read_transaction(self._engine) as connection:
            self._live(connection)
            return generations.all_of(connection, self._ledger)

    def live(self) -> Generation:
        """The live one.  Raises :class:`NothingShown`."""
        with read_transaction(self._engine) as connection:
            return self._live(connection)

    def candidate(self) -> Generation | None:
        """A generation that was built by this engine and this catalogue, and is not live yet."""
        return next(
            (
                one
                for one in reversed(self.generations())
                if (one.state, one.engine, one.catalogue) == (READY, ENGINE, fingerprint())
            ),
            None,
        )

    def build(self) -> Generation:
        """A new generation, caught up with the live one.  What a rebuild before left behind is dropped.

        Raises :class:`NothingShown`, and :class:`~services.ranking.generations.Overtaken` when another
        rebuild began meanwhile.
        """
        with write_transaction(self._engine) as connection:
            self._live(connection)
            self._give_up(connection, (BUILDING, READY))
            made = generations.begin(connection, self._ledger, BUILDING, ENGINE, instant(self._now()))
        self.sweep()
        made = self.catch_up(made)
        with write_transaction(self._engine) as connection:
            return generations.turn(connection, made, READY)

    def catch_up(self, of: Generation) -> Generation:
        """Bring ``of`` to where the live generation stands, by its own engine.

        It gets standings at every position that the live one stores or a publication pinned.  Raises
        :class:`~services.ranking.running.EngineMissing`, :class:`~services.ranking.generations.Overtaken`.
        """
        while True:
            with read_transaction(self._engine) as connection:
                live = self._live(connection)
                self._progress(of.position, live.position)
                if of.position >= live.position:
                    return of
                step = self._step(connection, of, live)
            with write_transaction(self._engine) as connection:
                connection.execute(insert(standings), step.standings)
                for row in step.publications:
                    store_publication(connection, of, row)
                of = generations.move(connection, of, step.position, step.digest)

    def switch(self, to: Generation, accepted: Collection[int] = ()) -> Generation:
        """Make ``to`` live, at the very position at which the live one stands; that one is kept.

        ``accepted``: versions whose pinned digest need not hold in ``to``.  Raises :class:`PinsDiffer`,
        :class:`NeverCaughtUp`, and what :meth:`catch_up` raises.
        """
        for _ in range(ATTEMPTS):
            to = self.catch_up(to)
            try:
                with write_transaction(self._engine) as connection:
                    made = self._switch(connection, to, accepted)
            except CursorMoved:
                continue
            self.sweep()
            return made
        raise NeverCaughtUp(f"{self._ledger} grew {ATTEMPTS} times while generation {to.number} caught up")

    def kept(self) -> Generation:
        """The one that was live before.  Raises :class:`NoGeneration`, :class:`NothingShown`."""
        for one in self.generations():
            if one.state == KEPT:
                return one
        raise NoGeneration(f"no generation of {self._ledger} is kept")

    def drop(self) -> tuple[Generation, ...]:
        """Drop every generation that is not live, and its rows; gives those that were still there."""
        with write_transaction(self._engine) as connection:
            self._live(connection)
            dropped = self._give_up(connection, (BUILDING, READY, KEPT))
        self.sweep()
        return dropped

    def sweep(self) -> None:
        """Delete the rows of dropped generations, a few at a time."""
        with read_transaction(self._engine) as connection:
            dropped = [one for one in generations.all_of(connection, self._ledger) if one.state == DROPPED]
        for one in dropped:
            for table, key in ((standings, standings.c.position), (publications, publications.c.version)):
                of = (table.c.ledger == one.ledger, table.c.generation == one.number)
                few = select(key).where(*of).order_by(key).limit(SWEEP)
                while self._is_there(table, one):
                    with write_transaction(self._engine) as connection:
                        connection.execute(delete(table).where(*of, key.in_(few)))

    def _is_there(self, table: Table, of: Generation) -> bool:
        query = select(table.c.ledger).where(table.c.ledger == of.ledger, table.c.generation == of.number)
        with read_transaction(self._engine) as connection:
            return connection.execute(query.limit(1)).first() is not None

    def _live(self, connection: Connection) -> Generation:
        found = generations.live(connection, self._ledger)
        if found is None:
            raise NothingShown(f"ranking shows nothing of {self._ledger} yet")
        return found

    def _give_up(self, connection: Connection, states: Collection[str]) -> tuple[Generation, ...]:
        found = [one for one in generations.all_of(connection, self._ledger) if one.state in states]
        for one in found:
            generations.turn(connection, one, DROPPED)
        return tuple(found)

    def _switch(self, connection: Connection, to: Generation, accepted: Collection[int]) -> Generation:
        # The fence: whoever projects takes this row too, so neither cursor moves until the commit.
        move_cursor(connection, StandingsProjection.name, self._ledger, to.position, to.position)
        live = self._live(connection)
        if live.position != to.position:
            raise CursorMoved(f"generation {live.number} stands at {live.position}, not at {to.position}")
        broken = tuple(
            one
            for one in published(connection, self._ledger, to.number)
            if not one.holds and one.version not in accepted
        )
        if broken:
            raise PinsDiffer(broken)
        for one in generations.all_of(connection, self._ledger):
            if one.state == KEPT and one.number != to.number:
                generations.turn(connection, one, DROPPED)
        generations.turn(connection, live, KEPT)
        return generations.turn(connection, to, LIVE)

    def _step(self, connection: Connection, of: Generation, live: Generation) -> _Step:
        """The next few positions of ``of``, computed."""
        wanted = self._wanted(connection, of, live)
        folded = self._running(connection, of)
        self._folded = None  # until all of the step is taken
        shown: dict[int, Result] = {}
        rows: list[dict[str, Any]] = []
        stated: list[tuple[int, Event]] = []
        for row in reader.rows(connection, self._ledger, of.position, wanted[-1]):
            event = row.event
            folded.take(event)
            if publishes(event):
                stated.append((folded.size, event))
            if folded.size in wanted:
                shown[folded.size] = folded.shown()
                rows.append(standings_row(of, folded.size, shown[folded.size], event.time))
        self._folded = (of.number, folded)
        pins = [publication_row(connection, of, stated_at, event, shown) for stated_at, event in stated]
        return _Step(wanted[-1], shown[wanted[-1]].digest, rows, pins)

    def _wanted(self, connection: Connection, of: Generation, live: Generation) -> list[int]:
        """The next positions at which ``of`` keeps standings, in order; at least one."""
        stored = connection.execute(
            select(standings.c.position)
            .where(
                standings.c.ledger == self._ledger,
                standings.c.generation == live.number,
                standings.c.position > of.position,
                standings.c.position < live.position,
            )
            .order_by(standings.c.position)
            .limit(self._batch)
        ).scalars()
        wanted = set(stored)
        last = max(wanted) if len(wanted) == self._batch else live.position
        pinned = {
            min(one.position, one.stated_at - 1) for one in published(connection, self._ledger, live.number)
        }
        return sorted({*wanted, *(position for position in pinned if of.position < position < last), last})

    def _running(self, connection: Connection, of: Generation) -> Running:
        """The fold of what ``of`` holds: from memory, else read again."""
        number, folded = self._folded or (0, None)
        if folded is not None and (number, folded.size) == (of.number, of.position):
            return folded
        return running(connection, self._ledger, of.engine, of.position, self._archive)
