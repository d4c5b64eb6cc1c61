"""What admission knows of a ledger, on a database: loaded when a ledger is met, stored batch by batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Table, and_, bindparam, delete, func, insert, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from shared.database import is_postgres
from shared.ledger import tables
from shared.ledger.admission import Admitted, Held, Key, LedgerState, Noise, Outcome, Record
from shared.ledger.merkle import Frontier, GrowingTree

_LEAF = select(tables.ledger.c.leaf).where(
    tables.ledger.c.ledger == bindparam("in_ledger"),
    tables.ledger.c.source == bindparam("of_source"),
    tables.ledger.c.sequence == bindparam("at_sequence"),
)


def load_state(connection: Connection, ledger: str, root_keyid: str) -> LedgerState:
    """The stored state of ``ledger``; empty when nothing of it is stored."""
    front, sources, held, keys = tables.frontier.c, tables.sources.c, tables.held.c, tables.keys.c
    state = LedgerState(ledger, root_keyid)
    row = connection.execute(select(front.size, front.hashes).where(front.ledger == ledger)).one_or_none()
    if row is not None:
        state.tree = GrowingTree(Frontier.from_bytes(row.size, bytes(row.hashes)))
    for number in connection.execute(
        select(sources.source, sources.next_sequence).where(sources.ledger == ledger)
    ):
        state.next_sequence[number.source] = number.next_sequence
    for waiting in connection.execute(select(tables.held).where(held.ledger == ledger)):
        state.held.setdefault(waiting.source, {})[waiting.sequence] = Record(
            waiting.topic, waiting.partition, waiting.offset, ledger.encode(), bytes(waiting.value)
        )
    for key in connection.execute(select(tables.keys).where(keys.ledger == ledger)):
        state.keys[key.keyid] = Key(
            key.source,
            key.keyid,
            bytes(key.public_key),
            key.from_position,
            key.to_position,
            root=key.source.startswith("/root/"),
        )
    return state


def leaf_of(connection: Connection, ledger: str, source: str, sequence: int) -> bytes | None:
    """Leaf hash of the event admitted under that number, or None."""
    found = connection.execute(
        _LEAF, {"in_ledger": ledger, "of_source": source, "at_sequence": sequence}
    ).scalar_one_or_none()
    return None if found is None else bytes(found)


def next_sequence(connection: Connection, ledger: str, source: str) -> int:
    """The next number of ``source`` that is not admitted yet; 1 when nothing of it is."""
    found = connection.execute(
        select(tables.sources.c.next_sequence).where(
            tables.sources.c.ledger == ledger, tables.sources.c.source == source
        )
    ).scalar_one_or_none()
    return 1 if found is None else int(found)


def open_gaps(connection: Connection) -> dict[tuple[str, str], int]:
    """How many records wait behind a gap, by ledger and source.  An open gap blocks publication."""
    held = tables.held.c
    rows = connection.execute(
        select(held.ledger, held.source, func.count()).group_by(held.ledger, held.source)
    )
    return {(row[0], row[1]): row[2] for row in rows}


def store_outcomes(
    connection: Connection, outcomes: Sequence[Outcome], states: Iterable[LedgerState], at: str
) -> None:
    """Store what a batch came to.  ``states``: those of the ledgers that it touched; ``at``: now, as an
    instant, for the operator who looks at noise (it takes no part in any position)."""
    admitted = [item for item in outcomes if type(item) is Admitted]
    _insert(connection, tables.ledger, [_ledger_row(item) for item in admitted])
    _insert(connection, tables.noise, [_noise_row(item, at) for item in outcomes if type(item) is Noise])
    _settle_held(connection, outcomes)
    _upsert(connection, tables.keys, [_key_row(item.ledger, key) for item in admitted for key in item.keys])
    touched = {item.ledger for item in admitted}
    grown = [state for state in states if state.ledger in touched]
    _upsert(connection, tables.frontier, [_frontier_row(state) for state in grown])
    numbers = {(item.ledger, item.event.source): item.event.sequence + 1 for item in admitted}
    _upsert(
        connection,
        tables.sources,
        [
            {"ledger": ledger, "source": source, "next_sequence": number}
            for (ledger, source), number in numbers.items()
        ],
    )


def _settle_held(connection: Connection, outcomes: Sequence[Outcome]) -> None:
    """Insert what still waits after the batch, delete what waits no more."""
    waits: dict[tuple[str, str, int], Held | None] = {}
    for item in outcomes:
        if type(item) is Held:
            waits[item.ledger, item.source, item.sequence] = item
        elif type(item) is Admitted:
            waits[item.ledger, item.event.source, item.event.sequence] = None
        elif type(item) is Noise and item.released is not None:
            waits[item.released] = None
    gone = [key for key, item in waits.items() if item is None]
    if gone and connection.execute(select(tables.held.c.ledger).limit(1)).first() is not None:
        held = tables.held.c
        for start in range(0, len(gone), 100):
            some = gone[start : start + 100]
            connection.execute(
                delete(tables.held).where(
                    or_(
                        *(
                            and_(held.ledger == ledger, held.source == source, held.sequence == sequence)
                            for ledger, source, sequence in some
                        )
                    )
                )
            )
    _insert(connection, tables.held, [_held_row(item) for item in waits.values() if item is not None])


def _ledger_row(item: Admitted) -> dict[str, Any]:
    event = item.event
    return {
        "ledger": item.ledger,
        "position": item.position,
        "value": event.value,
        "leaf": item.leaf,
        "event_id": event.id,
        "source": event.source,
        "sequence": event.sequence,
        "subject": event.subject,
        "type": event.type,
        "time": event.time,
    }


def _noise_row(item: Noise, at: str) -> dict[str, Any]:
    record = item.record
    return {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "key": record.key,
        "value": record.value,
        "reason": item.reason,
        "detail": item.detail.replace("\0", "\\0"),  # PostgreSQL's text cannot hold it
        "at": at,
    }


def _held_row(item: Held) -> dict[str, Any]:
    return {
        "ledger": item.ledger,
        "source": item.source,
        "sequence": item.sequence,
        "topic": item.record.topic,
        "partition": item.record.partition,
        "offset": item.record.offset,
        "value": item.record.value,
    }


def _key_row(ledger: str, key: Key) -> dict[str, Any]:
    return {
        "ledger": ledger,
        "keyid": key.keyid,
        "source": key.source,
        "public_key": key.public_key,
        "from_position": key.from_position,
        "to_position": key.to_position,
    }


def _frontier_row(state: LedgerState) -> dict[str, Any]:
    frontier = state.frontier
    return {"ledger": state.ledger, "size": frontier.size, "hashes": frontier.to_bytes()}


def _insert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(table), rows)


def _upsert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert, or replace the row with the same primary key."""
    if not rows:
        return
    make = postgresql.insert if is_postgres(connection) else sqlite.insert
    statement = make(table)
    keys = [column.name for column in table.primary_key]
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=keys,
            set_={name: statement.excluded[name] for name in rows[0] if name not in keys},
        ),
        rows,
    )
