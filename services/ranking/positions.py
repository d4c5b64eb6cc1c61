"""Questions to the ledger table that only ranking's readers ask."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from shared.ledger.tables import ledger as table
from shared.ledger.tables import noise


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of the ledger, at its own 0-based ``position``."""

    position: int
    event_id: str
    type: str
    subject: str
    source: str
    sequence: int
    time: str
    value: bytes


_COLUMNS = (
    table.c.position,
    table.c.event_id,
    table.c.type,
    table.c.subject,
    table.c.source,
    table.c.sequence,
    table.c.time,
    table.c.value,
)


def entries(
    connection: Connection, ledger: str, after: int, size: int, limit: int, types: tuple[str, ...] = ()
) -> list[Entry]:
    """Up to ``limit`` events behind position ``after`` (exclusive) among the first ``size``."""
    query = select(*_COLUMNS).where(
        table.c.ledger == ledger, table.c.position > after, table.c.position < size
    )
    if types:
        query = query.where(table.c.type.in_(types))
    rows = connection.execute(query.order_by(table.c.position).limit(limit))
    return [Entry(**row._mapping) for row in rows]


def about(connection: Connection, ledger: str, start: int, stop: int, subjects: Iterable[str]) -> list[Entry]:
    """The events at positions ``start`` to ``stop`` - 1 about one of ``subjects``, in order."""
    rows = connection.execute(
        select(*_COLUMNS)
        .where(
            table.c.ledger == ledger,
            table.c.position >= start,
            table.c.position < stop,
            table.c.subject.in_(sorted(subjects)),
        )
        .order_by(table.c.position)
    )
    return [Entry(**row._mapping) for row in rows]


def entry(connection: Connection, ledger: str, position: int) -> Entry | None:
    """The event at ``position``, or None."""
    found = entries(connection, ledger, position - 1, position + 1, 1)
    return found[0] if found else None


def several(connection: Connection, ledger: str, wanted: Sequence[int]) -> list[Entry]:
    """The events at the ``wanted`` positions, in order; a position without one is left out."""
    rows = connection.execute(
        select(*_COLUMNS)
        .where(table.c.ledger == ledger, table.c.position.in_(wanted))
        .order_by(table.c.position)
    )
    return [Entry(**row._mapping) for row in rows]


def position_of_sequence(connection: Connection, ledger: str, source: str, sequence: int) -> int | None:
    """Where number ``sequence`` of ``source`` stands, or None while it is not in the ledger."""
    return connection.scalar(
        select(table.c.position).where(
            table.c.ledger == ledger, table.c.source == source, table.c.sequence == sequence
        )
    )


def leaves(connection: Connection, ledger: str, size: int) -> list[bytes]:
    """Leaf hashes of the first ``size`` positions."""
    rows = connection.execute(
        select(table.c.leaf)
        .where(table.c.ledger == ledger, table.c.position < size)
        .order_by(table.c.position)
    )
    return [bytes(row.leaf) for row in rows]


def noise_digests(connection: Connection, ledger: str) -> list[str]:
    """``sha256:<hex>`` of every record under the ledger's key that is not authentic, in topic order."""
    rows = connection.execute(
        select(noise.c.value)
        .where(noise.c.key == ledger.encode("utf-8"))
        .order_by(noise.c.topic, noise.c.partition, noise.c.offset)
    )
    return [f"sha256:{hashlib.sha256(bytes(row.value or b'')).hexdigest()}" for row in rows]
