"""The state that a command rests on: all that this service has stated in the ledger, kept in the process.

A command reads, under its ledger's lock, only what other processes have stated since the last one of this
process, and folds that: its cost does not grow with a unit's stream, nor with the rulebook.  The first
command of a process folds the whole ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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

    @property
    def last_id(self) -> str: ...

    def since(self, sequence: int) -> list[Event]: ...

    def knows_heads(self, heads: Mapping[str, int]) -> None: ...

    def when_committed(self, keep: Callable[[list[Event]], None]) -> None: ...


@dataclass(frozen=True, slots=True)
class _Folded:
    """``state`` after the event ``last`` and all before it; ``heads``: the last number of each subject."""

    state: State
    last: Event
    heads: Mapping[str, int]

    def after(self, found: Sequence[Event]) -> _Folded:
        """With further events, in the order of their numbers."""
        heads = {**self.heads, **{event.subject: event.subjectsequence for event in found}}
        return _Folded(fold(found, self.state), found[-1], heads)


_folded: WeakKeyDictionary[Engine, dict[str, _Folded]] = WeakKeyDictionary()


def state_of(tx: OwnEvents) -> State:
    """Everything stated in the ledger of ``tx`` until now.

    Right with any number of threads and processes: it is asked under the ledger's lock, so what was read
    is committed; what ``tx`` itself states is kept once it is committed, and never before.
    """
    kept = _folded.setdefault(tx.connection.engine, {})
    known = _read(tx, kept.get(tx.ledger))
    if known is None:
        return State()
    if not tx.appended:
        kept[tx.ledger] = known
        tx.knows_heads(known.heads)
        tx.when_committed(lambda stated: _keep(kept, tx.ledger, known, stated))
    return known.state


def _read(tx: OwnEvents, known: _Folded | None) -> _Folded | None:
    """``known`` with what was stated since; None when nothing is."""
    if known is not None:
        if tx.last_id == known.last.id:
            return known
        found = tx.since(known.last.sequence)
        if found and found[0] == known.last:
            further = found[1:]
            return known.after(further) if further else known
        # Another database took this one's place, as after a restored backup.
    found = tx.since(1)
    return _Folded(State(), found[0], {}).after(found) if found else None


def _keep(kept: dict[str, _Folded], ledger: str, known: _Folded, stated: list[Event]) -> None:
    """Keep what was committed on top of ``known``, unless another thread has read it by now."""
    if kept.get(ledger) is known:
        kept[ledger] = known.after(stated)
