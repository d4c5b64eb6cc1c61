"""What inspections reads of the ledger table: the rulebook, the register, the scores of some units.

No read table of its own: the ledger table is looked up by subject, so what is known is exactly the first
``base_position`` events, and an event that rests on it says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Connection

from services.inspections.bodies import TYPES, Bodies, bodies_of
from services.inspections.known import Known, KnownUnit, unit_of
from shared.events import Event
from shared.ledger import reader
from shared.ledger.rulebooks import rulebook_at
from shared.lineage import CHANGES


def known_of(connection: Connection, ledger: str, timezone: str, units: Iterable[str]) -> Known:
    """The ledger as this service has read it, as far as ``units`` and the rulebook go."""
    size = reader.size(connection, ledger)
    book = rulebook_at(connection, ledger, size)
    day = date.max if book is None else book.period.end
    found: dict[str, KnownUnit] = {}
    for code in units:
        told = (row.event for row in reader.of_subject(connection, ledger, code, 0, size))
        unit = unit_of(code, told, day)
        if unit is not None:
            found[code] = unit
    return Known(size, timezone, book, found)


def register_of(connection: Connection, ledger: str, timezone: str) -> Known:
    """The whole register and the rulebook, without anybody's scores."""
    size = reader.size(connection, ledger)
    book = rulebook_at(connection, ledger, size)
    day = date.max if book is None else book.period.end
    told: dict[str, list[Event]] = {}
    for row in reader.of_types(connection, ledger, ("unit.registered.v1", *CHANGES), size):
        told.setdefault(row.subject, []).append(row.event)
    found = {code: unit_of(code, events, day) for code, events in sorted(told.items())}
    return Known(size, timezone, book, {code: unit for code, unit in found.items() if unit is not None})


def bodies_known(connection: Connection, ledger: str, moment: str) -> Bodies:
    """The bodies that score, as they stand at the instant ``moment``."""
    rows = reader.of_types(connection, ledger, TYPES, reader.size(connection, ledger))
    return bodies_of([row.event for row in rows], moment)
