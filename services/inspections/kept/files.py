"""Files of packs: parts of those that are on their way, and which contents were taken.

A part is kept once it has come, so that whoever sends goes on where the last part ended.  It is of a slot of
one manifest, which names digest and size: whoever may send the file may go on with it, in any browser.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select

from services.inspections.tables import pack_parts
from shared.events import Event
from shared.store.tables import events

CORNER = "packs"
"""Where the files of packs lie in the storage: a place of their own, in one backup set with evidence."""

_P = pack_parts.c

Slot = tuple[str, int, str]
"""Ledger, number of the manifest, document."""


def offset_of(connection: Connection, slot: Slot) -> int:
    """How many bytes of the file have come."""
    size = connection.execute(select(func.sum(_P.size)).where(*_of(slot))).scalar_one()
    return 0 if size is None else int(size)


def add_part(connection: Connection, slot: Slot, begins: int, content: bytes, moment: str) -> None:
    """Keep what comes at byte ``begins``.  Raises ``IntegrityError`` when another has sent just that."""
    ledger, pack, document = slot
    row = {
        "ledger": ledger,
        "pack": pack,
        "document": document,
        "begins": begins,
        "size": len(content),
        "content": content,
        "kept_at": moment,
    }
    connection.execute(insert(pack_parts), row)


def parts(connection: Connection, slot: Slot) -> Iterator[bytes]:
    """What came, in the order of the file, a part at a time."""
    begins = connection.execute(select(_P.begins).where(*_of(slot)).order_by(_P.begins)).scalars().all()
    for place in begins:
        yield bytes(connection.execute(select(_P.content).where(*_of(slot), _P.begins == place)).scalar_one())


def drop_parts(connection: Connection, slot: Slot) -> None:
    """Forget what came: the file is whole and stored, or is not what the manifest names."""
    connection.execute(delete(pack_parts).where(*_of(slot)))


def drop_stale(connection: Connection, ledger: str, before: str) -> None:
    """Forget every file of ``ledger`` of which nothing has come since ``before`` (an instant)."""
    slot = (_P.pack, _P.document)
    stale = select(*slot).where(_P.ledger == ledger).group_by(*slot).having(func.max(_P.kept_at) < before)
    for pack, document in connection.execute(stale).all():
        drop_parts(connection, (ledger, pack, document))


def taken(connection: Connection) -> dict[str, list[str]]:
    """Digest of every content that was taken, with the ledgers that took it."""
    query = (
        select(events.c.ledger, events.c.value)
        .where(events.c.type == "submission.file_received.v1")
        .order_by(events.c.ledger, events.c.sequence)
    )
    found: dict[str, dict[str, None]] = {}
    for ledger, value in connection.execute(query):
        found.setdefault(Event.parse(bytes(value)).data["sha256"], {})[ledger] = None
    return {digest: list(ledgers) for digest, ledgers in found.items()}


def _of(slot: Slot) -> tuple[ColumnElement[bool], ...]:
    ledger, pack, document = slot
    return (_P.ledger == ledger, _P.pack == pack, _P.document == document)
