"""When each unit is inspected, as the ledger tells this service: the newest session of every unit.

Kept per process: a page that asks again reads only what the ledger has got since.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, select

from shared.events import Event
from shared.events.catalogue import interpret
from shared.ledger import reader, tables

_TYPE = "inspection.scheduled.v1"


@dataclass(frozen=True, slots=True, order=True)
class Session:
    """A half-day at the unit: ``date`` (yyyy-mm-dd), then MORNING before AFTERNOON."""

    date: str
    afternoon: bool
    team: str


@dataclass(frozen=True, slots=True)
class _Read:
    sessions: Mapping[str, Session]
    size: int


_read: WeakKeyDictionary[Engine, dict[str, _Read]] = WeakKeyDictionary()
_lock = threading.Lock()


def sessions_of(connection: Connection, ledger: str) -> Mapping[str, Session]:
    """The session of every unit that has one, by unit; a moved one is where it was moved to."""
    with _lock:
        kept = _read.setdefault(connection.engine, {})
        known = kept.get(ledger, _Read({}, 0))
        size = reader.size(connection, ledger)
        if size < known.size:  # another database took this one's place, as after a restored backup
            known = _Read({}, 0)
        if size > known.size:
            known = kept[ledger] = _Read(_after(connection, ledger, known, size), size)
        return known.sessions


def _after(connection: Connection, ledger: str, known: _Read, size: int) -> Mapping[str, Session]:
    rows = tables.ledger.c
    query = (
        select(rows.value)
        .where(rows.ledger == ledger, rows.position >= known.size, rows.position < size, rows.type == _TYPE)
        .order_by(rows.position)
    )
    found = dict(known.sessions)
    for (value,) in connection.execute(query):
        event = Event.parse(bytes(value))
        if interpret(event) is None:
            data = event.data
            found[event.subject] = Session(data["date"], data["session"] == "AFTERNOON", data["team"])
    return found
