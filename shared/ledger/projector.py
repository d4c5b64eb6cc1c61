"""Projectors: read models that follow the ledger, each at its own cursor (architecture 3.6, 4.2).

Read model and cursor move in one transaction, fenced on the cursor's old value, so any number of
processes may run the same projector: one wins, the others see that they lost and go on.  A projection
whose own code fails on an event is parked: its cursor stands, its read model keeps the last good state,
other ledgers and projections go on, and it is tried again with growing pauses.  A rebuild never parks: it
stops.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol, runtime_checkable

import structlog
from sqlalchemy import ColumnElement, Connection, Engine, Table, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import InterfaceError, OperationalError

from shared.database import DatabaseBusy, is_postgres, read_transaction, write_transaction
from shared.events.envelope import instant
from shared.ledger import reader, tables
from shared.ledger.reader import LedgerRow

BATCH = 500
LONGEST_PAUSE = 60.0

_log = structlog.get_logger("projector")


class Projection(Protocol):
    """A read model of one service.

    ``name``: of its cursor, at most 64 characters, never changed.
    """

    name: str

    def apply(self, connection: Connection, ledger: str, rows: Sequence[LedgerRow]) -> None:
        """Bring the read model from before ``rows`` to behind them, through ``connection`` alone.

        The rows follow each other and the last ones applied; they may come in any batch sizes, which must
        make no difference.  The caller commits, together with the cursor.  An exception parks the
        projection for this ledger.
        """
        ...


@runtime_checkable
class Resettable(Protocol):
    """A projection that can forget a ledger, so that it can be rebuilt in place."""

    def reset(self, connection: Connection, ledger: str) -> None:
        """Delete all that the read model knows of ``ledger``."""
        ...


class CursorMoved(Exception):
    """Another process has applied these rows in between."""


class RebuildStopped(Exception):
    """A projection failed in a rebuild; nothing behind that position was applied."""

    def __init__(self, projection: str, ledger: str, position: int) -> None:
        super().__init__(f"{projection} failed at position {position} of {ledger}")
        self.projection = projection
        self.ledger = ledger
        self.position = position


@dataclass(slots=True)
class _Parking:
    failures: int
    again_at: float


class Projector:
    """Runs projections over all ledgers of one database.  Not to be shared by threads."""

    def __init__(
        self,
        engine: Engine,
        projections: Sequence[Projection],
        *,
        batch: int = BATCH,
        monotonic: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        on_applied: Callable[[str, str, int], None] = lambda projection, ledger, position: None,
    ) -> None:
        names = [projection.name for projection in projections]
        if len(set(names)) != len(names):
            raise ValueError(f"two projections share a name: {names}")
        self._engine = engine
        self._projections = tuple(projections)
        self._batch = batch
        self._monotonic = monotonic
        self._now = now
        self._on_applied = on_applied
        self._parked: dict[tuple[str, str], _Parking] = {}

    def step(self) -> bool:
        """Apply at most one batch per projection and ledger; whether any moved.

        Raises only what a database that is away or busy raises: the caller tries again.
        """
        with read_transaction(self._engine) as connection:
            sizes = reader.sizes(connection)
            cursors = all_cursors(connection)
        moved = False
        for projection in self._projections:
            for ledger, size in sorted(sizes.items()):
                position = cursors.get((projection.name, ledger), 0)
                if position < size and not self._pausing(projection.name, ledger):
                    moved |= self._advance(projection, ledger, position, min(size, position + self._batch))
        return moved

    def run_to_end(self) -> None:
        """Step until nothing moves any more."""
        while self.step():
            pass

    def _pausing(self, name: str, ledger: str) -> bool:
        parking = self._parked.get((name, ledger))
        return parking is not None and self._monotonic() < parking.again_at

    def _advance(self, projection: Projection, ledger: str, start: int, stop: int) -> bool:
        """Apply positions ``start`` .. ``stop`` - 1; on a failure, as many of them as go."""
        moved = False
        while start < stop:
            try:
                self._apply(projection, ledger, start, stop)
            except CursorMoved:
                return True
            except (OperationalError, InterfaceError, DatabaseBusy):
                raise  # the database, not the projection
            except Exception as error:
                if stop - start > 1:
                    stop = start + (stop - start) // 2
                    continue
                self._park(projection.name, ledger, start, error)
                return moved
            moved = True
            self._unpark(projection.name, ledger)
            self._on_applied(projection.name, ledger, stop)
            return True
        return moved

    def _apply(self, projection: Projection, ledger: str, start: int, stop: int) -> None:
        with write_transaction(self._engine) as connection:
            move_cursor(connection, projection.name, ledger, start, stop)
            projection.apply(connection, ledger, list(reader.rows(connection, ledger, start, stop)))

    def _park(self, name: str, ledger: str, position: int, error: Exception) -> None:
        failures = self._parked[name, ledger].failures + 1 if (name, ledger) in self._parked else 1
        pause = min(LONGEST_PAUSE, 2.0 ** (failures - 1))
        self._parked[name, ledger] = _Parking(failures, self._monotonic() + pause)
        _log.error(
            "projection parked",
            projection=name,
            ledger=ledger,
            position=position,
            failures=failures,
            again_in=pause,
            exc_info=error,
        )
        text = f"{type(error).__name__}: {error}"[:2000].replace("\0", "\\0")
        with write_transaction(self._engine) as connection:
            connection.execute(delete(tables.parked).where(*_of(tables.parked, name, ledger)))
            connection.execute(
                insert(tables.parked),
                {
                    "projection": name,
                    "ledger": ledger,
                    "position": position,
                    "error": text,
                    "at": instant(self._now()),
                },
            )

    def _unpark(self, name: str, ledger: str) -> None:
        # Also without a parking of this process's own memory: the row may be of one that has ended.
        if self._parked.pop((name, ledger), None) is not None:
            _log.info("projection resumed", projection=name, ledger=ledger)
        with read_transaction(self._engine) as connection:
            there = connection.execute(
                select(tables.parked.c.position).where(*_of(tables.parked, name, ledger))
            ).first()
        if there is not None:
            with write_transaction(self._engine) as connection:
                connection.execute(delete(tables.parked).where(*_of(tables.parked, name, ledger)))


def rebuild(
    engine: Engine, projections: Iterable[Projection], ledger: str, *, batch: int = BATCH
) -> dict[str, int]:
    """Build the read models of ``ledger`` anew from position 0; gives the cursor of each.

    A projection that has applied something and cannot forget it raises ``ValueError``.  Never parks: raises
    :class:`RebuildStopped` at the first failure.
    """
    reached: dict[str, int] = {}
    for projection in projections:
        with write_transaction(engine) as connection:
            cursor = all_cursors(connection).get((projection.name, ledger), 0)
            if isinstance(projection, Resettable):
                projection.reset(connection, ledger)
            elif cursor:
                raise ValueError(f"{projection.name} cannot forget {ledger}; rebuild in an empty database")
            connection.execute(delete(tables.cursors).where(*_of(tables.cursors, projection.name, ledger)))
            connection.execute(delete(tables.parked).where(*_of(tables.parked, projection.name, ledger)))
            size = reader.size(connection, ledger)
        start = 0
        while start < size:
            stop = min(size, start + batch)
            try:
                with write_transaction(engine) as connection:
                    move_cursor(connection, projection.name, ledger, start, stop)
                    projection.apply(connection, ledger, list(reader.rows(connection, ledger, start, stop)))
            except Exception as error:
                if stop - start > 1:
                    batch = (stop - start) // 2  # find the position, so that the message names it
                    continue
                raise RebuildStopped(projection.name, ledger, start) from error
            start = stop
        reached[projection.name] = start
    return reached


def all_cursors(connection: Connection) -> dict[tuple[str, str], int]:
    """How many positions are applied, by projection and ledger."""
    rows = connection.execute(select(tables.cursors))
    return {(row.projection, row.ledger): row.position for row in rows}


def cursor(connection: Connection, projection: str, ledger: str) -> int:
    """How many positions of ``ledger`` the projection has applied."""
    query = select(tables.cursors.c.position).where(*_of(tables.cursors, projection, ledger))
    return connection.execute(query).scalar_one_or_none() or 0


def move_cursor(connection: Connection, projection: str, ledger: str, before: int, after: int) -> None:
    """Move a cursor, fenced.  Raises :class:`CursorMoved` when it does not stand at ``before``."""
    if before == 0:
        make = postgresql.insert if is_postgres(connection) else sqlite.insert
        connection.execute(
            make(tables.cursors).on_conflict_do_nothing(),
            {"projection": projection, "ledger": ledger, "position": 0},
        )
    moved = connection.execute(
        update(tables.cursors)
        .where(*_of(tables.cursors, projection, ledger), tables.cursors.c.position == before)
        .values(position=after)
    )
    if moved.rowcount != 1:
        raise CursorMoved(f"{projection} of {ledger} no longer stands at {before}")


@dataclass(frozen=True, slots=True)
class Parked:
    """A projection that stands still in a ledger, and why."""

    projection: str
    ledger: str
    position: int
    error: str
    at: str


def parked(connection: Connection) -> list[Parked]:
    """All projections that stand still."""
    query = select(tables.parked).order_by(tables.parked.c.projection, tables.parked.c.ledger)
    return [
        Parked(row.projection, row.ledger, row.position, row.error, row.at)
        for row in connection.execute(query)
    ]


def _of(table: Table, projection: str, ledger: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    columns = table.c
    return columns.projection == projection, columns.ledger == ledger
