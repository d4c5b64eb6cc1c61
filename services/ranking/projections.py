"""The projection ``standings``: what was shown after each batch, and what each publication pinned.

The live state is in the worker's memory and is read again from the archive and the ledger table when the
process starts, or when a batch was rolled back; what is stored is only the outcome.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import orjson
from sqlalchemy import Connection, delete, insert, select

from services.ranking.columns import Live
from services.ranking.columns.source import decoded
from services.ranking.engine import ENGINE, canonical
from services.ranking.folding import Result, event_of, fold, recompute, result
from services.ranking.tables import metadata, publications, standings
from shared.archive import Archive
from shared.events import Event
from shared.events.catalogue import interpret
from shared.ledger import reader


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
        self._lives: dict[str, Live] = {}

    def apply(self, connection: Connection, ledger: str, rows: Sequence[Row]) -> None:
        """Fold ``rows`` (ascending, each seen once), compute once, store the newest position's standings."""
        if not rows:
            return
        live = self._live(connection, ledger, rows[0].position)
        # Until this batch is through, the memory must not claim to hold it: it may be rolled back.
        self._lives.pop(ledger, None)
        pinned: list[tuple[int, Event]] = []
        event: Event | None = None
        for row in rows:
            event = event_of(row.value)
            live.take(event)
            if (
                event.type == "result.published.v1"
                and event.service == "ranking"
                and interpret(event) is None
            ):
                pinned.append((live.size, event))
        assert event is not None
        shown = result(live.state)
        _store(connection, ledger, live.size, shown, event.time)
        for stated_at, published in pinned:
            _publish(connection, ledger, stated_at, published)
        self._lives[ledger] = live

    def reset(self, connection: Connection, ledger: str) -> None:
        """Forget ``ledger``, before a rebuild."""
        self._lives.pop(ledger, None)
        for table in (standings, publications):
            connection.execute(delete(table).where(table.c.ledger == ledger))

    def _live(self, connection: Connection, ledger: str, position: int) -> Live:
        """The state after the first ``position`` events: from memory, else read again."""
        live = self._lives.get(ledger)
        if live is not None and live.size == position:
            return live
        return Live(decoded(connection, ledger, self._archive, position))


def _store(connection: Connection, ledger: str, position: int, shown: Result, at: str) -> None:
    same = (standings.c.ledger == ledger) & (standings.c.position == position)
    connection.execute(delete(standings).where(same))
    connection.execute(
        insert(standings).values(
            ledger=ledger, position=position, digest=shown.digest, body=pack(shown.body), at=at
        )
    )


def _publish(connection: Connection, ledger: str, stated_at: int, event: Event) -> None:
    """Keep what a publication pinned.  ``holds``: the engine it names gives there the digest it names."""
    data = event.data
    pinned = data["position"]
    shown = _pinned(connection, ledger, min(pinned, stated_at - 1), data["engine"])
    table = publications
    taken = select(table.c.version).where(table.c.ledger == ledger, table.c.version == data["version"])
    if connection.execute(taken).first() is not None:
        return  # a version is published once; whoever says it again changes nothing
    connection.execute(
        insert(table).values(
            ledger=ledger,
            version=data["version"],
            status=data["status"],
            position=pinned,
            stated_at=stated_at,
            root=data["root"],
            rulebook=data["rulebook"],
            engine=data["engine"],
            digest=data["digest"],
            holds=int(shown.digest == data["digest"]),
            time=event.time,
            body=pack(shown.body),
        )
    )


def _pinned(connection: Connection, ledger: str, position: int, engine: str) -> Result:
    """Standings at ``position`` by the engine that published; by ours, where we cannot run that one."""
    if engine != ENGINE:
        rows = reader.rows(connection, ledger, 0, position)
        found = recompute(engine, ledger, (Event.parse(row.value) for row in rows))
        if found is not None:
            return found
    return standings_at(connection, ledger, position) or result(fold(connection, ledger, position))


def pack(body: dict[str, Any]) -> bytes:
    """A body as it is stored: its canonical bytes, compressed."""
    return zlib.compress(canonical(body), 6)


def unpack(blob: bytes) -> dict[str, Any]:
    """The body that :func:`pack` stored."""
    body: dict[str, Any] = orjson.loads(zlib.decompress(blob))
    return body


def standings_at(connection: Connection, ledger: str, position: int) -> Result | None:
    """The stored standings of exactly ``position``, or None when no batch ended there."""
    row = connection.execute(
        select(standings.c.body, standings.c.digest).where(
            standings.c.ledger == ledger, standings.c.position == position
        )
    ).first()
    return None if row is None else Result(unpack(row.body), row.digest)


@dataclass(frozen=True, slots=True)
class Newest:
    """Where the standings of a ledger have got to."""

    position: int
    digest: str
    at: str


def newest(connection: Connection, ledger: str) -> Newest | None:
    """The newest stored standings of ``ledger``, without their body; None before the first batch."""
    row = connection.execute(
        select(standings.c.position, standings.c.digest, standings.c.at)
        .where(standings.c.ledger == ledger)
        .order_by(standings.c.position.desc())
        .limit(1)
    ).first()
    return None if row is None else Newest(row.position, row.digest, row.at)


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


def published(connection: Connection, ledger: str) -> tuple[Publication, ...]:
    """The publications of ``ledger``, oldest first."""
    columns = [column for column in publications.c if column.name not in ("ledger", "body")]
    rows = connection.execute(
        select(*columns).where(publications.c.ledger == ledger).order_by(publications.c.version)
    )
    return tuple(
        Publication(
            version=row.version,
            status=row.status,
            position=row.position,
            stated_at=row.stated_at,
            root=row.root,
            rulebook=row.rulebook,
            engine=row.engine,
            digest=row.digest,
            holds=bool(row.holds),
            time=row.time,
        )
        for row in rows
    )


def published_body(connection: Connection, ledger: str, version: int) -> dict[str, Any] | None:
    """The pinned body of ``version``, or None when there is no such version."""
    blob = connection.scalar(
        select(publications.c.body).where(publications.c.ledger == ledger, publications.c.version == version)
    )
    return None if blob is None else unpack(blob)
