"""Reading the ledger table: rows by position, size, root at any position."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import orjson
from sqlalchemy import Connection, Row, bindparam, select

from shared.events.envelope import Event, trusted_event
from shared.ledger import tables
from shared.ledger.merkle import Frontier, GrowingTree

CHUNK = 1000
_MOST_NAMED = 500

_COLUMNS = tables.ledger.c
_ROWS = (
    select(tables.ledger)
    .where(
        _COLUMNS.ledger == bindparam("in_ledger"),
        _COLUMNS.position >= bindparam("first"),
        _COLUMNS.position < bindparam("behind"),
    )
    .order_by(_COLUMNS.position)
)
_LEAVES = _ROWS.with_only_columns(_COLUMNS.leaf)


class BeyondLedger(LookupError):
    """A position was asked for that the ledger does not have (yet)."""


@dataclass(frozen=True)
class LedgerRow:
    """One position: the event's bytes, its leaf hash, and what is looked up without parsing."""

    ledger: str
    position: int
    value: bytes
    leaf: bytes
    event_id: str
    source: str
    sequence: int
    subject: str
    type: str
    time: str

    @cached_property
    def event(self) -> Event:
        """The event; admission has found its bytes good."""
        return trusted_event(self.value, orjson.loads(self.value))


def rows(connection: Connection, ledger: str, start: int, stop: int | None = None) -> Iterator[LedgerRow]:
    """Rows of positions ``start`` .. ``stop`` - 1 (None: to the end), in order, ``CHUNK`` at a time."""
    while stop is None or start < stop:
        behind = start + CHUNK if stop is None else min(stop, start + CHUNK)
        found = connection.execute(_ROWS, {"in_ledger": ledger, "first": start, "behind": behind}).all()
        yield from map(_row, found)
        if len(found) < behind - start:
            return
        start = behind


def of_subject(
    connection: Connection, ledger: str, subject: str, start: int = 0, stop: int | None = None
) -> list[LedgerRow]:
    """Rows of one subject, in order."""
    query = select(tables.ledger).where(
        _COLUMNS.ledger == ledger, _COLUMNS.subject == subject, _COLUMNS.position >= start
    )
    if stop is not None:
        query = query.where(_COLUMNS.position < stop)
    return [_row(row) for row in connection.execute(query.order_by(_COLUMNS.position))]


def of_types(connection: Connection, ledger: str, types: Collection[str], stop: int) -> list[LedgerRow]:
    """Rows of the ``types`` named among the first ``stop`` positions, in order."""
    query = select(tables.ledger).where(
        _COLUMNS.ledger == ledger, _COLUMNS.type.in_(types), _COLUMNS.position < stop
    )
    return [_row(row) for row in connection.execute(query.order_by(_COLUMNS.position))]


def at_positions(connection: Connection, ledger: str, positions: Sequence[int]) -> list[LedgerRow]:
    """Rows of the ``positions`` named (ascending), in order; those that the ledger lacks are left out."""
    found: list[LedgerRow] = []
    for first in range(0, len(positions), _MOST_NAMED):
        named = positions[first : first + _MOST_NAMED]
        query = select(tables.ledger).where(_COLUMNS.ledger == ledger, _COLUMNS.position.in_(named))
        found += [_row(row) for row in connection.execute(query.order_by(_COLUMNS.position))]
    return found


def by_event_id(connection: Connection, ledger: str, event_id: str) -> LedgerRow | None:
    """The first row with that event id, or None while the ledger does not have it."""
    query = select(tables.ledger).where(_COLUMNS.ledger == ledger, _COLUMNS.event_id == event_id)
    row = connection.execute(query.order_by(_COLUMNS.position).limit(1)).first()
    return None if row is None else _row(row)


def ledgers(connection: Connection) -> list[str]:
    """Names of all ledgers with at least position 0."""
    return list(
        connection.execute(select(tables.frontier.c.ledger).order_by(tables.frontier.c.ledger)).scalars()
    )


def sizes(connection: Connection) -> dict[str, int]:
    """Number of positions by ledger."""
    rows = connection.execute(select(tables.frontier.c.ledger, tables.frontier.c.size))
    return {row.ledger: row.size for row in rows}


def size(connection: Connection, ledger: str) -> int:
    """Number of positions of ``ledger``; 0 when it is not known."""
    return frontier(connection, ledger).size


def frontier(connection: Connection, ledger: str) -> Frontier:
    """The Merkle frontier over all positions of ``ledger``."""
    front = tables.frontier.c
    row = connection.execute(select(front.size, front.hashes).where(front.ledger == ledger)).one_or_none()
    return Frontier() if row is None else Frontier.from_bytes(row.size, bytes(row.hashes))


def leaves(connection: Connection, ledger: str, stop: int | None = None) -> Iterator[bytes]:
    """Leaf hashes of positions 0 .. ``stop`` - 1 (None: to the end), in order."""
    return leaves_between(connection, ledger, 0, stop)


def leaves_between(connection: Connection, ledger: str, start: int, stop: int | None) -> Iterator[bytes]:
    """Leaf hashes of positions ``start`` .. ``stop`` - 1 (None: to the end), in order."""
    while stop is None or start < stop:
        behind = start + 10 * CHUNK if stop is None else min(stop, start + 10 * CHUNK)
        found = connection.execute(_LEAVES, {"in_ledger": ledger, "first": start, "behind": behind}).all()
        yield from (bytes(row.leaf) for row in found)
        if len(found) < behind - start:
            return
        start = behind


def root_at(connection: Connection, ledger: str, at: int) -> bytes:
    """Merkle root over the first ``at`` positions.  O(1) for the whole ledger, else O(``at``) from the
    stored leaf hashes.  Raises :class:`BeyondLedger`."""
    whole = frontier(connection, ledger)
    if whole.size == at:
        return whole.root()
    if not 0 <= at < whole.size:
        raise BeyondLedger(f"{ledger} has {whole.size} positions, not {at}")
    tree = GrowingTree()
    for leaf in leaves(connection, ledger, at):
        tree.add(leaf)
    if tree.size != at:
        raise BeyondLedger(f"{ledger}: position {tree.size} is missing from the table")
    return tree.root()


def _row(row: Row[tuple[object, ...]]) -> LedgerRow:
    return LedgerRow(
        row.ledger,
        row.position,
        bytes(row.value),
        bytes(row.leaf),
        row.event_id,
        row.source,
        row.sequence,
        row.subject,
        row.type,
        row.time,
    )
