"""What this service has stated, and what it knows of the ledger, kept in the process between two questions.

Each question reads what came since the last one, and folds that; of the ledger, the units that it touches
are read anew.  Right with any number of threads and processes, and after a restored backup: what is kept
names the last event that it rests on, and where that one is no longer found, all is folded from nothing.
Nothing here is a truth of its own: the events are (decision 0030).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from weakref import WeakKeyDictionary

import orjson
from sqlalchemy import Connection, Engine, bindparam, select

from services.inspections.known import Known, KnownUnit, unit_of
from services.inspections.state import State, fold
from shared.events import Event
from shared.events.envelope import source_of, trusted_event
from shared.ledger import reader
from shared.ledger.reader import LedgerRow
from shared.ledger.rulebooks import rulebook_at
from shared.rulebook import Rulebook
from shared.store.tables import events

_SINCE = (
    select(events.c.value)
    .where(
        events.c.ledger == bindparam("of_ledger"),
        events.c.source == bindparam("of_source"),
        events.c.sequence >= bindparam("first"),
    )
    .order_by(events.c.sequence)
)


@dataclass(frozen=True, slots=True)
class _Stated:
    """``state`` after the own event ``last`` and all before it."""

    state: State
    last: Event


@dataclass(frozen=True, slots=True)
class _Told:
    """The ledger's first ``size`` positions, the last of which has the leaf ``leaf``; all units by code."""

    size: int
    leaf: bytes
    rulebook: Rulebook | None
    units: dict[str, KnownUnit]


_stated: WeakKeyDictionary[Engine, dict[str, _Stated]] = WeakKeyDictionary()
_told: WeakKeyDictionary[Engine, dict[str, _Told]] = WeakKeyDictionary()


def stated(connection: Connection, ledger: str) -> State:
    """Everything that this service has stated in ``ledger``.

    For a transaction that has stated nothing itself: what it appends is not committed yet.
    """
    kept = _stated.setdefault(connection.engine, {})
    known = kept.get(ledger)
    found = _since(connection, ledger, 1 if known is None else known.last.sequence)
    if known is not None and found and found[0] == known.last:
        if len(found) > 1:
            known = kept[ledger] = _Stated(fold(found[1:], known.state), found[-1])
        return known.state
    if known is not None:  # another database took this one's place
        found = _since(connection, ledger, 1)
    if not found:
        kept.pop(ledger, None)
        return State()
    fresh = kept[ledger] = _Stated(fold(found), found[-1])
    return fresh.state


def known_whole(connection: Connection, ledger: str, timezone: str) -> Known:
    """The ledger as this service has read it: the rulebook, and every unit of the register by its code."""
    kept = _told.setdefault(connection.engine, {})
    held = kept.get(ledger)
    size = reader.size(connection, ledger)
    if size == 0:
        kept.pop(ledger, None)
        return Known(0, timezone, None, {})
    new: list[LedgerRow] | None = None
    if held is not None and held.size <= size:
        rows = list(reader.rows(connection, ledger, held.size - 1, size))
        new = rows[1:] if rows and rows[0].leaf == held.leaf else None
    if held is None or new is None:
        rows = list(reader.rows(connection, ledger, 0, size))
        held = kept[ledger] = _from_nothing(connection, ledger, rows)
    elif new:
        held = kept[ledger] = _after(connection, ledger, held, new)
    return Known(held.size, timezone, held.rulebook, held.units)


def _from_nothing(connection: Connection, ledger: str, rows: list[LedgerRow]) -> _Told:
    book = rulebook_at(connection, ledger, len(rows))
    told: dict[str, list[Event]] = {}
    for row in rows:
        told.setdefault(row.subject, []).append(row.event)
    return _Told(len(rows), rows[-1].leaf, book, _units(told, _day(book)))


def _after(connection: Connection, ledger: str, held: _Told, new: list[LedgerRow]) -> _Told:
    """``held`` with the rows ``new`` behind it: the units that they touch are read anew, and all of them
    where another rulebook reads the register on another day."""
    size = held.size + len(new)
    book = held.rulebook
    if any(row.type.startswith("rulebook.") for row in new):
        book = rulebook_at(connection, ledger, size)
    if _day(book) != _day(held.rulebook):
        return _from_nothing(connection, ledger, list(reader.rows(connection, ledger, 0, size)))
    told = {
        subject: [row.event for row in reader.of_subject(connection, ledger, subject, 0, size)]
        for subject in sorted({row.subject for row in new})
    }
    units = {**held.units, **_units(told, _day(book))}
    return _Told(size, new[-1].leaf, book, dict(sorted(units.items())))


def _units(told: dict[str, list[Event]], day: date) -> dict[str, KnownUnit]:
    """The units among the subjects of ``told``, by code: what was never registered is none."""
    found = ((code, unit_of(code, events_, day)) for code, events_ in sorted(told.items()))
    return {code: unit for code, unit in found if unit is not None}


def _day(book: Rulebook | None) -> date:
    """On which day the register is read: the last one of the rulebook's period."""
    return date.max if book is None else book.period.end


def _since(connection: Connection, ledger: str, first: int) -> list[Event]:
    """Own events from number ``first`` on, in the order of their numbers."""
    asked = {"of_ledger": ledger, "of_source": source_of("inspections", ledger), "first": first}
    values: Iterable[bytes] = (bytes(value) for (value,) in connection.execute(_SINCE, asked))
    return [trusted_event(value, orjson.loads(value)) for value in values]
