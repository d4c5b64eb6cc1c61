"""The projection ``standings``: what was shown after each batch, and what each publication pinned.

The live state is in the worker's memory and is read again from the archive and the ledger table when the
process starts, or when a batch was rolled back; what is stored is only the outcome.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Protocol

import orjson
import structlog
from sqlalchemy import ColumnElement, Connection, delete, insert, select

from services.ranking import generations
from services.ranking.engine import ENGINE, canonical, digest
from services.ranking.folding import Result, event_of, recompute
from services.ranking.generations import LIVE, Generation, of_generation
from services.ranking.running import Running, running
from services.ranking.tables import metadata, publications, standings
from shared.archive import Archive
from shared.events import Event
from shared.events.catalogue import interpret
from shared.events.envelope import instant
from shared.ledger import reader

_log = structlog.get_logger("standings")


class Row(Protocol):
    """What this projection reads of a row of the ledger table."""

    @property
    def position(self) -> int: ...

    @property
    def value(self) -> bytes: ...


class StandingsProjection:
    """The projection ``standings`` of the ranking worker."""

    name = "standings"
    metadata = metadata

    def __init__(self, archive: Archive | None = None) -> None:
        self._archive = archive
        self._running: dict[str, tuple[str, Running]] = {}

    def apply(self, connection: Connection, ledger: str, rows: Sequence[Row]) -> None:
        """Fold ``rows`` (ascending, each seen once), compute once, store the newest position's standings.

        They go into the live generation, by that generation's engine.  Raises
        :class:`~services.ranking.running.EngineMissing` where this software cannot run it.
        """
        if not rows:
            return
        generation = generations.live(connection, ledger)
        if generation is None:
            generation = generations.begin(connection, ledger, LIVE, ENGINE, instant(datetime.now(UTC)))
        folded = self._folded(connection, generation, rows[0].position)
        # Until this batch is through, the memory must not claim to hold it: it may be rolled back.
        self._running.pop(ledger, None)
        pinned: list[tuple[int, Event]] = []
        event: Event | None = None
        for given in rows:
            event = event_of(given.value)
            folded.take(event)
            if publishes(event):
                pinned.append((folded.size, event))
        assert event is not None
        shown = folded.shown()
        store(connection, generation, folded.size, shown, event.time)
        for stated_at, published in pinned:
            store_publication(
                connection, generation, publication_row(connection, generation, stated_at, published)
            )
        generations.move(connection, generation, folded.size, shown.digest)
        self._running[ledger] = (generation.engine, folded)

    def _folded(self, connection: Connection, generation: Generation, position: int) -> Running:
        """The state after the first ``position`` events: from memory, else read again."""
        engine, folded = self._running.get(generation.ledger, ("", None))
        if folded is not None and (engine, folded.size) == (generation.engine, position):
            return folded
        return running(connection, generation.ledger, generation.engine, position, self._archive)


def publishes(event: Event) -> bool:
    """Whether ``event`` publishes standings."""
    return event.type == "result.published.v1" and event.service == "ranking" and interpret(event) is None


def store(connection: Connection, generation: Generation, position: int, shown: Result, at: str) -> None:
    """Keep what ``generation`` shows at ``position``; ``at``: time of the last event folded."""
    connection.execute(delete(standings).where(*_exactly(generation.ledger, position, generation.number)))
    connection.execute(insert(standings).values(**standings_row(generation, position, shown, at)))


def standings_row(generation: Generation, position: int, shown: Result, at: str) -> dict[str, Any]:
    """The row of ``shown`` in the table of standings."""
    return {
        "ledger": generation.ledger,
        "generation": generation.number,
        "position": position,
        "digest": shown.digest,
        "body": pack(shown.body),
        "at": at,
    }


def publication_row(
    connection: Connection,
    generation: Generation,
    stated_at: int,
    event: Event,
    passed: Mapping[int, Result] = MappingProxyType({}),
) -> dict[str, Any]:
    """What a publication pinned, as ``generation`` has it.

    ``passed``: standings of it that are known and may not be stored yet.  ``holds``: the engine that the
    event names gives there the digest that it names.
    """
    data = event.data
    pinned = data["position"]
    shown = _pinned(connection, generation, min(pinned, stated_at - 1), data["engine"], passed)
    return {
        "ledger": generation.ledger,
        "generation": generation.number,
        "version": data["version"],
        "status": data["status"],
        "position": pinned,
        "stated_at": stated_at,
        "root": data["root"],
        "rulebook": data["rulebook"],
        "engine": data["engine"],
        "digest": data["digest"],
        "holds": int(shown.digest == data["digest"]),
        "time": event.time,
        "body": pack(shown.body),
    }


def store_publication(connection: Connection, generation: Generation, row: Mapping[str, Any]) -> None:
    """Keep a row of :func:`publication_row`, unless its version is there."""
    taken = select(publications.c.version).where(
        publications.c.ledger == generation.ledger,
        publications.c.generation == generation.number,
        publications.c.version == row["version"],
    )
    if connection.execute(taken).first() is None:  # published once; who says it again changes nothing
        connection.execute(insert(publications).values(**row))


def _pinned(
    connection: Connection, generation: Generation, position: int, engine: str, passed: Mapping[int, Result]
) -> Result:
    """Standings at ``position`` by the engine that published; by the generation's, where we cannot run it."""
    ledger = generation.ledger
    if engine != generation.engine:
        rows = reader.rows(connection, ledger, 0, position)
        found = recompute(engine, ledger, (row.event for row in rows))
        if found is not None:
            return found
    known = passed.get(position) or standings_at(connection, ledger, position, generation.number)
    if known is not None:
        return known
    return running(connection, ledger, generation.engine, position).shown()


def pack(body: dict[str, Any]) -> bytes:
    """A body as it is stored: its canonical bytes, compressed."""
    return zlib.compress(canonical(body), 6)


def unpack(blob: bytes) -> dict[str, Any]:
    """The body that :func:`pack` stored."""
    body: dict[str, Any] = orjson.loads(zlib.decompress(blob))
    return body


def standings_at(
    connection: Connection, ledger: str, position: int, generation: int | None = None
) -> Result | None:
    """The standings of exactly ``position`` as ``generation`` (None: the live one) stores them.

    None when no batch ended there, or what is stored is damaged.
    """
    row = connection.execute(
        select(standings.c.body, standings.c.digest).where(*_exactly(ledger, position, generation))
    ).first()
    body = None if row is None else _undamaged(row.body, row.digest, ledger, position)
    return None if row is None or body is None else Result(body, row.digest)


def digest_at(
    connection: Connection, ledger: str, position: int, generation: int | None = None
) -> str | None:
    """The digest of :func:`standings_at`."""
    return connection.scalar(select(standings.c.digest).where(*_exactly(ledger, position, generation)))


def _exactly(ledger: str, position: int, generation: int | None) -> tuple[ColumnElement[bool], ...]:
    return (
        standings.c.ledger == ledger,
        of_generation(standings, generation),
        standings.c.position == position,
    )


@dataclass(frozen=True, slots=True)
class Newest:
    """Where the standings of a ledger have got to, and which generation says so."""

    position: int
    digest: str
    at: str
    generation: int


def newest(connection: Connection, ledger: str, generation: int | None = None) -> Newest | None:
    """The newest standings that ``generation`` (None: the live one) of ``ledger`` stores, without their body.

    None before the first batch.
    """
    row = connection.execute(
        select(standings.c.position, standings.c.digest, standings.c.at, standings.c.generation)
        .where(standings.c.ledger == ledger, of_generation(standings, generation))
        .order_by(standings.c.position.desc())
        .limit(1)
    ).first()
    return None if row is None else Newest(row.position, row.digest, row.at, row.generation)


@dataclass(frozen=True, slots=True)
class Publication:
    """One published version and what it pinned."""

    version: int
    status: str
    position: int
    stated_at: int
    root: str
    rulebook: str
    engine: str
    digest: str
    holds: bool
    time: str


def published(connection: Connection, ledger: str, generation: int | None = None) -> tuple[Publication, ...]:
    """The publications of ``ledger`` as ``generation`` (None: the live one) has them, oldest first."""
    columns = [publications.c[name] for name in Publication.__dataclass_fields__]
    rows = connection.execute(
        select(*columns)
        .where(publications.c.ledger == ledger, of_generation(publications, generation))
        .order_by(publications.c.version)
    )
    return tuple(Publication(**{**row._mapping, "holds": bool(row.holds)}) for row in rows)


def published_body(
    connection: Connection, ledger: str, version: int, generation: int | None = None
) -> dict[str, Any] | None:
    """The body that ``version`` pinned in ``generation`` (None: the live one).

    None when there is no such version, or what is stored is damaged.
    """
    row = connection.execute(
        select(
            publications.c.body, publications.c.digest, publications.c.holds, publications.c.position
        ).where(
            publications.c.ledger == ledger,
            of_generation(publications, generation),
            publications.c.version == version,
        )
    ).first()
    return (
        None if row is None else _undamaged(row.body, row.digest if row.holds else None, ledger, row.position)
    )


def _undamaged(blob: bytes, named: str | None, ledger: str, position: int) -> dict[str, Any] | None:
    """The body in ``blob``; None, and an error in the log, unless it has the digest ``named`` (None: any)."""
    try:
        body = unpack(blob)
    except (zlib.error, ValueError):
        body = None
    if body is None or named not in (None, digest(body)):
        _log.error("stored standings damaged", ledger=ledger, position=position, digest=named)
        return None
    return body
