"""The state that a command rests on: all that this service has stated in the ledger, kept in the process.

A command reads, under its ledger's lock, only what was stated since the last one of this process, and folds
that: its cost does not grow with a unit's stream, nor with the rulebook.  The first command of a process
folds the whole ledger.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine

from services.scores.state import State, fold
from shared.events import Event


class OwnEvents(Protocol):
    """What is read of a transaction that holds its ledger's lock."""

    @property
    def ledger(self) -> str: ...

    @property
    def connection(self) -> Connection: ...

    @property
    def appended(self) -> bool: ...

    def since(self, sequence: int) -> list[Event]: ...


@dataclass(frozen=True, slots=True)
class _Folded:
    """``state`` after the event ``last`` and all before it."""

    state: State
    last: Event


_folded: WeakKeyDictionary[Engine, dict[str, _Folded]] = WeakKeyDictionary()


def state_of(tx: OwnEvents) -> State:
    """Everything stated in the ledger of ``tx`` until now.

    Right with any number of threads and processes: it is asked under the ledger's lock, so what was read
    is committed; and once ``tx`` has appended, nothing it reads is kept, for it may still be rolled back.
    """
    kept = _folded.setdefault(tx.connection.engine, {})
    known = kept.get(tx.ledger)
    found = tx.since(1 if known is None else known.last.sequence)
    if known is not None:
        if found and found[0] == known.last:
            found = found[1:]
        else:  # another database took this one's place, as after a restored backup
            known, found = None, tx.since(1)
    if not found:
        return State() if known is None else known.state
    state = fold(found) if known is None else fold(found, known.state)
    if not tx.appended:
        kept[tx.ledger] = _Folded(state, found[-1])
    return state
