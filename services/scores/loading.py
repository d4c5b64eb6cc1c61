"""The state that a command rests on: all that this service has stated in the ledger, kept in the process.

A command reads, under its ledger's lock, only what was stated since the last one of this process, and folds
that: its cost does not grow with a unit's stream, nor with the rulebook.  The first command of a process
folds the whole ledger.
"""

from __future__ import annotations

from collections.abc import Mapping
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

    def knows_heads(self, heads: Mapping[str, int]) -> None: ...


@dataclass(frozen=True, slots=True)
class _Folded:
    """``state`` after the event ``last`` and all before it; ``heads``: the last number of each subject.

    ``heads`` grows in place: it is touched under the ledger's lock alone, and holds only what is committed.
    """

    state: State
    last: Event
    heads: dict[str, int]


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
    state = State() if known is None else known.state
    if found:
        state = fold(found, state)
    if tx.appended:
        return state
    if found:
        known = kept[tx.ledger] = _Folded(state, found[-1], {} if known is None else known.heads)
        known.heads.update((event.subject, event.subjectsequence) for event in found)
    if known is not None:
        tx.knows_heads(known.heads)
    return state
